"""A run along some of its steps: what every panel that draws it needs, worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from render.recording import Array, Recording, Snapshot

POINTS = 32  # of a step, in a stretch that is no longer than one
POINTS_LATE = 12  # of a longer one, if it has no more recorded steps than that
MOST_POINTS = 32  # of a longer one


@dataclass(frozen=True)
class Stretch:
    """A run at fractional steps (M,), in order; the numbers are found when first asked for."""

    recording: Recording
    steps: Array  # (M,)

    @classmethod
    def glide(cls, recording: Recording, first: float, last: float) -> Stretch:
        """From one fractional step to a later one; one point where they are the same."""
        return cls(recording, gliding(first, last) if first < last else np.array([last]))

    @cached_property
    def values(self) -> Array:
        """All parameters (M, A), in the order of the recording's axes."""
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
            values=dict(zip(recording.axes, self.values[-1].tolist(), strict=True)),
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
