"""Records the snapshots of a training loop in arrays, and counts progress."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from render.recording import Array

REPORTS = 200  # at most, in one computation: a progress bar needs no more, and each takes time

Progress = Callable[[int, int], None]  # done, total


def silent(done: int, total: int) -> None:
    """Report nothing."""


class Counter:
    """Counts up to a total, and reports the count at even distances and at the total."""

    def __init__(self, total: int, progress: Progress) -> None:
        self._total, self._progress = total, progress
        self._stride = max(1, -(-total // REPORTS))
        self._done, self._next = 0, min(self._stride, total)

    def __call__(self) -> None:
        """Count one more."""
        self._done += 1
        if self._done == self._next:
            self._next = min(self._next + self._stride, self._total)
            self._progress(self._done, self._total)


class Recorder:
    """Up to T + 1 snapshots of P parameters, in memory that is reserved at the start.

    `progress(done, T)` is called while they are added.
    """

    def __init__(self, steps: int, count: int, progress: Progress = silent) -> None:
        self._rows = np.empty((steps + 1, 2 * count + 2))
        self._count = count
        self._length = 0
        self._recorded = Counter(steps, progress)
        self.broke_off = False  # whether a snapshot was not finite

    def record(self, params: Any, grads: Any, loss: float, lr: float) -> bool:
        """Add a snapshot: tensors (P,), the loss of the batch, the lr of the step that follows.

        False for a snapshot that is not finite: it is not added, and the row before it becomes
        the last.
        """
        row = params.tolist() + grads.tolist() + [loss]
        if not math.isfinite(sum(row)):
            self.broke_off = True
            self._rows[max(self._length - 1, 0), -1] = math.nan
            return False
        row.append(lr)
        self._rows[self._length] = row
        self._length += 1
        self._recorded()
        return True

    @property
    def params(self) -> Array:
        """(T+1, P)."""
        return self._rows[: self._length, : self._count]

    @property
    def grads(self) -> Array:
        """(T+1, P), each of the batch whose gradient makes the next step."""
        return self._rows[: self._length, self._count : 2 * self._count]

    @property
    def loss(self) -> Array:
        """(T+1,), of that batch."""
        return self._rows[: self._length, -2]

    @property
    def lr(self) -> Array:
        """(T+1,), of that step; nan in the last row."""
        return self._rows[: self._length, -1]
