"""Tiny builders: a stage with its timeline, small and quick."""

from __future__ import annotations

from render import pipeline
from render.draw.stage import Stage
from render.timeline.plan import Timeline
from tests.learn.labs import lab, runs


def staged(name: str, *sets: str) -> tuple[Stage, Timeline]:
    """A fresh stage of a lab; 640×360 and 2 seconds at 10 frames a second unless said otherwise."""
    sets = ("film.size=[640, 360]", "film.duration=2", "film.fps=10", *sets)
    return pipeline.staged(lab(name, *sets), runs(name, *sets))
