"""A frame with clear pixels in, one whose colours can be halved in resolution out."""

from __future__ import annotations

import numpy as np

from render.encode.base import Pixels


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
