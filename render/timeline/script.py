"""Runs and a scene's beats in, what the film tells and when out: before anything is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from render.config.spec import Spec
from render.run import Run
from render.scene import Beats
from render.timeline.captions import Line, lines
from render.timeline.clock import Clock
from render.timeline.pace import Walk, paced
from render.timeline.travel import lengths


@dataclass(frozen=True)
class Script:
    """A film's own time, its walk through it, and the texts in the picture."""

    clock: Clock
    course: Walk
    captions: tuple[Line, ...]


def script(spec: Spec, runs: Sequence[Run], beats: Beats) -> Script:
    """What a film of these runs tells."""
    unit = "epoch" if spec.model.needs_data else "step"
    clock = Clock.of([run.recording for run in runs], spec.film.clock, unit)
    course = paced(beats, spec.film, lengths(runs, clock), told=len(runs) == 1)
    return Script(clock, course, lines(spec, runs, course, clock))
