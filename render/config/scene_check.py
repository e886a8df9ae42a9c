"""The check of a scene that somebody wrote: whether all of it can be shown."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from render import registry
from render.config.fields import take
from render.config.layout import mirror
from render.config.node import Place, made
from render.config.problems import Problems, dotted, shown, unknown
from render.errors import ConfigError
from render.scene import SHAPES, Panel, Scene

PANELS = "draw/panels"


def scene_fault(scene: Scene, runs: int) -> str | None:
    """The first fault of a scene, in a film of so many runs; None if there is none."""
    faults = (fault for check in (_panels, _mosaics, _beats) for fault in check(scene, runs))
    return next(faults, None)


def _panels(scene: Scene, runs: int) -> Iterator[str]:
    kinds = registry.names(PANELS)
    if not isinstance(scene.panels, Mapping) or not scene.panels:
        yield f"panels: expected a mapping of letters to panels, found {_shown(scene.panels)}"
        return
    for letter, panel in scene.panels.items():
        where = f"panels {_shown(letter)}"
        if not isinstance(letter, str) or len(letter) != 1 or not letter.isalpha():
            yield f"{where}: expected a letter"
        elif not isinstance(panel, Panel):
            yield f"{where}: expected a Panel, found {_shown(panel)}"
        elif panel.kind not in kinds:
            yield f"{where}: {unknown('panel', str(panel.kind), kinds)}"
        elif panel.run is not None and panel.run not in range(runs):
            yield f"{where}: run {_shown(panel.run)}: the film's runs are 0 to {runs - 1}"
        else:
            yield from (f"{where}: {fault}" for fault in _options(panel.kind, panel.options))


def _options(kind: str, options: Any) -> Iterator[str]:
    """What is wrong with a panel's options, in the same words as for a config's."""
    problems = Problems()
    with suppress(ConfigError):  # more faults than are reported; the first one is enough
        take(problems, made(dict(options), Place(1, 1), (kind,)), mirror(kind))
    yield from (f"{dotted(problem.path)}: {problem.message}" for problem in problems.all)


def _mosaics(scene: Scene, runs: int) -> Iterator[str]:
    for name in SHAPES:
        family = getattr(scene, name)
        if not isinstance(family, tuple) or not all(isinstance(m, str) for m in family):
            yield f"{name}: expected a tuple of mosaics, like ('HH SD',), found {_shown(family)}"
        elif not family and name != "square":
            yield f"{name}: expected at least one mosaic, like 'HH SD', found none"
        else:
            yield from (
                f"{name} {_shown(m)}: {fault}" for m in family for fault in _mosaic(scene, m)
            )


def _mosaic(scene: Scene, mosaic: str) -> Iterator[str]:
    rows = mosaic.split()
    if not rows:
        yield "expected rows of letters, found none"
    for letter in dict.fromkeys("".join(rows)):
        if letter not in scene.panels:
            yield f"there is no panel {_shown(letter)}"
    if len({len(row) for row in rows}) > 1:
        yield "its rows are not of one length"
        return
    for letter in dict.fromkeys("".join(rows)):
        down = [y for y, row in enumerate(rows) if letter in row]
        across = [x for row in rows for x, other in enumerate(row) if other == letter]
        if (down[-1] - down[0] + 1) * (max(across) - min(across) + 1) != len(across):
            yield f"{letter} fills no rectangle"


def _beats(scene: Scene, runs: int) -> Iterator[str]:
    beats = scene.beats
    for name in ("open_s", "close_s"):
        if not _is_time(getattr(beats, name, None)):
            yield f"beats.{name}: expected seconds, found {_shown(getattr(beats, name, None))}"
    before = 0.0
    for stretch in beats.stretches:
        fits = isinstance(stretch, tuple) and len(stretch) == 2 and all(map(_is_time, stretch))
        if not fits or stretch[0] <= before:
            expected = "expected (tick, seconds), each tick after the one before"
            yield f"beats.stretches: {expected}, found {_shown(stretch)}"
            return
        before = stretch[0]


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value) and value >= 0


def _shown(value: Any) -> str:
    return shown(repr(value))
