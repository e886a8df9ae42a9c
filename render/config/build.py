"""Builds the parts of a config that make a run: data, model, loss and how it is trained."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import islice
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from render import registry
from render.config.fields import aliases, as_written, options, refuse_part, take, unknown_key
from render.config.node import Node
from render.config.problems import Problems, shown, unknown
from render.config.spec import (
    NETWORK_GRID,
    CameraOptions,
    EarlyStopping,
    Extent,
    FilmOptions,
    LandscapeOptions,
    Spec,
    Training,
)
from render.errors import ConfigError

if TYPE_CHECKING:
    from render.learn.datasets.base import DatasetKind
    from render.learn.losses.base import Loss
    from render.learn.measures.base import Measure
    from render.learn.models.base import Model
    from render.learn.optimizers.base import Optimizer


@dataclass(frozen=True)
class Shelf:
    """A folder of members, one of which a section of the config chooses."""

    folder: str
    default: str | None = None  # the kind of a section that names none

    @property
    def noun(self) -> str:
        """What one member is called: `loss`; also the key of the section, where there is one."""
        return registry.noun(self.folder)

    @property
    def article(self) -> str:
        """`an` for an optimizer, else `a`."""
        return "an" if self.noun[0] in "aeiou" else "a"


DATASET = Shelf("learn/datasets", "line")
MODEL = Shelf("learn/models", "linear")
LOSS = Shelf("learn/losses", "mse")
OPTIMIZER = Shelf("learn/optimizers", "sgd")
SCHEDULE = Shelf("learn/schedules", "constant")
FORMAT = Shelf("encode/formats")
MEASURE = Shelf("learn/measures")
SHELVES = {shelf.noun: shelf for shelf in (DATASET, MODEL, LOSS, OPTIMIZER, SCHEDULE)}


def choose(problems: Problems, node: Node, shelf: Shelf) -> Any:
    """The member that a section asks for, with its options; None, and problems, if it is wrong."""
    names = registry.names(shelf.folder)
    if not isinstance(node.value, str | dict):
        expected = f"the name of {shelf.article} {shelf.noun} ({', '.join(names)})"
        written = as_written(node.data)
        problems.refuse(node, f"expected {expected} or a mapping with a kind, found {written}")
        return None
    chosen = kind_node(node)
    kind = shelf.default if chosen is None else chosen.value
    at = chosen or node
    if kind is None and chosen is None:
        problems.refuse(node, f"missing key 'kind': one of {', '.join(names)}")
    elif not isinstance(kind, str):
        problems.refuse(at, f"expected one of {', '.join(names)}, found {as_written(at.data)}")
    elif (cls := member(shelf, kind)) is None:
        problems.refuse(at, unknown(shelf.noun, kind, names))
    else:
        section = replace(node, value={}) if chosen is node else node
        return take(problems, section, cls, beside=("kind",))
    return None


def kind_node(section: Node) -> Node | None:
    """Where a section names its kind, if it does: `loss: mse` is `loss: {kind: mse}`."""
    return section.get("kind") if isinstance(section.value, dict) else section


def member(shelf: Shelf, kind: str) -> type[Any] | None:
    """The class of that name or second name, or None."""
    try:
        return registry.member(shelf.folder, kind)
    except KeyError:
        return None


KEYS = (
    *(f.name for f in fields(Spec) if f.name not in {"path", "label", "names_scene", "source"}),
    "sweep",
)

# Sections whose keys are often written at the top.
SECTIONS: Mapping[str, type[Any]] = {
    "training": Training,
    "training.stop": EarlyStopping,
    "film": FilmOptions,
    "film.camera": CameraOptions,
}
MAX_HINTS = 3  # a message names at most so many sections with a key, and none if there are more


def unknown_section(problems: Problems, root: Node, key: str, names: Sequence[str]) -> None:
    """Note an unknown key at the top level; the hint names the sections that have such a key."""
    known = [home for home in _sections_with(key) if home.partition(".")[0] in names]
    if 0 < len(known) <= MAX_HINTS:
        hint = " or ".join(f"'{home}'" for home in known)
        problems.refuse(root.at(key), f"unknown key; did you mean {hint}?", at_key=True)
    else:
        unknown_key(problems, root, key, names)


def _sections_with(key: str) -> Iterator[str]:
    """The sections in which a key is allowed, for any of their members."""
    for shelf in SHELVES.values():
        members = (registry.member(shelf.folder, name) for name in registry.names(shelf.folder))
        known = (name for cls in members for name in _known(cls, key))
        yield from (f"{shelf.noun}.{name}" for name in islice(known, 1))
    for section, cls in SECTIONS.items():
        yield from (f"{section}.{name}" for name in _known(cls, key))


def _known(cls: type[Any], key: str) -> Iterator[str]:
    """The first name of the option that a key means, if the class has it."""
    for name, hint in options(cls).items():
        if key in (name, *aliases(hint)):
            yield name


Seed = Annotated[int, Field(strict=True, ge=0, le=2**63 - 1)]

MAX_WEIGHTS = 1_000_000  # of a network: 400 snapshots of them, in float64, are 3.2 GB

PARTS = (
    "seed",
    "dataset",
    "model",
    "loss",
    "optimizer",
    "schedule",
    "training",
    "landscape",
    "measure",
)


def parts(problems: Problems, run: Node, folder: Path) -> dict[str, Any]:
    """Each part by its name in the Spec; None, and problems noted, where one is wrong."""
    model = _resolved(problems, run.at("model"), MODEL, folder)
    made = {
        "seed": take(problems, run.at("seed"), Seed) if "seed" in run.entries else 1,
        "model": model,
        "optimizer": choose(problems, run.at("optimizer"), OPTIMIZER),
        "schedule": choose(problems, run.at("schedule"), SCHEDULE),
        "training": take(problems, run.at("training"), Training),
        "landscape": _landscape(problems, run, model),
        "measure": _measures(problems, run, model),
    }
    starts = model.parameters().values() if model is not None else ()
    if starts and all(start.frozen for start in starts):
        message = "every parameter is frozen: at least one must be trained"
        problems.refuse(run.at("model"), message)
    if model is None or model.needs_data:
        made["dataset"] = _resolved(problems, run.at("dataset"), DATASET, folder)
        made["loss"] = choose(problems, run.at("loss"), LOSS)
        _fit_together(problems, run, made["dataset"], model, made["loss"])
    else:
        made |= _without_data(problems, run, model, made["training"])
    _fit_network(problems, run, made)
    _whole_batches(problems, run, made["loss"], made["training"])
    return made


def _measures(problems: Problems, run: Node, model: Model | None) -> tuple[Measure, ...]:
    """What is measured at each snapshot: a list of measures, or the name of one."""
    node = run.get("measure")
    if node is None or node.value is None:
        return ()
    items = node.value if isinstance(node.value, list) else [node]
    chosen: list[Measure] = []
    for item in items:
        measure = choose(problems, item, MEASURE)
        if any(type(other) is type(measure) for other in chosen):
            problems.refuse(item, f"{registry.name_of(type(measure))} is in the list already")
        elif measure is not None and model is not None and measure.network != model.network:
            own = "a network, such as mlp" if measure.network else "a few parameters with names"
            problems.refuse(item, f"{registry.name_of(type(measure))} is for {own}")
        elif measure is not None:
            chosen.append(measure)
    return tuple(chosen)


def check_together(problems: Problems, root: Node, spec: Spec) -> None:
    """Note each measure, and the plane, that can't be had of the runs of a film together."""
    node, each = root.get("measure"), spec.each
    if spec.landscape.plane == "ends" and (len(each) != 2 or spec.film.runs != "race"):
        plane = root.at("landscape").get("plane")
        problems.refuse(plane or root, "ends are those of a race of two runs")
    faults = [one.unfit(run, len(each)) for run in each for one in run.measure]
    for fault in dict.fromkeys(fault for fault in faults if fault is not None):
        problems.refuse(node or root.get("runs") or root, fault)


