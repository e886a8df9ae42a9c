"""What is said of a GIF is found by looking at it."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from tests.benchmark.measures.clip import compared
from tests.benchmark.reels import reel
from tests.encode.films import RED


def written(path, pictures):
    first, *others = [Image.fromarray(p).quantize(256) for p in pictures]
    first.save(path, save_all=True, append_images=others, duration=100)
    return path


def coarse(film):
    """The film in few colours: any 256 can hold them."""
    return [(f.rgba[..., :3] // 32 * 32).copy() for f in film]


def test_the_error_is_that_of_all_frames_together(tmp_path):
    film = reel(4)
    pictures = coarse(film)
    facts = compared(written(tmp_path / "a.gif", pictures), film)
    with Image.open(tmp_path / "a.gif") as image:
        shown = []
        for index in range(image.n_frames):
            image.seek(index)
            shown.append(np.asarray(image.convert("RGB"), dtype=float))
    raw = np.array([f.rgba[..., :3].astype(float) for f in film])
    error = np.mean((raw - np.array(shown)) ** 2)
    assert facts["psnr_db"] == pytest.approx(10 * np.log10(255**2 / error))
    assert facts["exact"] == 0  # no colour of the theme is a multiple of 32
    assert facts["resting"] == 1


def test_a_pixel_that_moves_where_it_should_rest_is_found(tmp_path):
    film = reel(2)
    pictures = coarse(film)
    pictures[1][0, 0] = 255 - pictures[1][0, 0]
    raw = [f.rgba.copy() for f in film]
    resting = int((raw[0] == raw[1]).all(axis=-1).sum())
    facts = compared(written(tmp_path / "a.gif", pictures), film)
    assert facts["resting"] == pytest.approx(1 - 1 / resting, abs=1e-9)


def test_a_film_of_other_length_is_refused(tmp_path):
    film = reel(3)
    path = written(tmp_path / "a.gif", coarse(film)[:2])
    with pytest.raises(ValueError):  # noqa: PT011 -- the words are zip's
        compared(path, film)


def test_exact_colours_are_counted(tmp_path):
    from render.encode.formats.gif import GifFormat

    film = reel(3)
    encoder = GifFormat().open(tmp_path / "a.gif", film.clip)
    for frame in film:
        encoder.write(frame)
    encoder.close()
    facts = compared(tmp_path / "a.gif", film)
    assert (facts["exact"], facts["resting"]) == (1, 1)
    assert any((frame.rgba[..., :3] == RED).all(axis=-1).any() for frame in film)
