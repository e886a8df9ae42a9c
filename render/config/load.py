"""A config file and the options of a command line in, a Spec out, or all that is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from render import registry, scene
from render.config.draft import Draft
from render.config.expect import found
from render.config.fields import take
from render.config.keys import KEYS, unknown_section
from render.config.kinds import FORMAT, choose
from render.config.overrides import override
from render.config.parts import needs_data, parts
from render.config.problems import shown, unknown
from render.config.race import one_surface
from render.config.reading import read
from render.config.runs import runs, tell_apart
from render.config.spec import Film, Spec
from render.encode.base import Format

Text = Annotated[str, Field(strict=True, min_length=1, max_length=200)]

OUTPUTS = ["mp4", "gif", "png", "csv", "json"]
FRAMES = range(2, 20_001)


def load(path: Path, sets: Sequence[str] = (), options: Mapping[str, str] | None = None) -> Spec:
    """Read, override, check and fill in a config.

    `sets` are KEY=VALUE with a YAML value, `options` are named ones such as {"fps": "60"},
    which come before them. Raises ConfigError with every problem found.
    """
    draft = read(path)
    override(draft, options or {}, sets)
    for key in draft.data:
        if key not in KEYS:
            unknown_section(draft, (key,), KEYS)
    film = _film(draft)
    title = _title(draft, path)
    laid = runs(draft, film.runs if film else "grid")
    drafts: Sequence[Draft] = laid or [draft]
    made = [parts(run, path.parent) for run in drafts]
    if film is not None and film.runs == "race":
        one_surface(laid, made)
    tell_apart(draft, laid)
    shared = {
        "path": path,
        "title": title,
        "scene": _scene(draft, path, film, made),
        "film": film,
        "outputs": _outputs(draft, film),
    }
    draft.settle()
    each = [Spec(label=path.stem, **shared, **one) for one in made]
    labelled = [replace(one, label=run.label) for one, run in zip(each, laid, strict=False)]
    return replace(each[0], runs=tuple(labelled))


def _title(draft: Draft, path: Path) -> Any:
    if "title" not in draft.data:
        return shown(path.stem)
    title = take(draft, ("title",), Text, draft.data["title"])
    if title is not None and not title.isprintable():
        draft.refuse(("title",), f"expected one line of text, found '{shown(title)}'")
    return title


def _scene(draft: Draft, path: Path, film: Film | None, made: Sequence[Mapping[str, Any]]) -> Any:
    there = scene.known(path)
    name = draft.data.get("scene", _usual_scene(film, made, there))
    if not isinstance(name, str):
        draft.refuse(("scene",), f"expected one of {', '.join(there)}, found {found(name)}")
    elif name not in there:
        draft.refuse(("scene",), unknown("scene", name, there))
    return name


def _usual_scene(film: Film | None, made: Sequence[Mapping[str, Any]], there: Sequence[str]) -> str:
    """The scene of a config that names none."""
    model = made[0]["model"]
    if len(made) > 1 and film is not None:
        return film.runs
    if not needs_data(model):
        return "function"
    if model is not None and model.probability and "classify" in there:
        return "classify"
    trained = [p for p in model.parameters().values() if not p.frozen] if model else []
    return "slope" if len(trained) == 1 else "slope_bias"


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
    _panels(draft, film)
    return film


def _panels(draft: Draft, film: Film) -> None:
    """Whether there are cells that can hold the panels, and the panels themselves."""
    if film.panels is None:
        return
    if film.runs != "grid" or not {"runs", "sweep"} & draft.data.keys():
        told = "only the cells of a grid hold panels of your choice: give runs and film.runs: grid"
        draft.refuse(("film", "panels"), told, at_key=True)
    kinds = registry.names("draw/panels")
    for index, kind in enumerate(film.panels):
        if kind not in kinds:
            draft.refuse(("film", "panels", index), unknown("panel", kind, kinds))


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
