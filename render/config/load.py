"""A config file and the options of a command line in, a Spec out, or all that is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from render import registry, scene
from render.config.draft import Draft
from render.config.expect import aliases, found, options
from render.config.fields import take, unknown_key
from render.config.kinds import (
    DATASET,
    FORMAT,
    LOSS,
    MODEL,
    OPTIMIZER,
    SCHEDULE,
    choose,
    member,
)
from render.config.overrides import override
from render.config.problems import shown, unknown
from render.config.reading import read
from render.config.spec import Extent, Film, Spec, Training, View
from render.encode.base import Format
from render.learn.datasets.base import DatasetKind
from render.learn.losses.base import Loss
from render.learn.models.base import Model
from render.learn.optimizers.base import Optimizer

Text = Annotated[str, Field(strict=True, min_length=1, max_length=200)]
Seed = Annotated[int, Field(strict=True, ge=0, le=2**63 - 1)]

KEYS = tuple(field.name for field in fields(Spec) if field.name != "path")
OUTPUTS = ["mp4", "gif", "png", "csv", "json"]
FRAMES = range(2, 20_001)

# Sections whose keys are often given at the top; of those that choose a kind, what all share.
SECTIONS: Mapping[str, type[Any]] = {
    "dataset": DatasetKind,
    "loss": Loss,
    "optimizer": Optimizer,
    "training": Training,
    "film": Film,
}


def load(path: Path, sets: Sequence[str] = (), options: Mapping[str, str] | None = None) -> Spec:
    """Read, override, check and fill in a config.

    `sets` are KEY=VALUE with a YAML value, `options` are named ones such as {"fps": "60"},
    which come before them. Raises ConfigError with every problem found.
    """
    draft = read(path)
    override(draft, options or {}, sets)
    data = draft.data
    for key in data:
        if key not in KEYS:
            _unknown_section(draft, key)
    model = choose(draft, ("model",), MODEL, data.get("model", {}))
    film = _film(draft)
    parts = {
        "title": _title(draft, path),
        "scene": _scene(draft, path, model),
        "seed": take(draft, ("seed",), Seed, data.get("seed", 1)),
        "dataset": _dataset(draft, path),
        "model": model,
        "loss": choose(draft, ("loss",), LOSS, data.get("loss", {})),
        "optimizer": choose(draft, ("optimizer",), OPTIMIZER, data.get("optimizer", {})),
        "schedule": choose(draft, ("schedule",), SCHEDULE, data.get("schedule", {})),
        "training": take(draft, ("training",), Training, data.get("training", {})),
        "film": film,
        "landscape": _landscape(draft, model),
        "outputs": _outputs(draft, film),
    }
    if model is not None and all(p.frozen for p in model.parameters().values()):
        draft.refuse(("model",), "every parameter is frozen: at least one must be trained")
    _fit_together(draft, parts["dataset"], model, parts["loss"])
    draft.settle()
    return Spec(path=path, **parts)


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


def _unknown_section(draft: Draft, key: str) -> None:
    """A key at the top that isn't one; many are known further down."""
    homes = [
        f"'{section}.{name}'"
        for section, cls in SECTIONS.items()
        for name, hint in options(cls).items()
        if key in (name, *aliases(hint))
    ]
    if homes:
        draft.refuse((key,), f"unknown key; did you mean {' or '.join(homes)}?", at_key=True)
    else:
        unknown_key(draft, (key,), KEYS)


def _title(draft: Draft, path: Path) -> Any:
    if "title" not in draft.data:
        return shown(path.stem)
    title = take(draft, ("title",), Text, draft.data["title"])
    if title is not None and not title.isprintable():
        draft.refuse(("title",), f"expected one line of text, found '{shown(title)}'")
    return title


def _scene(draft: Draft, path: Path, model: Model | None) -> Any:
    trained = [p for p in model.parameters().values() if not p.frozen] if model else []
    name = draft.data.get("scene", "slope" if len(trained) == 1 else "slope_bias")
    there = scene.known(path)
    if not isinstance(name, str):
        draft.refuse(("scene",), f"expected one of {', '.join(there)}, found {found(name)}")
    elif name not in there:
        draft.refuse(("scene",), unknown("scene", name, there))
    return name


def _dataset(draft: Draft, path: Path) -> Any:
    dataset = choose(draft, ("dataset",), DATASET, draft.data.get("dataset", {}))
    try:
        return dataset and dataset.resolve(path.parent)
    except ValueError as fault:
        return draft.refuse(("dataset",), str(fault))


def _film(draft: Draft) -> Film | None:
    value = draft.data.get("film", {})
    film: Film | None = take(draft, ("film",), Film, value)
    theme = value.get("theme", Film.theme) if isinstance(value, dict) else Film.theme
    themes = registry.names("draw/themes")
    if isinstance(theme, str) and theme not in themes:
        draft.refuse(("film", "theme"), unknown("theme", theme, themes))
    if film is None:
        return None
    frames = round(film.duration * film.fps)
    if frames not in FRAMES:
        told = f"{frames:,} frame{'s' * (frames != 1)} ({film.duration:g} s at {film.fps} fps)"
        draft.refuse(("film", "duration"), f"{told}: a film has from 2 to {FRAMES[-1]:,}")
    return film


def _landscape(draft: Draft, model: Model | None) -> View | None:
    """`{w: [-12, 6], grid: 121}`: the options of View beside one range for each parameter."""
    value = draft.data.get("landscape", {})
    names = tuple(model.parameters()) if model else _usual_names(draft.data.get("model", {}))
    own = {name: hint for name, hint in options(View).items() if name != "extents"}
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
    return View(extents=extents, **given)


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


def _outputs(draft: Draft, film: Film | None) -> tuple[Format, ...]:
    value = draft.data.get("outputs", OUTPUTS)
    if not isinstance(value, list) or not value:
        wanted = "expected a list of formats, like [mp4, gif]"
        draft.refuse(("outputs",), f"{wanted}, found {found(value)}")
        return ()
    chosen: list[Format] = []
    for index, item in enumerate(value):
        format_ = choose(draft, ("outputs", index), FORMAT, item)
        if any(type(other) is type(format_) for other in chosen):
            kind = registry.name_of(type(format_))
            draft.refuse(("outputs", index), f"a second {kind}: each format makes one file")
        if format_ is None:
            continue
        if film is not None and (reason := format_.refuse(film.size, film.fps)) is not None:
            draft.refuse(("outputs", index), reason)
        chosen.append(format_)
    return tuple(chosen)