def needs_data(model: Model | type[Model] | None) -> bool:
    """Whether the model is fitted to data; a function is not: its parameters are its variables."""
    return model is None or model.needs_data


def parameters(section: Node) -> tuple[str, ...]:
    """The names of a model's parameters; if it has faults, those that it has by default."""
    try:
        model = choose(Problems(), section, MODEL)
    except ConfigError:  # too many faults to report
        model = None
    return tuple(model.parameters()) if model else _usual_names(section)


def _without_data(
    problems: Problems, run: Node, model: Model, training: Training | None
) -> dict[str, Any]:
    """The data and loss of a model that is a function; keys that need data are refused."""
    for key, why in (("dataset", "a function has no data"), ("loss", "the function is the loss")):
        if key in run.entries:
            problems.refuse(run.at(key), f"{why}: leave it out", at_key=True)
    batches = run.at("training")
    if training is not None and training.batch_size != "full":
        message = "a function has no data to batch: leave it out"
        problems.refuse(batches.at("batch_size"), message)
    if training is not None and training.shuffle:
        problems.refuse(batches.at("shuffle"), "a function has no data to shuffle: leave it out")
    dataset, loss = model.without_data()
    return {"dataset": dataset, "loss": loss}


def _fit_together(
    problems: Problems,
    run: Node,
    dataset: DatasetKind | None,
    model: Model | None,
    loss: Loss | None,
) -> None:
    """Check that data, model and loss fit each other."""
    if dataset and model and model.features not in (0, dataset.features):
        message = f"the dataset has {_features(dataset.features)}, the model takes"
        fitting = {
            1: "a linear model with a single weight fits",
            2: "a linear model with two weights, such as 'weight: [0, 0]', fits",
        }.get(dataset.features, "a network fits, such as mlp")
        problems.refuse(run.at("model"), f"{message} {_features(model.features)}: {fitting}")
    if loss and model and loss.probabilities and not (model.probability or model.network):
        kind = registry.name_of(type(loss))
        message = f"{kind} is for probabilities: it needs a model such as logistic or mlp"
        problems.refuse(run.at("loss"), message)
    if dataset and model and not model.network:
        if dataset.targets > 1:
            message = "several labels are for a network, such as mlp: this model has one prediction"
            problems.refuse(run.at("dataset").at("y"), message)
        elif dataset.classes is not None and len(dataset.classes) > 2:
            count = len(dataset.classes)
            message = f"the dataset has {count} classes: they need a network, such as mlp"
            problems.refuse(run.at("model"), message)


