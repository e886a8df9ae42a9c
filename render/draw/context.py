"""What there is to show: all that a panel draws from, and what changes from frame to frame."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from render.config.spec import Spec
from render.config.theme import Theme
from render.draw.interpolation import on_log
from render.draw.run_style import RunStyle, run_styles
from render.recording import Array, Dataset, Landscape, Recording, Snapshot
from render.results import Run
from render.timeline.captions import CaptionLine
from render.timeline.clock import Clock
from render.timeline.plan import Moment

POINTS = 32  # of a step, in a stretch that is no longer than one
POINTS_LATE = 12  # of a longer one, if it has no more recorded steps than that
MOST_POINTS = 32  # of a longer one


@dataclass(frozen=True)
class StepRange:
    """A run at fractional steps (M,), in order; the numbers are found when first asked for."""

    recording: Recording
    steps: Array  # (M,)

    @classmethod
    def glide(cls, recording: Recording, first: float, last: float) -> StepRange:
        """From one fractional step to a later one; one point where they are the same."""
        return cls(recording, gliding(first, last) if first < last else np.array([last]))

    @cached_property
    def values(self) -> Array:
        """All parameters (M, A), in the order of `Recording.parameters`."""
        return self.recording.values(self.steps)

    @cached_property
    def losses(self) -> Array:
        """The loss (M,)."""
        return self.recording.losses(self.steps, self.values)

    def snapshot(self) -> Snapshot:
        """The run at the last of the steps."""
        recording, step = self.recording, float(self.steps[-1])
        return Snapshot(
            step=step,
            epoch=recording.epochs(step),
            values=dict(zip(recording.parameters, self.values[-1].tolist(), strict=True)),
            loss=float(self.losses[-1]),
        )


def gliding(first: float, last: float) -> Array:
    """The steps (M,) that a curve is drawn through, at fixed fractions of each step.

    None of a stretch that is still to come.
    """
    if first == last:
        return np.zeros(0)
    long = last - first
    parts = POINTS if long <= 1 else max(1, int(POINTS_LATE / long))  # of each step
    inner = np.arange(np.floor(first * parts) + 1, np.ceil(last * parts)) / parts
    return np.concatenate([[first], _thinned(inner), [last]])


def recorded(first: float, last: float) -> Array:
    """The recorded steps (M,) from the one before `first` to the last before `last`."""
    rows = np.arange(int(first), int(last) + 1, dtype=float)
    return np.concatenate([rows[:1], _thinned(rows[1:-1]), rows[-1:] if len(rows) > 1 else []])


def _thinned(steps: Array) -> Array:
    """Every odd one of too many: an even stride would see one side of an oscillation alone."""
    return steps[:: len(steps) // MOST_POINTS * 2 + 1]


GLIDED = 100  # ticks at the start of which each is a piece of trails and curves …
PIECES = 500  # … and all that come after are at most so many


@dataclass(frozen=True)
class Context:
    """Everything there is to show, to all panels of a film or to one cell of a grid."""

    spec: Spec
    runs: tuple[Run, ...]  # those that are seen here
    clock: Clock
    theme: Theme
    captions: tuple[CaptionLine, ...] = ()
    family: tuple[Run, ...] = ()  # all runs of the film; empty: those that are seen here

    def of(self, index: int) -> Context:
        """What there is to show of one run alone, on the scale of all if they share it."""
        return replace(self, runs=(self.runs[index],), family=self.runs)

    @property
    def lone(self) -> bool:
        """Whether there is one run, which may say more of itself."""
        return len(self.runs) == 1

    @property
    def first(self) -> Run:
        """The run that speaks for all in what they have in common."""
        return self.runs[0]

    @property
    def recording(self) -> Recording:
        """The first run's."""
        return self.first.recording

    @property
    def dataset(self) -> Dataset:
        """The data, the same for all runs that are seen together."""
        return self.first.dataset

    @cached_property
    def landscape(self) -> Landscape:
        """The landscape, the same for all runs that are seen together, as it is drawn."""
        return on_log(self.first.landscape)

    @property
    def labels(self) -> dict[str, str]:
        """What each parameter is called on an axis."""
        return self.first.spec.model.labels()

    @property
    def axis_labels(self) -> tuple[str, ...]:
        """What is written along each axis of the landscape."""
        return tuple(self.labels.get(name, name) for name in self.landscape.axes)

    @property
    def scale(self) -> tuple[Run, ...]:
        """The runs that an axis must hold."""
        return self.all if self.spec.film.share else self.runs

    @property
    def all(self) -> tuple[Run, ...]:
        """All runs of the film, for what they must have in common on any scale."""
        return self.family or self.runs

    @cached_property
    def guises(self) -> tuple[RunStyle, ...]:
        """How each run is told from the others."""
        return run_styles(self.theme, len(self.runs))

    @cached_property
    def cuts(self) -> Array:
        """(C+1,) ticks at which trails and curves are cut into pieces.

        They depend on the clock alone, never on the frames: a frame is the same however
        the film came to it.
        """
        first, ticks = self.glided, self.clock.ticks
        stride = max(1, -(-(ticks - first) // PIECES))
        later = np.minimum(np.arange(first + stride, ticks + stride, stride), ticks)
        return np.concatenate([np.arange(first + 1.0), later])

    @property
    def glided(self) -> int:
        """How many first ticks are pieces of their own."""
        return min(self.clock.ticks, GLIDED)

    def steps(self, run: Run) -> Array:
        """(C+1,) fractional steps of a run at the cuts."""
        return self.clock.steps(run.recording, self.cuts)

    def at(self, moment: Moment) -> FrameState:
        """All runs at a moment."""
        pieces = int(np.searchsorted(self.cuts, moment.tick, side="right")) - 1
        cut = float(self.cuts[pieces])
        runs = tuple(self._here(run.recording, cut, moment.tick) for run in self.runs)
        return FrameState(moment, pieces, runs)

    def _here(self, recording: Recording, cut: float, tick: float) -> RunState:
        first, step = (self.clock.step(recording, at) for at in (cut, tick))
        glide = StepRange.glide(recording, first, step)
        ended = step >= recording.steps
        row = min(int(step), recording.steps)
        return RunState(glide.snapshot(), row, ended, ended and recording.broke_off, glide)


@dataclass(frozen=True)
class RunState:
    """One run at a moment."""

    snapshot: Snapshot
    row: int  # the last recorded row reached
    ended: bool
    lost: bool  # beyond all numbers
    glide: StepRange  # from the last cut to here


@dataclass(frozen=True)
class FrameState:
    """What every panel shows in one frame."""

    moment: Moment
    pieces: int  # complete pieces of trails and curves
    runs: tuple[RunState, ...]  # in the order of the show's

    @property
    def first(self) -> RunState:
        """The first run."""
        return self.runs[0]

    @property
    def telling(self) -> int:
        """The row whose step is being told, or is next: at the end of its last phase the dot
        has moved on already."""
        row = self.first.row
        return row - 1 if self.moment.phase == "zero_grad" and row else row

    def of(self, index: int) -> FrameState:
        """What a cell of a grid shows in it."""
        return replace(self, runs=(self.runs[index],))
