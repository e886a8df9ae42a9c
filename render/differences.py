"""Second derivatives of a loss by differences, and how far a parameter has to move for them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from render.recording import Array, Recording

DIFFERENCE = 1e-4  # of the size of a parameter: the step of the differences below


def second_differences(
    loss: Callable[[Array], Array], at: Array, count: int, size: Array | None = None
) -> Array:
    """The Hessian (count, count) of a loss over the first parameters of a point (A,).

    By central differences: `loss` takes points (..., A) and gives losses (...,). `size` (A,) is
    how large each parameter is; without it, its own value, and at least 1.
    """
    if size is None:
        size = np.maximum(np.abs(at), 1.0)
    steps = (DIFFERENCE * size)[:count]
    moves = np.zeros((count, len(at)))
    np.fill_diagonal(moves, steps)
    corners = at + np.array([[i + j, i - j, j - i, -i - j] for i in moves for j in moves])
    plus, left, right, minus = np.moveaxis(loss(corners), -1, 0)
    return (plus - left - right + minus).reshape(count, count) / (4 * np.outer(steps, steps))


POWERS = 10.0 ** np.arange(-18, 19)  # in which sizes are looked for
# Of a power, tried beside it: a wave may come back to its height after a whole power.
PARTS = np.array([0.2, 0.3, 0.5, 0.7, 1.0, -0.2, -0.3, -0.5, -0.7, -1.0])
CHANGE = 0.5  # of the loss: over so much of a change a parameter goes its size


def sizes(recording: Recording, at: Array) -> Array:
    """How large a change of each parameter (A,) is at a point (A,), as a power of ten.

    It is the smallest within which the loss changes by half of itself, so it has the parameter's
    unit, whatever that is. Where there is none it is 1.
    """
    moves = np.eye(len(at))[:, None, None] * (POWERS[:, None] * PARTS)[..., None]
    with np.errstate(all="ignore"):
        here = float(recording.objective(at))
        losses = recording.objective(at + moves)  # (A, powers, parts)
    change = CHANGE * max(abs(float(recording.loss[0])), abs(here))
    large = (np.isfinite(losses) & (np.abs(losses - here) >= max(change, 1e-300))).any(axis=-1)
    return np.where(large.any(axis=-1), POWERS[large.argmax(axis=-1)], 1.0)