def _features(count: int) -> str:
    named = {1: "one feature", 2: "two features"}
    return named.get(count, f"{count:,} features")


def _fit_network(problems: Problems, run: Node, made: Mapping[str, Any]) -> None:
    """Check that a network fits its data, loss, optimizer and plane; and that no other has these.

    The size of a network is known where no code has to run for it.
    """
    model, dataset, loss, optimizer = (
        made[part] for part in ("model", "dataset", "loss", "optimizer")
    )
    if model is None:
        return
    if not model.network:
        trained = [name for name, one in model.parameters().items() if not one.frozen]
        _fit_rates(problems, run, optimizer, len(trained), "trained parameters", model.torch_vector)
        if made["training"] is not None and made["training"].device != "cpu":
            message = "only a network can be trained elsewhere than on the CPU: leave it out"
            problems.refuse(run.at("training").at("device"), message)
        return
    if dataset is None or loss is None:
        return
    kind = registry.name_of(type(loss))
    if loss.mixes_points:
        message = "is the mistake of a single prediction: a network's labels have its shape"
        problems.refuse(run.at("loss").at("broadcast"), message)
    if loss.classifies and not dataset.classifies:
        data = registry.name_of(type(dataset))
        hint = "csv names their column with 'class'" if data == "csv" else "mse suits numbers"
        message = f"{kind} is for classes, and the labels of {data} are numbers: {hint}"
        problems.refuse(run.at("loss"), message)
    elif dataset.classifies and not loss.classifies:
        suits = ", ".join(name for name in registry.names(LOSS.folder) if _classifies(name))
        message = f"{kind} is for numbers, and the labels are classes: {suits} suits them"
        problems.refuse(run.at("loss"), message)
    else:
        shapes = model.shapes(dataset.features, loss.outputs(dataset))
        if shapes is not None:
            _fit_size(problems, run, model, optimizer, made["landscape"], shapes)


