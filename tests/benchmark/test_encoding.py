"""x264 alone gets the same frames and does the same work; what is known of a GIF is measured."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from render.encode.formats import mp4
from render.encode.formats.gif import GifFormat
from tests.benchmark import encoding
from tests.benchmark.encoding import compare_gif, encoder_s
from tests.benchmark.frames import DrawnFilm, Frames
from tests.encode.films import RED, decoded, info, picture


def drawn_film(count: int = 8) -> DrawnFilm:
    """Small plot-like frames in memory."""
    frames = Frames(picture(i, count) for i in range(count))
    return DrawnFilm(frames, info(count), training_s=1.0, setup_s=1.0, drawing_s=1.0)


def without(arguments, *options):
    """An argument list without these options and their first values."""
    kept = list(arguments)
    for option in options:
        at = kept.index(option)
        del kept[at : at + 2]
    return kept


def test_its_flags_are_those_of_the_mp4_format(tmp_path, monkeypatch):
    class Started(Exception):
        pass

    def start(arguments):
        raise Started(arguments)

    monkeypatch.setattr(mp4, "Ffmpeg", start)
    path, film = tmp_path / "film.mp4", info()
    with pytest.raises(Started) as caught:
        mp4.Mp4Format().open(path, film)
    (ours,) = caught.value.args
    theirs = encoding.arguments(film, path)
    assert without(theirs, "-pix_fmt", "-vf") == without(ours, "-pix_fmt", "-vf", "-x264-params")
    assert theirs[theirs.index("-vf") + 1].endswith(ours[ours.index("-vf") + 1])


def test_its_film_is_the_same_film(tmp_path):
    film = drawn_film()
    assert encoding.x264_s(film, tmp_path / "x264.mp4") > 0
    assert encoder_s(mp4.Mp4Format(), film, tmp_path / "ours.mp4") > 0
    theirs, ours = (decoded(tmp_path / f"{name}.mp4").astype(int) for name in ("x264", "ours"))
    assert theirs.shape == ours.shape == (8, 90, 160, 3)
    assert np.abs(theirs - ours).mean() < 1


def written(path, pictures):
    first, *others = [Image.fromarray(p).quantize(256) for p in pictures]
    first.save(path, save_all=True, append_images=others, duration=100)
    return path


def coarse(film):
    """The film in few colours: any 256 can hold them."""
    return [(f.rgba[..., :3] // 32 * 32).copy() for f in film]


def test_the_error_is_that_of_all_frames_together(tmp_path):
    film = drawn_film(4)
    pictures = coarse(film)
    facts = compare_gif(written(tmp_path / "a.gif", pictures), film)
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


def test_a_pixel_that_moves_where_it_should_rest_is_counted(tmp_path):
    film = drawn_film(2)
    pictures = coarse(film)
    pictures[1][0, 0] = 255 - pictures[1][0, 0]
    raw = [f.rgba.copy() for f in film]
    resting = int((raw[0] == raw[1]).all(axis=-1).sum())
    facts = compare_gif(written(tmp_path / "a.gif", pictures), film)
    assert facts["resting"] == pytest.approx(1 - 1 / resting, abs=1e-9)


def test_a_film_of_other_length_is_refused(tmp_path):
    film = drawn_film(3)
    path = written(tmp_path / "a.gif", coarse(film)[:2])
    with pytest.raises(ValueError):  # noqa: PT011 -- the words are zip's
        compare_gif(path, film)


def test_exact_colours_are_counted(tmp_path):
    film = drawn_film(3)
    encoder_s(GifFormat(), film, tmp_path / "a.gif")
    facts = compare_gif(tmp_path / "a.gif", film)
    assert (facts["exact"], facts["resting"]) == (1, 1)
    assert any((frame.rgba[..., :3] == RED).all(axis=-1).any() for frame in film)
