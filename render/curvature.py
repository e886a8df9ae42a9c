"""The second derivative of a loss that can only be evaluated."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from render.recording import Array

STEP = 1e-4  # of the size of a parameter


def second_differences(loss: Callable[[Array], Array], at: Array, count: int) -> Array:
    """The Hessian over the first `count` parameters at a point (A,), by central differences."""
    steps = (STEP * np.maximum(np.abs(at), 1.0))[:count]
    moves = np.zeros((count, len(at)))
    np.fill_diagonal(moves, steps)
    corners = at + np.array([[i + j, i - j, j - i, -i - j] for i in moves for j in moves])
    plus, left, right, minus = np.moveaxis(loss(corners), -1, 0)
    return (plus - left - right + minus).reshape(count, count) / (4 * np.outer(steps, steps))
