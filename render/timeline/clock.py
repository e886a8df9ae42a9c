"""The ticks of a film: a unit of progress that all its runs share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, Protocol

import numpy as np

from render.config.when import When
from render.recording import Array, Recording


class Paced(Protocol):
    """A run by its length alone: a recording, or what a config plans."""

    @property
    def steps(self) -> int: ...

    @property
    def per_epoch(self) -> int: ...

    @property
    def kept(self) -> Array | None: ...


SLACK = 1e-9  # in rows: rounding must not keep a step from landing


@dataclass(frozen=True)
class Clock:
    """The progress of all runs of a film, in ticks.

    A tick is a step, or an epoch where runs differ in steps per epoch. Where a run keeps only
    some of its snapshots, ticks are the snapshots of the longest run, and `marks` says after how
    many steps or epochs each comes. A run that ended early stays at its end.
    """

    ticks: int  # until the last run ends
    unit: str  # the unit that is counted on screen: epoch or step
    per_unit: int = 1  # steps, or ticks that are epochs, in one unit
    by_epoch: bool = False  # whether progress is counted in epochs
    marks: tuple[float, ...] = ()  # (ticks + 1,) the progress at each tick; empty: the tick itself

    @classmethod
    def of(
        cls,
        recordings: Sequence[Paced],
        choice: Literal["auto", "steps", "epochs"] = "auto",
        unit: str = "epoch",
    ) -> Clock:
        """The clock of runs that are shown together.

        `unit` is the word for an epoch; for a run without data it is a step.
        """
        paces = {recording.per_epoch for recording in recordings if recording.steps} or {1}
        by_epoch = len(paces) > 1 and choice != "steps"
        longest = max(
            -(-recording.steps // (recording.per_epoch if by_epoch else 1))
            for recording in recordings
        )
        marks = _marks(recordings, by_epoch)
        ticks = len(marks) - 1 if marks else longest
        if len(paces) == 1 and choice != "steps":
            return cls(ticks, unit, paces.pop(), marks=marks)
        return cls(ticks, "epoch" if by_epoch else "step", 1, by_epoch, marks)

    @property
    def length(self) -> float:
        """The number on screen, in `unit`, at the end of the last run."""
        return (self.marks[-1] if self.marks else self.ticks) / self.per_unit

    @property
    def stepwise(self) -> bool:
        """Whether each tick is one step, or epoch, after the one before."""
        return all(after - at == 1 for at, after in pairwise(self.marks))

    def in_steps(self, recording: Paced) -> bool:
        """Whether each tick is the next row of a run."""
        if not self.marks:
            return self.rate(recording) == 1
        return recording.kept is not None and np.array_equal(self._progress(recording), self.marks)

    def rate(self, recording: Paced) -> int:
        """The number of steps of a run in one tick, or where there are marks in one of them."""
        return recording.per_epoch if self.by_epoch else 1

    def rows(self, recording: Recording, ticks: Array) -> Array:
        """The fractional row (...,) of a run at fractional ticks (...,)."""
        return recording.rows_at(self.progress(ticks) * self.rate(recording))

    def row(self, recording: Recording, tick: float) -> float:
        """The fractional row of a run at one fractional tick."""
        return float(self.rows(recording, np.asarray(tick)))

    def landed(self, recording: Recording, tick: float, phase: str | None = None) -> int:
        """The last row of a run that has landed: what is written is of this row.

        A narrated step lands when all of its phases are over. In `zero_grad`, its last, the
        parameters have arrived already, but the loss and the gradients beside the code's lines
        are still those of the row that the step leaves.
        """
        row = int(self.row(recording, tick) + SLACK)
        return max(row - 1, 0) if phase == "zero_grad" else row

    def progress(self, ticks: Array) -> Array:
        """The steps or epochs (...,) at fractional ticks (...,)."""
        return np.interp(ticks, np.arange(len(self.marks)), self.marks) if self.marks else ticks

    def tick(self, progress: float) -> float:
        """The fractional tick of a number of steps or epochs.

        Where not all of them are kept it is that of the next snapshot: between two, a run has
        been where no picture shows it.
        """
        if not self.marks:
            return progress
        at = np.searchsorted(self.marks, progress - SLACK)
        return float(min(int(at), self.ticks))

    def kept(self, when: When, recording: Paced) -> str | None:
        """At which step or epoch a time is shown, if it is another than the one that is named."""
        if not self.marks or when.unit not in ("step", "epoch"):
            return None
        in_unit = recording.per_epoch if when.unit == "epoch" else 1
        if when.count * in_unit > recording.steps:
            return None
        tick = self.tick(when.count * in_unit / self.rate(recording))
        shown = int(self.marks[int(tick)] * self.rate(recording) / in_unit + SLACK)
        return None if shown == int(when.count) else f"{when.unit} {shown:,}"

    def at(self, tick: float, phase: str | None = None) -> int:
        """The whole number of steps, or epochs, of what has landed at a tick."""
        landed = max(tick - 1, 0.0) if phase == "zero_grad" else tick
        if self.marks:  # of the last tick, as what is written beside it
            landed = self.marks[min(int(landed + SLACK), self.ticks)]
        return int(landed + SLACK)

    def counted(self, tick: float, phase: str | None = None) -> int:
        """The whole number on screen, in `unit`, of what has landed."""
        if self.marks:
            return int(self.at(tick, phase) / self.per_unit)
        landed = max(tick - 1, 0.0) if phase == "zero_grad" else tick
        return int((landed + SLACK) / self.per_unit)

    def shown(self, recording: Recording, rows: Array) -> Array:
        """The number on screen (...,), in `unit`, at rows (...,) of a run."""
        return recording.steps_at(rows) / (self.rate(recording) * self.per_unit)

    def _progress(self, recording: Paced) -> Array:
        """The progress (T+1,) of a run at each of its rows; a run that keeps all has a row each."""
        steps = np.arange(recording.steps + 1.0) if recording.kept is None else recording.kept
        return np.asarray(steps / self.rate(recording))


def _marks(recordings: Sequence[Paced], by_epoch: bool) -> tuple[float, ...]:
    """The progress at each snapshot of the longest run; empty where all runs keep all of them."""
    if all(recording.kept is None for recording in recordings):
        return ()
    clock = Clock(0, "", by_epoch=by_epoch)
    progress = [clock._progress(recording) for recording in recordings]
    return tuple(max(progress, key=lambda one: (one[-1], len(one))).tolist())
