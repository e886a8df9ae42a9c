"""A config file and the options of a command line in, a Spec out, or all that is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from render import registry, scene
from render.config.captions import captions
from render.config.draft import Draft
from render.config.expect import found
from render.config.fields import take
from render.config.filming import film as filmed
from render.config.keys import KEYS, unknown_section
from render.config.kinds import FORMAT, choose
from render.config.overrides import override
from render.config.parts import needs_data, parts
from render.config.problems import shown, unknown
from render.config.race import one_surface
from render.config.reading import read
from render.config.runs import left_over, runs, tell_apart
from render.config.spec import Film, Spec
from render.config.targeting import place
from render.encode.base import Format

Text = Annotated[str, Field(strict=True, min_length=1, max_length=200)]

OUTPUTS = ["mp4", "gif", "png", "csv", "json"]


def load(
    path: Path,
    sets: Sequence[str] = (),
    options: Mapping[str, str] | None = None,
    text: str | None = None,
) -> Spec:
    """Read, override, check and fill in a config; `text` is what it says, if not the file's own.

    `sets` are KEY=VALUE with a YAML value, `options` are named ones such as {"fps": "60"},
    which come before them. Raises ConfigError with every problem found.
    """
    draft = read(path, text)
    override(draft, options or {}, sets)
    for key in draft.data:
        if key not in KEYS:
            unknown_section(draft, (key,), KEYS)
    film = filmed(draft)
    title = _title(draft, path)
    laid = runs(draft, film.runs if film else "grid")
    drafts: Sequence[Draft] = laid or [draft]
    made = [parts(run, path.parent) for run in drafts]
    if film is not None and film.runs == "race":
        one_surface(laid, made)
    left_over(draft, laid)
    tell_apart(draft, laid)
    shared = {
        "path": path,
        "title": title,
        "scene": _scene(draft, path, film, made),
        "film": film,
        "outputs": _outputs(draft, film),
        "captions": captions(draft, film, made),
        "target": place(draft.data.get("target")),
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
    kinds = [registry.name_of(type(format_)) for format_ in chosen]
    for format_, kind in zip(chosen, kinds, strict=True):
        if (reason := format_.misses(kinds)) is not None:
            draft.refuse(("outputs",), f"{kind} {reason}")
    return tuple(chosen)
