"""What a panel is given: the film's runs, its clock and theme, and the state of each frame."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from render.config.spec import Spec
from render.config.theme import Theme
from render.draw.basis import axis_names
from render.draw.interpolation import on_log
from render.draw.run_style import RunStyle, run_styles
from render.draw.step_range import StepRange
from render.recording import Array, Dataset, Landscape, Recording, Snapshot
from render.results import Run
from render.timeline.captions import CaptionLine
from render.timeline.clock import Clock
from render.timeline.plan import Moment

# Trails and curves are drawn in pieces. Each of the first ticks of the film is a piece; the
# later ticks are combined into a bounded number of pieces.
MAX_SINGLE_TICKS = 100
MAX_LATE_PIECES = 500


@dataclass(frozen=True)
class Context:
    """What all panels of a film are given, or those in one cell of a grid. It never changes."""

    spec: Spec
    runs: tuple[Run, ...]  # those that the panel draws
    clock: Clock
    theme: Theme
    captions: tuple[CaptionLine, ...] = ()
    family: tuple[Run, ...] = ()  # all runs of the film; empty: those that the panel draws

    def of(self, index: int) -> Context:
        """The context of one run, with the axes of all runs if they share them."""
        return replace(self, runs=(self.runs[index],), family=self.runs)

    @property
    def single(self) -> bool:
        """Whether there is only one run, of which more is drawn than of the runs of a race."""
        return len(self.runs) == 1

    @property
    def first(self) -> Run:
        """The first run, for what all runs have in common."""
        return self.runs[0]

    @property
    def recording(self) -> Recording:
        """The recording of the first run."""
        return self.first.recording

    @property
    def dataset(self) -> Dataset:
        """The data, the same for all runs that are drawn together."""
        return self.first.dataset

    @cached_property
    def landscape(self) -> Landscape:
        """The landscape as it is drawn, the same for all runs that are drawn together."""
        return on_log(self.first.landscape)

    @property
    def labels(self) -> dict[str, str]:
        """The label of each parameter on an axis."""
        return self.first.spec.model.labels()

    @property
    def axis_labels(self) -> tuple[str, ...]:
        """The label of each axis of the landscape."""
        if self.landscape.basis is not None:
            return tuple(names[0] for names in axis_names(self.landscape.basis))
        return tuple(self.labels.get(name, name) for name in self.landscape.axes)

    @property
    def short_axis_labels(self) -> tuple[str, ...]:
        """The same where there is little room."""
        if self.landscape.basis is not None:
            return tuple(names[-1] for names in axis_names(self.landscape.basis))
        return self.axis_labels

    @property
    def scale(self) -> tuple[Run, ...]:
        """The runs that an axis must hold."""
        return self.all if self.spec.film.share else self.runs

    @property
    def all(self) -> tuple[Run, ...]:
        """All runs of the film, for what they must have in common on any scale."""
        return self.family or self.runs

    @cached_property
    def styles(self) -> tuple[RunStyle, ...]:
        """The colours and shapes of each run."""
        return run_styles(self.theme, len(self.runs))

    def style_of(self, run: Run) -> RunStyle:
        """The colours and shapes of one of the runs."""
        return next(s for r, s in zip(self.runs, self.styles, strict=True) if r is run)

    @cached_property
    def cuts(self) -> Array:
        """(C+1,) ticks at which trails and curves are cut into pieces.

        They depend on the clock alone, not on the frames: a frame is the same in whatever
        order the frames are drawn.
        """
        first, ticks = self.single_ticks, self.clock.ticks
        stride = max(1, -(-(ticks - first) // MAX_LATE_PIECES))
        later = np.minimum(np.arange(first + stride, ticks + stride, stride), ticks)
        return np.concatenate([np.arange(first + 1.0), later])

    @property
    def single_ticks(self) -> int:
        """How many of the first ticks are one piece each."""
        return min(self.clock.ticks, MAX_SINGLE_TICKS)

    def steps(self, run: Run) -> Array:
        """(C+1,) fractional rows of a run at the cuts."""
        return self.clock.rows(run.recording, self.cuts)

    def at(self, moment: Moment) -> FrameState:
        """The state of all runs at a moment."""
        pieces = int(np.searchsorted(self.cuts, moment.tick, side="right")) - 1
        cut = float(self.cuts[pieces])
        runs = tuple(
            self._run_state(run.recording, cut, moment.tick, moment.phase) for run in self.runs
        )
        return FrameState(moment, pieces, runs)

    def _run_state(
        self, recording: Recording, cut: float, tick: float, phase: str | None = None
    ) -> RunState:
        first, last = (self.clock.row(recording, at) for at in (cut, tick))
        row = self.clock.landed(recording, tick, phase)
        return RunState(recording, StepRange.glide(recording, first, last), row)


@dataclass(frozen=True)
class FrameState:
    """What a frame shows: the moment, and the state of each run."""

    moment: Moment
    pieces: int  # complete pieces of trails and curves
    runs: tuple[RunState, ...]  # in the order of the context's

    @property
    def first(self) -> RunState:
        """The state of the first run."""
        return self.runs[0]

    def of(self, index: int) -> FrameState:
        """The state of one run."""
        return replace(self, runs=(self.runs[index],))


@dataclass(frozen=True)
class RunState:
    """One run at a moment.

    What glides (dot, line, trail) is at `snapshot`, between two recorded steps. What is written
    is of `landed`, the last recorded step, in every panel: it changes when a step lands.
    """

    recording: Recording
    glide: StepRange  # from the last cut to the moment
    row: int  # of the last step that has landed

    @cached_property
    def snapshot(self) -> Snapshot:
        """Where the run is, also between two recorded steps."""
        return self.glide.snapshot()

    @cached_property
    def landed(self) -> Snapshot:
        """The recorded row whose numbers are written."""
        return self.recording.recorded(self.row)

    @property
    def ended(self) -> bool:
        """Whether the last step has landed."""
        return self.row >= self.recording.last

    @property
    def lost(self) -> bool:
        """Whether it has ended because its numbers were no longer finite."""
        return self.ended and self.recording.broke_off


def slopes_recorded(run: Run) -> bool:
    """Whether the recorded gradients are those of the loss that is drawn.

    With mini-batches or noise they are others, and without zero_grad() each is a sum over steps.
    """
    recording = run.recording
    return recording.full_batch and not recording.noisy and run.spec.training.zero_grad