def _fit_rates(
    problems: Problems,
    run: Node,
    optimizer: Optimizer | None,
    count: int,
    what: str,
    vector: str = "",
) -> None:
    """Check that there are as many learning rates as parameters, or layers of a network."""
    given = optimizer.lr_scale if optimizer is not None else ()
    node = run.at("optimizer").at("lr_scale")
    if given and vector:
        problems.refuse(node, "this model has its parameters in one tensor, with one rate: lr")
    elif given and len(given) != count:
        problems.refuse(node, f"expected {count} numbers, one for each of the {what}")


def _classifies(loss: str) -> bool:
    return bool(registry.member(LOSS.folder, loss).classifies)


def _fit_size(
    problems: Problems,
    run: Node,
    model: Model,
    optimizer: Optimizer | None,
    landscape: LandscapeOptions | None,
    shapes: Mapping[str, tuple[int, ...]],
) -> None:
    """Check the optimizer and the plane of a network whose tensors have these shapes."""
    count = sum(prod(shape) for shape in shapes.values())
    if count > MAX_WEIGHTS:
        message = f"the network has {count:,} weights; at most {MAX_WEIGHTS:,}"
        problems.refuse(run.at("model"), message)
    elif optimizer is not None and (fault := optimizer.refuse(count)) is not None:
        problems.refuse(run.at("optimizer"), fault)
    layers = {name.rpartition(".")[0] for name in shapes}
    _fit_rates(problems, run, optimizer, len(layers), "layers")
    plane = landscape.plane if landscape is not None else None
    if isinstance(plane, tuple):
        node = run.at("landscape").at("plane")
        for index, name in enumerate(plane):
            if (fault := weight_fault(name, shapes)) is not None:
                problems.refuse(node.at(index), fault)


def few_snapshots(problems: Problems, run: Node, made: Mapping[str, Any]) -> None:
    """Refuse a run that is too short for the plane of its own principal components."""
    landscape, training = made["landscape"], made["training"]
    if landscape is None or training is None or landscape.plane != "pca":
        return
    if training.epochs == 1 and training.batch_size == "full":
        message = "one step leaves two snapshots, and principal components need three"
        node = run.at("training")
        problems.refuse(node.get("epochs") or node, f"{message}: take more epochs or another plane")


WEIGHT = re.compile(r"(?P<tensor>[^\[\]]+)(\[(?P<index>\d{1,9}(, ?\d{1,9})*)\])?")


def weight_fault(name: str, shapes: Mapping[str, tuple[int, ...]]) -> str | None:
    """Why a name such as `0.weight[3,2]` names no weight of tensors of these shapes; else None."""
    read = WEIGHT.fullmatch(name)
    if read is None:
        return f"expected a tensor and a place in it, like 0.weight[3,2], found '{shown(name)}'"
    tensor, index = read["tensor"], read["index"]
    if tensor not in shapes:
        return unknown("tensor of weights", tensor, tuple(shapes))
    shape, place = shapes[tensor], tuple(map(int, index.split(","))) if index else ()
    if len(place) != len(shape) or any(at >= size for at, size in zip(place, shape, strict=True)):
        last = ",".join(str(size - 1) for size in shape)
        first = ",".join("0" for _ in shape)
        return f"{tensor} has weights [{first}] to [{last}], found '{shown(name)}'"
    return None


def _whole_batches(
    problems: Problems, run: Node, loss: Loss | None, training: Training | None
) -> None:
    """Refuse mini-batches with a broadcast loss: its surface differs from the whole data's."""
    mixed = loss is not None and loss.mixes_points
    if mixed and training is not None and training.batch_size != "full":
        message = "mixes the points of a batch with one another: it needs training.batch_size: full"
        problems.refuse(run.at("loss").at("broadcast"), message)


def _resolved(problems: Problems, node: Node, shelf: Shelf, folder: Path) -> Any:
    """The member that a section asks for, with the files that it reads."""
    part = choose(problems, node, shelf)
    try:
        return part and part.resolve(folder)
    except ValueError as fault:
        return refuse_part(problems, node, type(part), fault)


