"""Builds the parts of a config that make a run: data, model, loss and how it is trained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from render import registry
from render.config.fields import aliases, as_written, options, refuse_part, take, unknown_key
from render.config.node import Node
from render.config.problems import Problems, unknown
from render.config.spec import (
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
    from render.learn.models.base import Model


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

PARTS = (
    "seed",
    "dataset",
    "model",
    "loss",
    "optimizer",
    "schedule",
    "training",
    "landscape",
)


def parts(problems: Problems, run: Node, folder: Path) -> dict[str, Any]:
    """Each part by its name in the Spec; None, and problems noted, where one is wrong."""
    model = choose(problems, run.at("model"), MODEL)
    made = {
        "seed": take(problems, run.at("seed"), Seed) if "seed" in run.entries else 1,
        "model": model,
        "optimizer": choose(problems, run.at("optimizer"), OPTIMIZER),
        "schedule": choose(problems, run.at("schedule"), SCHEDULE),
        "training": take(problems, run.at("training"), Training),
        "landscape": _landscape(problems, run, model),
    }
    if model is not None and all(p.frozen for p in model.parameters().values()):
        message = "every parameter is frozen: at least one must be trained"
        problems.refuse(run.at("model"), message)
    if model is None or model.needs_data:
        made["dataset"] = _dataset(problems, run.at("dataset"), folder)
        made["loss"] = choose(problems, run.at("loss"), LOSS)
        _fit_together(problems, run, made["dataset"], model, made["loss"])
    else:
        made |= _without_data(problems, run, model, made["training"])
    _whole_batches(problems, run, made["loss"], made["training"])
    return made


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
    if dataset and model and dataset.features != model.features:
        has = {1: "one feature", 2: "two features"}
        two = "two weights, such as 'weight: [0, 0]',"
        fitting = two if dataset.features == 2 else "a single weight"
        message = f"the dataset has {has[dataset.features]}, the model takes {has[model.features]}"
        problems.refuse(run.at("model"), f"{message}: a linear model with {fitting} fits")
    if model and loss and loss.probabilities and not model.probability:
        kind = registry.name_of(type(loss))
        message = f"{kind} is for probabilities: it needs a model such as logistic"
        problems.refuse(run.at("loss"), message)


def _whole_batches(
    problems: Problems, run: Node, loss: Loss | None, training: Training | None
) -> None:
    """Refuse mini-batches with a broadcast loss: its surface differs from the whole data's."""
    mixed = loss is not None and loss.mixes_points
    if mixed and training is not None and training.batch_size != "full":
        message = "mixes the points of a batch with one another: it needs training.batch_size: full"
        problems.refuse(run.at("loss").at("broadcast"), message)


def _dataset(problems: Problems, node: Node, folder: Path) -> Any:
    dataset = choose(problems, node, DATASET)
    try:
        return dataset and dataset.resolve(folder)
    except ValueError as fault:
        return refuse_part(problems, node, type(dataset), fault)


def _landscape(problems: Problems, run: Node, model: Model | None) -> LandscapeOptions | None:
    """`{w: [-12, 6], grid: 121}`: the options, and beside them one range for each parameter."""
    node = run.at("landscape")
    names = tuple(model.parameters()) if model else _usual_names(run.at("model"))
    own = {name: hint for name, hint in options(LandscapeOptions).items() if name != "extents"}
    if not isinstance(node.value, dict):
        expected = f"expected a mapping of {', '.join((*names, *own))}"
        problems.refuse(node, f"{expected}, found {as_written(node.data)}")
        return None
    for key, inner in node.entries.items():
        if key in (*names, *own):
            continue
        if model is None and (not names or _stem(key) in map(_stem, names)):
            _extent(problems, inner)  # the corrected model may have such a parameter
        else:
            unknown_key(problems, node, key, (*names, *own))
    extents: dict[str, Any] = {
        n: _extent(problems, node.at(n)) if n in node.entries else "auto" for n in names
    }
    given = {k: take(problems, node.at(k), own[k]) for k in own if k in node.entries}
    if model is not None and given.get("flip_bias") and not model.flippable_bias:
        message = "only a linear model of one feature has the bias whose sign the labs flip"
        problems.refuse(node.at("flip_bias"), message)
    return LandscapeOptions(extents=extents, **given)


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
