"""Frames in, 4:2:0 video planes out, converted to bt709 where a frame differs from the last.

From one frame of a film to the next a few of a thousand pixels change. Converting those
alone takes a tenth of what ffmpeg needs for all of them, and the pipe carries 1.5 bytes a
pixel instead of 4.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from render.encode.base import Pixels

# Rec. ITU-R BT.709-6, 3.3 and 3.5, in 8 bits: luma in 16…235, chroma in 16…240.
KR, KB = 0.2126, 0.0722
_LUMA = np.array([KR, 1 - KR - KB, KB])
LUMA = (219 / 255 * _LUMA).astype(np.float32)
BLUE = (224 / 255 * ([0, 0, 1] - _LUMA) / (2 * (1 - KB))).astype(np.float32)
RED = (224 / 255 * ([1, 0, 0] - _LUMA) / (2 * (1 - KR))).astype(np.float32)


class Planes:
    """Turns each RGBA frame of a film into Y, U and V, one after another in one buffer."""

    def __init__(self, size_px: tuple[int, int]) -> None:
        width, height = size_px
        self._buffer = np.zeros(width * height * 3 // 2, np.uint8)
        split = width * height
        self._luma = self._buffer[:split].reshape(height // 2, 2, width // 2, 2)
        self._blue, self._red = self._buffer[split:].reshape(2, height // 2, width // 2)
        self._shown: npt.NDArray[np.uint64] | None = None  # a pair of pixels in each

    def __call__(self, pixels: Pixels) -> npt.NDArray[np.uint8]:
        """The planes (width · height · 3/2,), overwritten by the next call."""
        pairs = pixels.reshape(pixels.shape[0], -1).view(np.uint64)
        if self._shown is None:
            self._shown = pairs.copy()
            changed = np.ones((pairs.shape[0] // 2, pairs.shape[1]), bool)
        else:
            differs = pairs != self._shown
            changed = differs[0::2] | differs[1::2]
            np.copyto(self._shown, pairs)
        self._convert(pixels, *np.divmod(np.flatnonzero(changed), changed.shape[1]))
        return self._buffer

    def _convert(
        self, pixels: Pixels, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]
    ) -> None:
        """Convert these blocks of 2×2 pixels; their chroma is that of their mean colour."""
        height, width, _ = pixels.shape
        blocks = pixels.reshape(height // 2, 2, width // 2, 2, 4)[rows, :, columns, :, :3]
        colours = blocks.astype(np.float32)  # (n, 2, 2, 3)
        self._luma[rows, :, columns, :] = _weighed(colours, LUMA, 16.5)
        mean = colours.sum(axis=(1, 2)) / 4
        self._blue[rows, columns] = _weighed(mean, BLUE, 128.5)
        self._red[rows, columns] = _weighed(mean, RED, 128.5)


def _weighed(
    colours: npt.NDArray[np.float32], weights: npt.NDArray[np.float32], offset: float
) -> npt.NDArray[np.uint8]:
    """One component (...) of colours (..., 3); written out, since BLAS would wake its threads."""
    red, green, blue = (colours[..., i] * weights[i] for i in range(3))
    return (red + green + blue + np.float32(offset)).astype(np.uint8)
