"""A draft in, the parts of it that make a run out: data, model, loss and how it is trained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from render import registry
from render.config.draft import Draft
from render.config.fields import aliases, found, options, refuse_part, take, unknown_key
from render.config.problems import KeyPath, unknown
from render.config.spec import (
    CameraOptions,
    EarlyStopping,
    Extent,
    FilmOptions,
    LandscapeOptions,
    Spec,
    Training,
)

if TYPE_CHECKING:
    from render.learn.datasets.base import DatasetKind
    from render.learn.losses.base import Loss
    from render.learn.models.base import Model


@dataclass(frozen=True)
class Shelf:
    """A folder of members that a section chooses from."""

    folder: str
    default: str | None = None  # the kind of a section that names none

    @property
    def noun(self) -> str:
        """What one member is called: `loss`."""
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


def choose(draft: Draft, path: KeyPath, shelf: Shelf, value: Any) -> Any:
    """The member that a section spells out; None, and problems in the draft, if it can't."""
    if isinstance(value, str):
        return choose(draft, path, shelf, {"kind": value})
    names = registry.names(shelf.folder)
    if not isinstance(value, dict):
        wanted = f"the name of {shelf.article} {shelf.noun} ({', '.join(names)})"
        draft.refuse(path, f"expected {wanted} or a mapping with a kind, found {found(value)}")
        return None
    kind = value.get("kind", shelf.default)
    spelled = (*path, "kind") if (*path, "kind") in draft.values else path
    if kind is None and "kind" not in value:
        draft.refuse(path, f"missing key 'kind': one of {', '.join(names)}")
    elif not isinstance(kind, str):
        draft.refuse(spelled, f"expected one of {', '.join(names)}, found {found(kind)}")
    elif (cls := member(shelf, kind)) is None:
        draft.refuse(spelled, unknown(shelf.noun, kind, names))
    else:
        options = {key: option for key, option in value.items() if key != "kind"}
        return take(draft, path, cls, options, also=("kind",))
    return None


def member(shelf: Shelf, kind: str) -> type[Any] | None:
    """The class of that name or second name, or None."""
    try:
        return registry.member(shelf.folder, kind)
    except KeyError:
        return None


KEYS = (*(f.name for f in fields(Spec) if f.name not in {"path", "label", "names_scene"}), "sweep")

# Sections whose keys are often given at the top.
SECTIONS: Mapping[str, type[Any]] = {
    "training": Training,
    "training.stop": EarlyStopping,
    "film": FilmOptions,
    "film.camera": CameraOptions,
}
SHELVES = (DATASET, MODEL, LOSS, OPTIMIZER, SCHEDULE)
MOST_HOMES = 3  # that are told; of more, none


def unknown_section(draft: Draft, path: KeyPath, names: Sequence[str]) -> None:
    """Note a key at the top that isn't one; many are known further down."""
    homes = [home for home in _homes(str(path[-1])) if home.partition(".")[0] in names]
    if 0 < len(homes) <= MOST_HOMES:
        told = " or ".join(f"'{home}'" for home in homes)
        draft.refuse(path, f"unknown key; did you mean {told}?", at_key=True)
    else:
        unknown_key(draft, path, names)


def _homes(key: str) -> Iterator[str]:
    """Where a key is known: in sections, and in those that choose a kind by some member's."""
    for shelf in SHELVES:
        members = (registry.member(shelf.folder, name) for name in registry.names(shelf.folder))
        known = (name for cls in members for name in _known(cls, key))
        yield from (f"{shelf.noun}.{name}" for name in islice(known, 1))
    for section, cls in SECTIONS.items():
        yield from (f"{section}.{name}" for name in _known(cls, key))


def _known(cls: type[Any], key: str) -> Iterator[str]:
    """The option that a key means, by its first name."""
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


def parts(draft: Draft, folder: Path) -> dict[str, Any]:
    """Each part by its name in the Spec; None, and problems in the draft, where it is wrong."""
    data = draft.data
    model = choose(draft, ("model",), MODEL, data.get("model", {}))
    made = {
        "seed": take(draft, ("seed",), Seed, data.get("seed", 1)),
        "model": model,
        "optimizer": choose(draft, ("optimizer",), OPTIMIZER, data.get("optimizer", {})),
        "schedule": choose(draft, ("schedule",), SCHEDULE, data.get("schedule", {})),
        "training": take(draft, ("training",), Training, data.get("training", {})),
        "landscape": _landscape(draft, model),
    }
    if model is not None and all(p.frozen for p in model.parameters().values()):
        draft.refuse(("model",), "every parameter is frozen: at least one must be trained")
    if model is None or model.needs_data:
        made["dataset"] = _dataset(draft, folder)
        made["loss"] = choose(draft, ("loss",), LOSS, data.get("loss", {}))
        _fit_together(draft, made["dataset"], model, made["loss"])
    else:
        made |= _without_data(draft, model, made["training"])
    _whole_batches(draft, made["loss"], made["training"])
    return made


