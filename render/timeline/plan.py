"""The timeline of a film: its moments, and the times of its steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from render.config.spec import FilmOptions, Spec
from render.recording import Array
from render.results import Run
from render.scene import Beats
from render.timeline.camera import Camera, CameraAt
from render.timeline.captions import CaptionLine, caption_lines, story_of
from render.timeline.clock import Clock
from render.timeline.pace import Pacing, lengths, pacing, positions


@dataclass(frozen=True)
class Moment:
    """A frame before it is drawn: its time, tick, camera and phase."""

    index: int  # 0, 1, 2 …
    time_s: float
    tick: float  # fractional position on the film's clock
    camera: Camera
    phase: str | None = None  # of a narrated step, one of pace.NAMES
    part: float = 0.0  # share of the phase that is over


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
        """Every camera pose once, in order; only one if the camera doesn't move."""
        return tuple(dict.fromkeys(moment.camera for moment in self.moments))

    def part(self, first: int, last: int) -> Timeline:
        """The moments from index `first` to `last`, both included."""
        return Timeline(self.moments[first : last + 1], self.fps)

    def ordered(self, order: Sequence[int]) -> Timeline:
        """The moments at these places, some of them several times."""
        return Timeline(tuple(self.moments[i] for i in order), self.fps)

    def spread(self, count: int) -> tuple[Moment, ...]:
        """`count` moments at even distances, the first and the last included."""
        at = np.linspace(0, len(self) - 1, min(count, len(self)))
        return tuple(self.moments[i] for i in np.unique(np.rint(at).astype(int)))


def plan(
    pacing: Pacing,
    film: FilmOptions,
    camera_at: CameraAt,
    times_s: Array | None = None,
) -> Timeline:
    """The timeline of a film with this pacing and the camera at each time.

    `times_s` (M,) are the times of stills; without them, those of the film's frames.
    """
    times = np.arange(round(film.duration * film.fps)) / film.fps if times_s is None else times_s
    ticks, phase, part = positions(times, pacing)
    cameras = camera_at(times)
    return Timeline(
        tuple(
            Moment(i, float(times[i]), float(ticks[i]), cameras[i], phase[i], float(part[i]))
            for i in range(len(times))
        ),
        film.fps,
    )


@dataclass(frozen=True)
class Timing:
    """The clock of a film, its pacing and its captions."""

    clock: Clock
    pacing: Pacing
    captions: tuple[CaptionLine, ...]
    remarks: tuple[str, ...] = ()  # about captions that are never seen


def timing(spec: Spec, runs: Sequence[Run], beats: Beats) -> Timing:
    """The timing of a film of these runs."""
    recordings = [run.recording for run in runs]
    counted = spec.model.needs_data and all(one.counts_epochs for one in recordings)
    clock = Clock.of(recordings, spec.film.clock, "epoch" if counted else "step")
    steps = lengths(runs, clock)
    narrate = len(runs) == 1 and clock.stepwise
    paced = pacing(beats, spec.film, steps, narrate, read=spec.read_at_end)
    remarks = story_of(spec, runs, paced, clock).remarks()
    return Timing(clock, paced, caption_lines(spec, runs, paced, clock), remarks)
