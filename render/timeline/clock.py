"""The ticks of a film: a unit of progress that all its runs share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from render.recording import Array


class Paced(Protocol):
    """A run by its length alone: a recording, or what a config plans."""

    @property
    def steps(self) -> int: ...

    @property
    def per_epoch(self) -> int: ...


SLACK = 1e-9  # in steps: rounding must not keep a step from landing


@dataclass(frozen=True)
class Clock:
    """The progress of all runs of a film, in ticks.

    A tick is a step, or an epoch where runs differ in steps per epoch. A run that ended early
    stays at its end.
    """

    ticks: int  # until the last run ends
    unit: str  # the unit that is counted on screen: epoch or step
    per_unit: int = 1  # ticks in one unit
    by_epoch: bool = False  # whether a tick is an epoch

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
        if len(paces) == 1 and choice != "steps":
            return cls(longest, unit, paces.pop())
        return cls(longest, "epoch" if by_epoch else "step", 1, by_epoch)

    def rate(self, recording: Paced) -> int:
        """The number of steps of a run in one tick."""
        return recording.per_epoch if self.by_epoch else 1

    def steps(self, recording: Paced, ticks: Array) -> Array:
        """The fractional step (...,) of a run at fractional ticks (...,)."""
        return np.minimum(ticks * self.rate(recording), recording.steps)

    def step(self, recording: Paced, tick: float) -> float:
        """The fractional step of a run at one fractional tick."""
        return min(tick * self.rate(recording), float(recording.steps))

    def landed(self, recording: Paced, tick: float, phase: str | None = None) -> int:
        """The row of the last step of a run that has landed: what is written is of this row.

        A narrated step lands when all of its phases are over. In `zero_grad`, its last, the
        parameters have arrived already, but the loss and the gradients beside the code's lines
        are still those of the row that the step leaves.
        """
        row = int(self.step(recording, tick) + SLACK)
        return max(row - 1, 0) if phase == "zero_grad" else row

    def counted(self, tick: float, phase: str | None = None) -> int:
        """The whole number on screen, in `unit`, of what has landed."""
        landed = max(tick - 1, 0.0) if phase == "zero_grad" else tick
        return int((landed + SLACK) / self.per_unit)

    def shown(self, recording: Paced, steps: Array) -> Array:
        """The number on screen (...,), in `unit`, at steps (...,) of a run."""
        return steps / (self.rate(recording) * self.per_unit)
