"""Cubic interpolation of values on a grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from render.recording import Array, Landscape

REFINEMENT = 4  # times as many points along each axis, for a logarithmic loss axis


def on_log(landscape: Landscape) -> Landscape:
    """A landscape on a logarithmic axis, interpolated on a finer grid, or any other unchanged.

    On the coarse grid the logarithm has pits between two points of a narrow valley, which the
    loss doesn't have.
    """
    if not landscape.log or len(landscape.axes) != 2:
        return landscape
    grid = tuple(np.linspace(g[0], g[-1], REFINEMENT * (len(g) - 1) + 1) for g in landscape.grid)
    loss = finer(landscape.loss, landscape.grid, grid)
    return replace(landscape, grid=grid, loss=np.maximum(loss, landscape.loss.min()))


@dataclass(frozen=True)
class Cubic:
    """Interpolates values on a grid at other places: Lagrange's polynomial of four points each.

    Not a matrix: it would be nearly empty, and BLAS would start its threads for it, which on a busy
    machine wait for one another for a second.
    """

    first: npt.NDArray[np.intp]  # (F,) of the four points of each place
    weights: Array  # (4, F) of these points

    @classmethod
    def between(cls, coarse: Array, fine: Array) -> Cubic:
        """From values at `coarse` (G,), evenly spaced, to those at `fine` (F,) in its range."""
        at = (fine - coarse[0]) / (coarse[1] - coarse[0])
        first = np.clip(np.floor(at).astype(np.intp) - 1, 0, len(coarse) - 4)
        t = at - first  # in the frame of four points at 0, 1, 2, 3
        weights = np.stack(
            [
                -(t - 1) * (t - 2) * (t - 3) / 6,
                t * (t - 2) * (t - 3) / 2,
                -t * (t - 1) * (t - 3) / 2,
                t * (t - 1) * (t - 2) / 6,
            ]
        )
        return cls(first, weights)

    def __call__(self, values: Array) -> Array:
        """Values (F, …) along the first axis, of values (G, …)."""
        each = self.weights.reshape(*self.weights.shape, *(1,) * (values.ndim - 1))
        parts = (each[i] * values[self.first + i] for i in range(len(each)))
        return np.asarray(sum(parts))


def finer(values: Array, coarse: Sequence[Array], fine: Sequence[Array]) -> Array:
    """Values (G, G) over two coarse axes, indexed [second, first], on two fine ones."""
    along, down = (Cubic.between(a, b) for a, b in zip(coarse, fine, strict=True))
    return along(down(values).T).T
