"""Scene and clock in, the timeline out: what each frame of the film shows, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from render.config.spec import FilmOptions, Spec
from render.recording import Array
from render.results import Run
from render.scene import Beats
from render.timeline.camera import Camera
from render.timeline.captions import CaptionLine, caption_lines
from render.timeline.clock import Clock
from render.timeline.pace import Pacing, lengths, pacing, positions


@dataclass(frozen=True)
class Moment:
    """One frame: all that drawing it needs to know."""

    index: int  # 0.. no holes
    time_s: float
    tick: float  # fractional position on the film's clock
    camera: Camera
    phase: str | None = None  # the part of a step that is told slowly, one of phases.NAMES
    part: float = 0.0  # how much of the phase is over


@dataclass(frozen=True)
class Timeline:
    """A film's moments, evenly spaced in time."""

    moments: tuple[Moment, ...]
    fps: int

    def __len__(self) -> int:
        return len(self.moments)

    def __iter__(self) -> Iterator[Moment]:
        return iter(self.moments)

    @property
    def cameras(self) -> tuple[Camera, ...]:
        """Every pose once, in order; one if the camera stays where it is."""
        return tuple(dict.fromkeys(moment.camera for moment in self.moments))

    def part(self, first: int, last: int) -> Timeline:
        """The moments from the first to the last, both of them in it."""
        return Timeline(self.moments[first : last + 1], self.fps)

    def spread(self, count: int) -> tuple[Moment, ...]:
        """That many moments, the first and the last among them."""
        at = np.linspace(0, len(self) - 1, min(count, len(self)))
        return tuple(self.moments[i] for i in np.unique(np.rint(at).astype(int)))


def plan(
    course: Pacing,
    film: FilmOptions,
    look: Callable[[Array], Sequence[Camera]],
    times_s: Array | None = None,
) -> Timeline:
    """The timeline of a film that takes this course; `look` gives the cameras at times (M,).

    `times_s` are those of stills, instead of the film's frames.
    """
    times = np.arange(round(film.duration * film.fps)) / film.fps if times_s is None else times_s
    ticks, phase, part = positions(times, course)
    cameras = look(times)
    return Timeline(
        tuple(
            Moment(i, float(times[i]), float(ticks[i]), cameras[i], phase[i], float(part[i]))
            for i in range(len(times))
        ),
        film.fps,
    )


@dataclass(frozen=True)
class Timing:
    """A film's own time, its walk through it, and the texts in the picture."""

    clock: Clock
    course: Pacing
    captions: tuple[CaptionLine, ...]


def timing(spec: Spec, runs: Sequence[Run], beats: Beats) -> Timing:
    """What a film of these runs tells."""
    unit = "epoch" if spec.model.needs_data else "step"
    clock = Clock.of([run.recording for run in runs], spec.film.clock, unit)
    course = pacing(beats, spec.film, lengths(runs, clock), told=len(runs) == 1)
    return Timing(clock, course, caption_lines(spec, runs, course, clock))
