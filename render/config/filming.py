"""`film` of a draft in, how the film is shot out: its size, length, camera, panels, words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from render import registry
from render.config.arranging import layout
from render.config.draft import Draft
from render.config.fields import take
from render.config.mosaic import Layout
from render.config.problems import shown, unknown
from render.config.spec import Film
from render.draw.themes.common import user

FRAMES = range(2, 20_001)
MOST_LABELS, LONGEST = 200, 60  # words, and letters of each


def film(draft: Draft) -> Film | None:
    value = draft.data.get("film", {})
    arranged = value.get("layout") if isinstance(value, dict) else None
    if arranged is not None:
        value = {key: item for key, item in value.items() if key != "layout"}
    film: Film | None = take(draft, ("film",), Film, value)
    theme = value.get("theme", Film.theme) if isinstance(value, dict) else Film.theme
    if isinstance(theme, str) and (wrong := user.fault(theme, Path(draft.name).parent)):
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


def _part(draft: Draft, film: Film, frames: int) -> None:
    """Whether there are the frames that are asked for."""
    if film.frames is None:
        return
    first, last = film.frames
    there = f"the film has {frames:,} frames, 0 to {frames - 1:,}"
    if last >= frames:
        draft.refuse(("film", "frames"), f"{there}, found {first}-{last}")
    elif first >= last:
        draft.refuse(("film", "frames"), f"a film has two frames at least, found {first}-{last}")


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


def _layout(draft: Draft, film: Mapping[str, Any], value: Any) -> Layout | None:
    """The panels of a film whose runs don't each have a cell."""
    if film.get("runs") == "grid" and {"runs", "sweep"} & draft.data.keys():
        told = "a grid has a cell for each run, and film.panels says what is in it"
        draft.refuse(("film", "layout"), told, at_key=True)
        return None
    return layout(draft, value)


def _labels(draft: Draft, film: Film) -> None:
    """Whether the words on screen and those instead of them are words."""
    if len(film.labels) > MOST_LABELS:
        draft.refuse(("film", "labels"), f"at most {MOST_LABELS} words, found {len(film.labels)}")
        return
    for key, text in film.labels.items():
        for word, at_key in ((key, True), (text, False)):
            if not (word.strip() and word.isprintable() and len(word) <= LONGEST):
                told = f"expected 1 to {LONGEST} characters in one line, found '{shown(word)}'"
                draft.refuse(("film", "labels", key), told, at_key=at_key)


def _camera(draft: Draft, film: Film) -> None:
    if film.camera.orbit and film.camera.keyframes:
        told = "the camera can turn around or go through keyframes, not both: leave one out"
        draft.refuse(("film", "camera", "orbit"), told, at_key=True)
