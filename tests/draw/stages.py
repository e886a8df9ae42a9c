"""Tiny builders: a stage with its timeline, small and quick."""

from __future__ import annotations

from collections.abc import Sequence

from render.config.spec import Spec
from render.config.when import When
from render.draw.plan import compose, plan_film
from render.draw.stage import Stage
from render.results import Run
from render.timeline.plan import Timeline
from tests.learn.labs import lab, runs


def stage_of(spec: Spec, runs: Sequence[Run], still: When | None = None) -> tuple[Stage, Timeline]:
    """A fresh stage of a film, with the moments of its frames or of a still."""
    plan = plan_film(compose(spec), runs)
    return plan.stage(), plan.timeline if still is None else plan.stills(still)


def staged(name: str, *sets: str) -> tuple[Stage, Timeline]:
    """A fresh stage of a lab; by default 640×360 and 2 seconds at 10 frames a second."""
    sets = ("film.size=[640, 360]", "film.duration=2", "film.fps=10", *sets)
    return stage_of(lab(name, *sets), runs(name, *sets))
