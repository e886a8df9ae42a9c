"""Frames in, 4:2:0 video planes out, converted to bt709 where a frame differs from the last.

From one frame of a film to the next a few of a thousand pixels change. Converting those
alone takes a tenth of what ffmpeg needs for all of them, and the pipe carries 1.5 bytes a
pixel instead of 4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from render.recording import Pixels

# Rec. ITU-R BT.709-6, 3.3 and 3.5, in 8 bits: luma in 16…235, chroma in 16…240.
KR, KB = 0.2126, 0.0722
_LUMA = np.array([KR, 1 - KR - KB, KB])
LUMA = (219 / 255 * _LUMA).astype(np.float32)
BLUE = (224 / 255 * ([0, 0, 1] - _LUMA) / (2 * (1 - KB))).astype(np.float32)
RED = (224 / 255 * ([1, 0, 0] - _LUMA) / (2 * (1 - KR))).astype(np.float32)


@dataclass(frozen=True)
class ChangedRows:
    """Blocks of 2×2 pixels, those of a frame that are not as in the one before."""

    where: npt.NDArray[np.intp]  # (n,) which, row by row
    blocks: npt.NDArray[np.uint8]  # (n, 2, 2, 4) RGBA


class Planes:
    """Turns each RGBA frame of a film into Y, U and V, one after another in one buffer.

    `take` finds what changed, while the frame is there; `__call__` converts it, in another
    thread if one likes.
    """

    def __init__(self, size_px: tuple[int, int]) -> None:
        width, height = size_px
        self._buffer = np.zeros(width * height * 3 // 2, np.uint8)
        split = width * height
        self._luma = self._buffer[:split].reshape(height // 2, 2, width // 2, 2)
        self._blue, self._red = self._buffer[split:].reshape(2, height // 2, width // 2)
        self._shown: npt.NDArray[np.uint64] | None = None  # (rows, 2, columns), pairs of pixels
        self._differs = np.ones((height // 2, 2, width // 2), bool)

    def take(self, pixels: Pixels, _: object = None) -> ChangedRows:
        """What is different from the last frame that was taken."""
        pairs = pixels.reshape(len(pixels), -1).view(np.uint64).reshape(self._differs.shape)
        if self._shown is None:
            self._shown = pairs.copy()
        else:
            np.not_equal(pairs, self._shown, out=self._differs)
        where = np.flatnonzero(self._differs[:, 0] | self._differs[:, 1])
        rows, columns = np.divmod(where, pairs.shape[2])
        blocks = pairs[rows, :, columns]
        self._shown[rows, :, columns] = blocks
        return ChangedRows(where, blocks.view(np.uint8).reshape(-1, 2, 2, 4))

    def __call__(self, changes: ChangedRows) -> npt.NDArray[np.uint8]:
        """The planes (width · height · 3/2,), overwritten by the next call.

        The chroma of a block is that of its mean colour.
        """
        rows, columns = np.divmod(changes.where, self._blue.shape[1])
        colours = changes.blocks[..., :3].astype(np.float32)  # (n, 2, 2, 3)
        self._luma[rows, :, columns, :] = _weighed(colours, LUMA, 16.5)
        mean = colours.sum(axis=(1, 2)) / 4
        self._blue[rows, columns] = _weighed(mean, BLUE, 128.5)
        self._red[rows, columns] = _weighed(mean, RED, 128.5)
        return self._buffer

    def of(self, pixels: Pixels) -> npt.NDArray[np.uint8]:
        """The planes of a frame, both steps at once."""
        return self(self.take(pixels))


def _weighed(
    colours: npt.NDArray[np.float32], weights: npt.NDArray[np.float32], offset: float
) -> npt.NDArray[np.uint8]:
    """One component (...) of colours (..., 3); written out, since BLAS would wake its threads."""
    red, green, blue = (colours[..., i] * weights[i] for i in range(3))
    return (red + green + blue + np.float32(offset)).astype(np.uint8)


def bled(pixels: Pixels) -> Pixels:
    """The frame with the clear pixels beside covered ones in the colour of those.

    In 4:2:0 video four pixels share their colour: what nobody sees would stain what they do.
    """
    height, width, _ = pixels.shape
    clear = (pixels[..., 3] == 0).reshape(height // 2, 2, width // 2, 2).sum(axis=(1, 3))
    rows, columns = np.nonzero((clear > 0) & (clear < 4))
    frame = pixels.copy()
    blocks = frame.reshape(height // 2, 2, width // 2, 2, 4)
    some = blocks[rows, :, columns].astype(np.float32)  # (n, 2, 2, 4)
    alpha = some[..., 3:]
    mean = (some[..., :3] * alpha).sum(axis=(1, 2), keepdims=True)
    mean /= alpha.sum(axis=(1, 2), keepdims=True)
    some[..., :3] = np.where(alpha == 0, mean, some[..., :3])
    blocks[rows, :, columns] = np.rint(some).astype(np.uint8)
    return frame
