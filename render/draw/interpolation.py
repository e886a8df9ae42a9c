"""Cubic interpolation of values on a grid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

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
    along, down = (cubic(coarse, fine) for coarse, fine in zip(landscape.grid, grid, strict=True))
    loss = down @ landscape.loss @ along.T
    return replace(landscape, grid=grid, loss=np.maximum(loss, landscape.loss.min()))


def cubic(coarse: Array, fine: Array) -> Array:
    """The matrix (F, G) that interpolates values on `coarse` at `fine`, both in one range."""
    at = (fine - coarse[0]) / (coarse[1] - coarse[0])
    first = np.clip(np.floor(at).astype(int) - 1, 0, len(coarse) - 4)
    t = at - first  # in the frame of four points at 0, 1, 2, 3
    weights = np.stack(
        [
            -(t - 1) * (t - 2) * (t - 3) / 6,
            t * (t - 2) * (t - 3) / 2,
            -t * (t - 1) * (t - 3) / 2,
            t * (t - 1) * (t - 2) / 6,
        ],
        axis=-1,
    )
    matrix = np.zeros((len(fine), len(coarse)))
    rows = np.arange(len(fine))[:, None]
    matrix[rows, first[:, None] + np.arange(4)] = weights
    return matrix
