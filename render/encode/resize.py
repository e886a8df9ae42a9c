"""A frame in, the same picture in another size out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from render.encode.base import Pixels


def resizer(
    source_px: tuple[int, int], target_px: tuple[int, int], clear: bool = False
) -> Callable[[Pixels], Pixels]:
    """A function from frames (height, width, 4) of one size to another, or to themselves.

    Each pixel depends on its neighbourhood alone, so what stands still in the film stands
    still in the smaller one, and a flat colour stays exactly that colour.
    """
    if source_px == target_px:
        return lambda pixels: pixels
    from PIL import Image

    # Hamming reduces as sharply as Lanczos to the eye, in half the time (8 ms from 720p to
    # 450p) and without halos around text, which would also cost palette entries.
    smaller = target_px < source_px
    kernel = Image.Resampling.HAMMING if smaller else Image.Resampling.LANCZOS

    def resize(pixels: Pixels) -> Pixels:
        # RGBX: four plain channels. RGBA multiplies by alpha and back, at twice the cost: only
        # where colours beside clear pixels would take up the colour of those.
        mode = "RGBA" if clear else "RGBX"
        image = Image.frombuffer(mode, source_px, pixels, "raw", mode, 0, 1)
        return np.asarray(image.resize(target_px, kernel))

    return resize
