"""A config file and the options of a command line in, a Spec out, or all that is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from render import registry
from render.config.captions import captions
from render.config.draft import Draft
from render.config.fields import found, take
from render.config.layers import override, place
from render.config.layout import Layout, layout
from render.config.parts import FORMAT, KEYS, choose, needs_data, parts, unknown_section
from render.config.problems import Spelling, as_typed, shown, unknown
from render.config.runs import left_over, one_surface, runs, tell_apart
from render.config.scene_file import known
from render.config.spec import FilmOptions, Spec
from render.config.theme import fault
from render.config.yaml import read

if TYPE_CHECKING:
    from render.encode.base import Format

FRAMES = range(2, 20_001)
MOST_LABELS, LONGEST = 200, 60  # words, and letters of each


def film_section(draft: Draft) -> FilmOptions | None:
    value = draft.data.get("film", {})
    arranged = value.get("layout") if isinstance(value, dict) else None
    if arranged is not None:
        value = {key: item for key, item in value.items() if key != "layout"}
    film: FilmOptions | None = take(draft, ("film",), FilmOptions, value)
    theme = value.get("theme", FilmOptions.theme) if isinstance(value, dict) else FilmOptions.theme
    if isinstance(theme, str) and (wrong := fault(theme, Path(draft.name).parent)):
        draft.refuse(("film", "theme"), wrong)
    arrangement = None if arranged is None else _layout(draft, value, arranged)
    if film is None:
        return None
    frames = round(film.duration * film.fps)
    if frames not in FRAMES:
        told = f"{frames:,} frame{'s' * (frames != 1)} ({film.duration:g} s at {film.fps} fps)"
        draft.refuse(("film", "duration"), f"{told}: a film has from 2 to {FRAMES[-1]:,}")
    _part(draft, film, frames)
    _panels(draft, film)
    _labels(draft, film)
    _camera(draft, film)
    return replace(film, layout=arrangement)


def _part(draft: Draft, film: FilmOptions, frames: int) -> None:
    """Whether there are the frames that are asked for."""
    if film.frames is None:
        return
    first, last = film.frames
    there = f"the film has {frames:,} frames, 0 to {frames - 1:,}"
    if last >= frames:
        draft.refuse(("film", "frames"), f"{there}, found {first}-{last}")
    elif first >= last:
        draft.refuse(("film", "frames"), f"a film has two frames at least, found {first}-{last}")


def _panels(draft: Draft, film: FilmOptions) -> None:
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


def _layout(draft: Draft, film: Mapping[str, Any], value: Any) -> Layout | None:
    """The panels of a film whose runs don't each have a cell."""
    if film.get("runs") == "grid" and {"runs", "sweep"} & draft.data.keys():
        told = "a grid has a cell for each run, and film.panels says what is in it"
        draft.refuse(("film", "layout"), told, at_key=True)
        return None
    return layout(draft, value)


def _labels(draft: Draft, film: FilmOptions) -> None:
    """Whether the words on screen and those instead of them are words."""
    if len(film.labels) > MOST_LABELS:
        draft.refuse(("film", "labels"), f"at most {MOST_LABELS} words, found {len(film.labels)}")
        return
    for key, text in film.labels.items():
        for word, at_key in ((key, True), (text, False)):
            if not (word.strip() and word.isprintable() and len(word) <= LONGEST):
                told = f"expected 1 to {LONGEST} characters in one line, found '{shown(word)}'"
                draft.refuse(("film", "labels", key), told, at_key=at_key)


def _camera(draft: Draft, film: FilmOptions) -> None:
    if film.camera.orbit and film.camera.keyframes:
        told = "the camera can turn around or go through keyframes, not both: leave one out"
        draft.refuse(("film", "camera", "orbit"), told, at_key=True)


Text = Annotated[str, Field(strict=True, min_length=1, max_length=200)]

OUTPUTS = ["mp4", "gif", "png", "csv", "json"]


def load(
    path: Path,
    sets: Sequence[str] = (),
    options: Mapping[str, str] | None = None,
    text: str | None = None,
    spelled: Spelling = as_typed,
) -> Spec:
    """Read, override, check and fill in a config; `text` is what it says, if not the file's own.

    `sets` are KEY=VALUE with a YAML value, `options` are named ones such as {"fps": "60"},
    which come before them; problems name both as `spelled` writes them. Raises ConfigError with
    every problem found.
    """
    draft = read(path, text)
    override(draft, options or {}, sets, spelled)
    for key in draft.data:
        if key not in KEYS:
            unknown_section(draft, (key,), KEYS)
    film = film_section(draft)
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
        "names_scene": "scene" in draft.data,
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


def _scene(
    draft: Draft, path: Path, film: FilmOptions | None, made: Sequence[Mapping[str, Any]]
) -> Any:
    if "scene" not in draft.data:
        return _usual_scene(film, made)
    there, name = known(path), draft.data["scene"]
    if not isinstance(name, str):
        draft.refuse(("scene",), f"expected one of {', '.join(there)}, found {found(name)}")
    elif name not in there:
        draft.refuse(("scene",), unknown("scene", name, there))
    return name


def _usual_scene(film: FilmOptions | None, made: Sequence[Mapping[str, Any]]) -> str:
    """The installed scene of a config that names none."""
    model = made[0]["model"]
    if len(made) > 1 and film is not None:
        return film.runs
    if not needs_data(model):
        return "function"
    if model is not None and model.probability:
        return "classify"
    trained = [p for p in model.parameters().values() if not p.frozen] if model else []
    return "slope" if len(trained) == 1 else "slope_bias"


def _outputs(draft: Draft, film: FilmOptions | None) -> tuple[Format, ...]:
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