def needs_data(model: Model | type[Model] | None) -> bool:
    """Whether it is fitted to data; a function is not, whose parameters are its variables."""
    return model is None or model.needs_data


def parameters(section: Any) -> tuple[str, ...]:
    """The names of a model's parameters; those it would usually have if it has faults."""
    model = choose(Draft("", [], {}, {}, {}), ("model",), MODEL, section)
    return tuple(model.parameters()) if model else _usual_names(section)


def _without_data(draft: Draft, model: Model, training: Training | None) -> dict[str, Any]:
    """What a function has for data and loss; anything that only data have is refused."""
    for key, told in (("dataset", "a function has no data"), ("loss", "the function is the loss")):
        if key in draft.data:
            draft.refuse((key,), f"{told}: leave it out", at_key=True)
    if training is not None and training.batch_size != "full":
        draft.refuse(("training", "batch_size"), "a function has no data to batch: leave it out")
    if training is not None and training.shuffle:
        draft.refuse(("training", "shuffle"), "a function has no data to shuffle: leave it out")
    dataset, loss = model.without_data()
    return {"dataset": dataset, "loss": loss}


def _fit_together(
    draft: Draft, dataset: DatasetKind | None, model: Model | None, loss: Loss | None
) -> None:
    """Whether data, model and loss can work on one another."""
    if dataset and model and dataset.features != model.features:
        has = {1: "one feature", 2: "two features"}
        wanted = "a list of two weights" if dataset.features == 2 else "a single weight"
        told = f"the dataset has {has[dataset.features]}, the model takes {has[model.features]}"
        draft.refuse(("model",), f"{told}: a linear model with {wanted} fits")
    if model and loss and loss.probabilities and not model.probability:
        kind = registry.name_of(type(loss))
        draft.refuse(("loss",), f"{kind} is for probabilities: it needs a model such as logistic")


def _whole_batches(draft: Draft, loss: Loss | None, training: Training | None) -> None:
    """Batches that are broadcast have other surfaces than the whole data."""
    mixed = loss is not None and loss.mixes_points
    if mixed and training is not None and training.batch_size != "full":
        told = "mixes the points of a batch with one another: it needs training.batch_size: full"
        draft.refuse(("loss", "broadcast"), told)


def _dataset(draft: Draft, folder: Path) -> Any:
    dataset = choose(draft, ("dataset",), DATASET, draft.data.get("dataset", {}))
    try:
        return dataset and dataset.resolve(folder)
    except ValueError as fault:
        return refuse_part(draft, ("dataset",), type(dataset), fault)


def _landscape(draft: Draft, model: Model | None) -> LandscapeOptions | None:
    """`{w: [-12, 6], grid: 121}`: the options of View beside one range for each parameter."""
    value = draft.data.get("landscape", {})
    names = tuple(model.parameters()) if model else _usual_names(draft.data.get("model", {}))
    own = {name: hint for name, hint in options(LandscapeOptions).items() if name != "extents"}
    if not isinstance(value, dict):
        wanted = ", ".join((*names, *own))
        draft.refuse(("landscape",), f"expected a mapping of {wanted}, found {found(value)}")
        return None
    for key in value:
        if key in (*names, *own):
            continue
        if model is None and (not names or _stem(key) in map(_stem, names)):
            _extent(draft, key, value[key])  # once mended, the model may have a parameter of it
        else:
            unknown_key(draft, ("landscape", key), (*names, *own))
    extents = {name: _extent(draft, name, value.get(name, "auto")) for name in names}
    given = {
        k: take(draft, ("landscape", k), hint, value[k]) for k, hint in own.items() if k in value
    }
    if model is not None and given.get("flip_bias") and not model.flippable_bias:
        told = "only a linear model of one feature has the bias whose sign the labs flip"
        draft.refuse(("landscape", "flip_bias"), told)
    return LandscapeOptions(extents=extents, **given)


def _usual_names(section: Any) -> tuple[str, ...]:
    """The parameters that a model with faults would have by default; none of an unknown kind."""
    kind = section.get("kind", MODEL.default) if isinstance(section, dict) else section
    cls = member(MODEL, kind) if isinstance(kind, str) else None
    return tuple(cls().parameters()) if cls else ()


def _stem(name: str) -> str:
    """`w` of w1: the options of a model may number its parameters."""
    return name.rstrip("0123456789")


def _extent(draft: Draft, name: str, value: Any) -> Any:
    extent = take(draft, ("landscape", name), Extent, value)
    if isinstance(extent, tuple) and not extent[1] - extent[0] > 1e-9 * max(map(abs, extent)):
        draft.refuse(("landscape", name), f"expected [low, high] with low < high, found {value}")
    return extent
