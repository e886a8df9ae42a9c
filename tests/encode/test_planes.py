"""Video planes against the standard's formulas and against a conversion from scratch."""

from __future__ import annotations

import numpy as np
import pytest

from render.encode.yuv import Planes


def frame(*colour: int, size: tuple[int, int] = (8, 4)) -> np.ndarray:
    width, height = size
    pixels = np.full((height, width, 4), 255, np.uint8)
    pixels[..., :3] = colour
    return pixels


@pytest.mark.parametrize(
    ("colour", "yuv"),
    [
        ((0, 0, 0), (16, 128, 128)),
        ((255, 255, 255), (235, 128, 128)),
        ((255, 0, 0), (63, 102, 240)),  # BT.709's own primaries in 8 bits
        ((0, 255, 0), (173, 42, 26)),
        ((0, 0, 255), (32, 240, 118)),
    ],
)
def test_flat_colours_are_those_of_the_standard(colour, yuv):
    planes = Planes((8, 4)).of(frame(*colour))
    assert planes.shape == (48,)
    y, u, v = planes[:32], planes[32:40], planes[40:]
    assert (set(y), set(u), set(v)) == ({yuv[0]}, {yuv[1]}, {yuv[2]})


def test_changed_pixels_alone_give_what_a_whole_conversion_gives():
    rng = np.random.default_rng(3)
    pixels = rng.integers(0, 256, (36, 64, 4), dtype=np.uint8)
    planes = Planes((64, 36))
    planes.of(pixels)
    for _ in range(5):
        pixels = pixels.copy()
        row, column = rng.integers(0, 30, 2)
        pixels[row : row + 5, column : column + 3] = rng.integers(0, 256, 4)
        np.testing.assert_array_equal(planes.of(pixels), Planes((64, 36)).of(pixels))


def test_chroma_is_the_mean_of_four_pixels():
    pixels = frame(0, 0, 0, size=(2, 2))
    pixels[0, 0, :3] = (255, 0, 0)
    _, _, _, _, blue, red = Planes((2, 2)).of(pixels)
    assert (blue, red) == (128 - 26 // 4, 128 + 112 // 4)


def test_the_buffer_may_be_reused_by_the_caller():
    pixels = frame(9, 9, 9)
    planes = Planes((8, 4))
    planes.of(pixels)
    pixels[..., :3] = 200
    np.testing.assert_array_equal(planes.of(pixels), Planes((8, 4)).of(frame(200, 200, 200)))
