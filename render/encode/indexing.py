"""Frames in, palette indices out: the exact nearest entry, looked up for changed pixels only."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from render.encode.base import Pixels
from render.encode.palette import nearest

RGB = np.uint32(0xFFFFFF)


class Indexing:
    """Turns each frame of a film into indices; a pixel whose colour stays keeps its index."""

    def __init__(self, palette: npt.NDArray[np.uint8]) -> None:
        self._palette = palette.astype(np.float64)  # (n, 3), n ≤ 256
        # One slot for each colour there is, 0 where not asked for yet, else index + 1: 32 MB
        # of which only the pages of colours in use ever become real memory.
        self._known = np.zeros(1 << 24, dtype=np.uint16)
        self._shown: npt.NDArray[np.uint32] | None = None
        self._indices = np.zeros(0, dtype=np.uint8)

    def __call__(self, pixels: Pixels) -> npt.NDArray[np.uint8]:
        """Indices (height · width,), overwritten by the next call."""
        packed = pixels.view("<u4").reshape(-1) & RGB  # red in the lowest byte
        if self._shown is None:
            self._indices = self._look_up(packed)
        else:
            changed = np.flatnonzero(packed != self._shown)
            self._indices[changed] = self._look_up(packed[changed])
        self._shown = packed
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
