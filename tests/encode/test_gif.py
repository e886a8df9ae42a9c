from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from render.encode.base import Frame
from render.encode.formats.gif import GifFormat
from render.errors import EncodeError
from tests.encode.films import NIGHT, THEME, decoded, info, make, picture


def comment(path):
    """What it says of itself, as Pillow reads it."""
    with Image.open(path) as image:
        return image.info["comment"].decode()


def blocks(path):
    """Delays in hundredths, transparency, local palettes and repeats, read from the bytes."""
    data = path.read_bytes()
    at = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    delays, local_palettes, repeats = [], 0, None
    while data[at] != 0x3B:
        if data[at] == 0x21:
            label, at = data[at + 1], at + 2
            if label == 0xF9:
                delays.append(int.from_bytes(data[at + 2 : at + 4], "little"))
            if data[at + 1 : at + 12] == b"NETSCAPE2.0":
                repeats = int.from_bytes(data[at + 14 : at + 16], "little")
        else:
            assert data[at] == 0x2C
            local_palettes += data[at + 9] >> 7
            at += 11
        while data[at]:
            at += data[at] + 1
        at += 1
    return delays, local_palettes, repeats, bool(data[10] & 0x80)


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return make(GifFormat(), tmp_path_factory.mktemp("gif") / "film.gif", info(frames=20, fps=30))


def test_every_frame_is_there_at_its_size(film):
    assert decoded(film).shape == (20, 90, 160, 3)
    with Image.open(film) as image:
        assert (image.n_frames, image.size) == (20, (160, 90))


@pytest.mark.slow
@pytest.mark.parametrize("fps", [1, 7, 12, 24, 30, 49, 50, 60, 120])
@pytest.mark.parametrize("frames", [1, 20, 33])
def test_delays_are_long_enough_for_browsers_and_sum_to_the_duration(tmp_path, fps, frames):
    delays, *_ = blocks(make(GifFormat(), tmp_path / "film.gif", info(frames, fps)))
    assert abs(sum(delays) - 100 * frames / fps) <= 1
    assert min(delays) >= 2 or frames / fps < 0.02


def test_there_is_one_palette_for_the_whole_film(film):
    _, local_palettes, _, has_global = blocks(film)
    assert (local_palettes, has_global) == (0, True)


@pytest.mark.parametrize(("loop", "repeats"), [("forever", 0), ("once", None), (1, None), (3, 2)])
def test_it_plays_as_often_as_asked(tmp_path, loop, repeats):
    made = make(GifFormat(loop=loop), tmp_path / "film.gif", info(frames=3))
    assert blocks(made)[2] == repeats


def test_the_themes_colours_are_exact(film):
    for index, frame in enumerate(decoded(film)):
        expected = picture(index, 20)[..., :3]
        for colour in THEME:
            assert (frame[(expected == colour).all(-1)] == colour).all()


def test_what_stands_still_is_the_same_in_every_frame(film):
    frames = decoded(film)
    assert (frames[:, 10:, :80] == frames[0, 10:, :80]).all()


def test_black_is_a_colour_like_any_other(tmp_path):
    black = np.zeros((90, 160, 4), np.uint8)
    black[20:40, 20:40] = 200
    film = replace(info(frames=1), sample=lambda count: [black])
    encoder = GifFormat().open(tmp_path / "film.gif", film)
    encoder.write(Frame(0, 0.0, black))
    encoder.close()
    assert (decoded(tmp_path / "film.gif")[0] == black[..., :3]).all()


def test_the_picture_is_close_to_what_was_drawn(film):
    drawn = np.array([picture(i, 20)[..., :3] for i in range(20)]).astype(float)
    error = ((decoded(film) - drawn) ** 2).mean()
    assert 10 * np.log10(255**2 / error) > 40


def test_the_same_film_gives_the_same_bytes(film, tmp_path):
    again = make(GifFormat(), tmp_path / "other.part", info(frames=20, fps=30))
    assert again.read_bytes() == film.read_bytes()


@pytest.mark.parametrize(("fps", "count"), [(10, 6), (20, 13), (30, 20), (50, 20)])
def test_a_slower_gif_shows_the_newest_frame_at_each_time_and_the_last(tmp_path, fps, count):
    frames = decoded(make(GifFormat(fps=fps), tmp_path / "film.gif", info(frames=20, fps=30)))
    drawn = np.array([picture(i, 20)[..., :3] for i in range(20)]).astype(int)
    shown = [int(np.abs(drawn - frame).sum((1, 2, 3)).argmin()) for frame in frames]
    expected = [i * 30 // min(fps, 30) for i in range(count)]
    assert shown == [*expected[:-1], 19]


def test_a_fast_film_is_thinned_to_fifty(tmp_path):
    film = info(frames=60, fps=60)
    assert GifFormat().describe(film) == {
        "size": [160, 90],
        "fps": 50,
        "frames": 50,
        "duration": 1.0,
    }
    assert len(decoded(make(GifFormat(), tmp_path / "film.gif", film))) == 50


def test_a_smaller_gif_keeps_stillness_and_flat_colours(tmp_path):
    made = make(GifFormat(size=(101, 57)), tmp_path / "film.gif", info())
    frames = decoded(made)
    assert frames.shape == (20, 57, 101, 3)
    assert (frames[:, 10:, :50] == frames[0, 10:, :50]).all()
    assert (frames[:, -3:, :] == NIGHT).all()


def test_a_size_that_would_distort_is_refused(tmp_path):
    with pytest.raises(EncodeError, match="would distort a film of 160×90; its height must be 56"):
        GifFormat(size=(100, 100)).open(tmp_path / "film.gif", info())
