"""Tiny builders: a stage with its timeline, small and quick."""

from __future__ import annotations

from render import registry
from render.draw.show import Show
from render.draw.stage import Stage
from render.scene import compose
from render.timeline.plan import Timeline, plan
from render.verdict import judge
from tests.learn.labs import lab, learnt


def staged(name: str, *sets: str) -> tuple[Stage, Timeline]:
    """A fresh stage of a lab; 640×360 and 2 seconds at 10 frames a second unless said otherwise."""
    sets = ("film.size=[640, 360]", "film.duration=2", "film.fps=10", *sets)
    spec = lab(name, *sets)
    scene = compose(spec)
    theme = registry.member("draw/themes", spec.film.theme)()
    show = Show(spec, *learnt(name, *sets), judge(*learnt(name, *sets)[1:]), theme)
    return Stage(show, scene, spec.film.size), plan(scene.beats, show.recording, spec.film)
