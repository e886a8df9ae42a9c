"""Frames in, palette indices out: the exact nearest entry, looked up for changed pixels only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from render.encode.base import Pixels
from render.encode.palette import nearest

RGB = np.uint32(0xFFFFFF)


@dataclass(frozen=True)
class Recoloured:
    """Pixels of a frame that are not as in the one before."""

    where: npt.NDArray[np.intp]  # (n,) which, row by row
    packed: npt.NDArray[np.uint32]  # (n,) their colours, red in the lowest byte


class Indexing:
    """Turns each frame of a film into indices; a pixel whose colour stays keeps its index.

    `take` finds what changed, while the frame is there; `__call__` looks it up, in another
    thread if one likes.
    """

    def __init__(self, palette: npt.NDArray[np.uint8]) -> None:
        self._palette = palette.astype(np.float64)  # (n, 3), n ≤ 256
        # One slot for each colour there is, 0 where not asked for yet, else index + 1: 32 MB
        # of which only the pages of colours in use ever become real memory.
        self._known = np.zeros(1 << 24, dtype=np.uint16)
        self._shown: npt.NDArray[np.uint32] | None = None
        self._indices = np.zeros(0, dtype=np.uint8)

    def take(self, pixels: Pixels, _: object = None) -> Recoloured:
        """What is different from the last frame that was taken."""
        packed = pixels.view("<u4").reshape(-1)
        if self._shown is None:
            self._shown = packed.copy()
            return Recoloured(np.arange(len(packed)), self._shown & RGB)
        where = np.flatnonzero(packed != self._shown)
        found = packed[where]
        self._shown[where] = found
        return Recoloured(where, found & RGB)

    def __call__(self, changes: Recoloured) -> npt.NDArray[np.uint8]:
        """Indices (height · width,), overwritten by the next call."""
        if not len(self._indices):
            self._indices = np.zeros(len(changes.where), dtype=np.uint8)
        self._indices[changes.where] = self._look_up(changes.packed)
        return self._indices

    def _look_up(self, packed: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint8]:
        found = self._known[packed]
        new = found == 0
        if new.any():
            asked = np.unique(packed[new])
            colours = np.stack([asked & 255, asked >> 8 & 255, asked >> 16], axis=1)
            self._known[asked] = nearest(colours.astype(np.float64), self._palette) + 1
            found = self._known[packed]
        return (found - 1).astype(np.uint8)
