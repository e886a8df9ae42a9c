"""How ragged the boundary between runs that diverge and runs that don't is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from render.learn.map.result import DIVERGED, Codes
from render.recording import Array

LEAST_BOX, LEAST_BOXES = 2, 8  # pixels along a side of a box; boxes along a side of the map
LEAST_SCALES = 3


def dimension(verdict: Codes) -> tuple[float, int] | None:
    """The box-counting dimension of the boundary on a map (H, W), and its largest box in pixels.

    A corner of pixels of both kinds is on the boundary; a box of 2, 4, 8 … corners a side counts
    if one of its own is. The dimension is the slope of the logarithm of their number against that
    of the size, by least squares. It is 1 for a smooth line, and 2 for one that fills the plane.
    None where the map is too small, or has no boundary.
    """
    sizes, counts = boxes(verdict == DIVERGED)
    if len(sizes) < LEAST_SCALES or not counts.all():
        return None
    slope = np.polyfit(np.log(sizes), np.log(counts), 1)[0]
    return float(-slope), int(sizes[-1])


def boxes(inside: npt.NDArray[np.bool_]) -> tuple[Array, Array]:
    """The sizes (S,) of boxes, and how many (S,) are on the boundary of what is inside (H, W)."""
    corners = np.stack([inside[:-1, :-1], inside[1:, :-1], inside[:-1, 1:], inside[1:, 1:]])
    on_it = corners.any(axis=0) & ~corners.all(axis=0)
    sizes, counts = [], []
    size = LEAST_BOX
    while min(inside.shape) // size >= LEAST_BOXES:
        rows, columns = (-(-side // size) for side in on_it.shape)
        whole = np.zeros((rows * size, columns * size), bool)
        whole[: on_it.shape[0], : on_it.shape[1]] = on_it
        sizes.append(size)
        counts.append(int(whole.reshape(rows, size, columns, size).any(axis=(1, 3)).sum()))
        size *= 2
    return np.array(sizes, float), np.array(counts, float)
