"""Ranges of a run's rows, also between recorded ones, and the points of curves along them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np

from render.recording import Array, Recording, Snapshot

POINTS_PER_STEP = 32  # of a curve along one step or less
POINTS_OF_SEVERAL = 12  # about so many along several steps, and at least one for each step
MAX_POINTS = 32  # along many steps


@dataclass(frozen=True)
class StepRange:
    """A run at fractional rows (M,), ascending; its numbers are computed when first used.

    Where each snapshot is kept a row is a step, and so it is called in what draws.
    """

    recording: Recording
    steps: Array  # (M,)

    @classmethod
    def glide(cls, recording: Recording, first: float, last: float) -> StepRange:
        """The range from one fractional step to a later one; a single point if they are equal."""
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
        """The run at the last of the rows."""
        return self.recording.snapshot(self.steps[-1], self.values[-1], float(self.losses[-1]))


def in_one_call(function: Callable[[Array], Array], parts: Sequence[Array]) -> list[Array]:
    """The function of each of the parts (M, …), which is called once for all of them together.

    Of a few points a call takes as long as of a hundred: that is what runs of a race cost.
    """
    if len(parts) == 1:
        return [function(parts[0])]
    every = function(np.concatenate(parts))
    ends = [*accumulate(len(part) for part in parts)]
    return [every[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def gliding(first: float, last: float) -> Array:
    """The fractional steps (M,) that a curve is drawn through, at fixed fractions of each step.

    There are none if `first` is `last`: the run has ended or has not begun.
    """
    if first == last:
        return np.zeros(0)
    length = last - first
    # Each step is divided into so many parts.
    parts = POINTS_PER_STEP if length <= 1 else max(1, int(POINTS_OF_SEVERAL / length))
    inner = np.arange(np.floor(first * parts) + 1, np.ceil(last * parts)) / parts
    return np.concatenate([[first], thinned(inner), [last]])


def recorded(first: float, last: float) -> Array:
    """The recorded steps (M,) from the one before `first` to the last before `last`."""
    rows = np.arange(int(first), int(last) + 1, dtype=float)
    return np.concatenate([rows[:1], thinned(rows[1:-1]), rows[-1:] if len(rows) > 1 else []])


def thinned(steps: Array) -> Array:
    """Of more than MAX_POINTS steps (M,) every 3rd, 5th or 7th and so on.

    An even stride would take only one side of an oscillation.
    """
    return steps[:: len(steps) // MAX_POINTS * 2 + 1]
