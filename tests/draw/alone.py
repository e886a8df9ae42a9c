"""Tiny builders: a film of one panel alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from render.draw.panels.base import DrawnPanel
from render.draw.stage import Stage
from render.timeline.plan import Timeline
from tests.draw.stages import stage_of
from tests.learn.labs import lab, runs

SCENE = """
from render.scene import Panel, Scene

def compose(spec):
    return Scene(panels={{"A": Panel({kind!r}, {options!r})}}, wide=("A",), tall=("A",))
"""


Make = Callable[[], tuple[Stage, Timeline]]


def shown(
    name: str, kind: str, folder: Path, *sets: str, **options: object
) -> tuple[Stage, Timeline]:
    """A fresh stage of a lab with one panel that fills it; 640×360 by default."""
    spec = lab(name, "film.size=[640, 360]", "film.duration=2", "film.fps=5", *sets)
    (folder / "scenes").mkdir(exist_ok=True)
    (folder / "scenes" / "alone.py").write_text(SCENE.format(kind=kind, options=options))
    trained = runs(name, *(one for one in sets if not one.startswith("film.")))
    path, bare = folder / "configs" / spec.path.name, replace(spec.film, layout=None)
    spec = replace(spec, path=path, scene="alone", names_scene=True, film=bare, captions=())
    return stage_of(spec, trained)


def panel_of(stage: Stage) -> DrawnPanel:
    """The panel of the scene, without panels that the film adds."""
    (panel,) = (
        p
        for p in stage.panels
        if type(p).__name__ in ("ResidualsPanel", "SlicesPanel", "CodePanel")
    )
    return panel


def moved(stage: Stage, timeline: Timeline, tick: float, phase: str | None = None) -> DrawnPanel:
    """The panel at a tick of the film's clock."""
    stage.draw(replace(timeline.moments[0], tick=tick, phase=phase))
    return panel_of(stage)


def check_pure(make: Make) -> None:
    """Frames are the same in order, in reverse, and alone on a fresh stage."""
    with np.errstate(over="ignore", invalid="ignore"):
        stage, timeline = make()
        in_order = [stage.picture(moment) for moment in timeline]
        assert len({picture.tobytes() for picture in in_order}) > 1
        for moment in reversed(timeline.moments):
            np.testing.assert_array_equal(stage.picture(moment), in_order[moment.index])
        for moment in timeline.spread(3):
            alone, _ = make()
            np.testing.assert_array_equal(alone.picture(moment), in_order[moment.index])
