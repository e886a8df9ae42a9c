"""Snapshots in one by one, arrays out: the memory of a run, reserved before it starts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from render.recording import Array


class Tape:
    """Up to `steps` + 1 rows of parameters, gradients, batch losses and learning rates."""

    def __init__(self, steps: int, count: int) -> None:
        self._rows = np.empty((steps + 1, 2 * count + 2))
        self._count = count
        self._length = 0
        self.broke_off = False  # a snapshot was not finite

    def record(self, params: Any, grads: Any, loss: float, lr: float) -> bool:
        """Keep a snapshot: tensors (P,), the batch's loss, the lr of the step that follows.

        A snapshot that isn't finite is not kept, and it was the last: the row before it
        becomes the end.
        """
        row = params.tolist() + grads.tolist() + [loss]
        if not math.isfinite(sum(row)):
            self.broke_off = True
            self._rows[max(self._length - 1, 0), -1] = math.nan
            return False
        row.append(lr)
        self._rows[self._length] = row
        self._length += 1
        return True

    @property
    def params(self) -> Array:
        """(T+1, P)."""
        return self._rows[: self._length, : self._count]

    @property
    def grads(self) -> Array:
        """(T+1, P), of the batch whose step leaves the row."""
        return self._rows[: self._length, self._count : 2 * self._count]

    @property
    def loss(self) -> Array:
        """(T+1,), of that batch."""
        return self._rows[: self._length, -2]

    @property
    def lr(self) -> Array:
        """(T+1,), of that step; nan in the last row."""
        return self._rows[: self._length, -1]