def _landscape(problems: Problems, run: Node, model: Model | None) -> LandscapeOptions | None:
    """`{w: [-12, 6], grid: 121}`: the options, and beside them one range for each parameter.

    A network has the coordinates of its plane instead of parameters.
    """
    node = run.at("landscape")
    own = {name: hint for name, hint in options(LandscapeOptions).items() if name != "extents"}
    network = is_network(run.at("model"))
    names: tuple[str, ...] = ()
    if network:
        plane = _plane(problems, node, own["plane"])
        names = LandscapeOptions(plane=plane).plane_axes
    else:
        names = tuple(model.parameters()) if model else _usual_names(run.at("model"))
    useless = ("flip_bias",) if network else OF_A_NETWORK
    allowed = (*names, *(key for key in own if key not in useless))
    if not isinstance(node.value, dict):
        expected = f"expected a mapping of {', '.join(allowed)}"
        problems.refuse(node, f"{expected}, found {as_written(node.data)}")
        return None
    for key, inner in node.entries.items():
        if key in (*names, *own):
            continue
        if (model is None and not network) and (not names or _stem(key) in map(_stem, names)):
            _extent(problems, inner)  # the corrected model may have such a parameter
        elif network and not names:
            _extent(problems, inner)  # the plane is wrong, and has other coordinates
        else:
            unknown_key(problems, node, key, allowed)
    extents: dict[str, Any] = {
        n: _extent(problems, node.at(n)) if n in node.entries else "auto" for n in names
    }
    given = {k: take(problems, node.at(k), own[k]) for k in own if k in node.entries}
    if model is not None and given.get("flip_bias") and not model.flippable_bias:
        message = "only a linear model of one feature has the bias whose sign the labs flip"
        problems.refuse(node.at("flip_bias"), message)
    if network:
        usual = {"plane": "pca", "centre": "mean", "normalize": "filter", "grid": NETWORK_GRID}
        given = usual | {key: value for key, value in given.items() if value is not None}
        _plane_options(problems, node, given)
    elif model is not None:
        for key in OF_A_NETWORK:
            if given.pop(key, None) is not None:
                message = "is for networks, such as mlp: this loss is drawn over its parameters"
                problems.refuse(node.at(key), message, at_key=True)
    return LandscapeOptions(extents=extents, **given)


OF_A_NETWORK = ("plane", "centre", "normalize", "seed")


def _plane(problems: Problems, landscape: Node, hint: Any) -> Any:
    """The plane that a network's landscape asks for; the usual one if it asks for none."""
    node = landscape.get("plane")
    if node is None or node.value is None:
        return "pca"
    plane = take(problems, node, hint)
    if isinstance(plane, tuple) and plane[0] == plane[1]:
        return problems.refuse(node, "names one weight twice: a plane needs two directions")
    return plane


def _plane_options(problems: Problems, node: Node, given: Mapping[str, Any]) -> None:
    """Refuse options that are of no use for the plane that is asked for."""
    if given["plane"] == "random":
        return
    for key, usual in (("normalize", "filter"), ("seed", None)):
        if given.get(key, usual) != usual:
            message = "is for random directions: 'plane: random'"
            problems.refuse(node.at(key), message, at_key=True)


def is_network(section: Node) -> bool:
    """Whether a config's model is a network, even if it has faults."""
    kind = kind_node(section)
    cls = member(MODEL, kind.value) if kind and isinstance(kind.value, str) else None
    return bool(cls is not None and cls.network)


def _usual_names(section: Node) -> tuple[str, ...]:
    """The default parameters of a model with faults; none if its kind is unknown."""
    chosen = kind_node(section)
    kind = MODEL.default if chosen is None else chosen.value
    cls = member(MODEL, kind) if isinstance(kind, str) else None
    return tuple(cls().parameters()) if cls else ()


def _stem(name: str) -> str:
    """The option of a numbered parameter: `w` for w1."""
    return name.rstrip("0123456789")


def _extent(problems: Problems, node: Node) -> Any:
    extent = take(problems, node, Extent)
    if isinstance(extent, tuple) and not extent[1] - extent[0] > 1e-9 * max(map(abs, extent)):
        problems.refuse(node, f"expected [low, high] with low < high, found {node.data}")
    return extent
