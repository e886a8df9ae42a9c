import re
import subprocess

import numpy as np
import pytest
from PIL import Image

from render.encode.ffmpeg import binary
from render.encode.formats.webm import WebmFormat
from render.errors import EncodeError
from tests.encode.films import BLUE, RED, clear, decoded, described, drawn, info, make, picture


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return make(
        WebmFormat(), tmp_path_factory.mktemp("webm") / "film.webm", info(frames=25, fps=10)
    )


def with_alpha(path, size_px=(160, 90)):
    """All frames, (frames, height, width, 4): only libvpx's own decoder reads the alpha."""
    matrix = "scale=in_color_matrix=bt709:flags=accurate_rnd+full_chroma_int+full_chroma_inp"
    # fmt: off
    command = [binary(), "-nostdin", "-loglevel", "error", "-c:v", "libvpx-vp9", "-i", str(path),
               "-vf", matrix, "-f", "rawvideo", "-pix_fmt", "rgba", "pipe:1"]
    # fmt: on
    out = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    return np.frombuffer(out, np.uint8).reshape(-1, *reversed(size_px), 4).astype(int)


def test_every_frame_is_there_at_its_size_and_time(film):
    assert decoded(film).shape == (25, 90, 160, 3)
    assert "Duration: 00:00:02.50" in described(film)
    assert "10 fps" in described(film)


def test_it_is_vp9_tagged_bt709(film):
    assert re.search(r"vp9 .*yuv420p\(tv, bt709\b(?!/)", described(film))


def test_flat_colours_are_those_that_were_drawn(film):
    for index, frame in enumerate(decoded(film).astype(int)):
        wanted = picture(index, 25)[..., :3]
        row, column = np.argwhere((wanted == BLUE).all(-1)).min(0)
        assert np.abs(frame[row + 1, column + 3 : column + 40] - BLUE).max() <= 6
        dot = np.argwhere((wanted == RED).all(-1)).mean(0).astype(int)
        assert np.abs(frame[tuple(dot)] - RED).max() <= 6


def test_a_film_without_background_has_none(tmp_path):
    seen = clear(info(frames=12))
    frames = with_alpha(make(WebmFormat(), tmp_path / "film.webm", seen))
    for index, frame in enumerate(frames):
        wanted = drawn(seen, index).astype(int)
        assert np.abs(frame[..., 3] - wanted[..., 3])[20:].max() <= 6  # below the growing bar
        row, column = np.argwhere(wanted[..., 3] == 128).min(0)
        stroke = frame[row + 1, column + 3 : column + 40]
        assert np.abs(stroke - (*BLUE, 128)).max() <= 6  # straight, not multiplied by alpha


def test_a_smaller_slower_one_is_as_long(tmp_path):
    made = make(
        WebmFormat(size=(80, 46), fps=5), tmp_path / "f.webm", info(20, 10, size_px=(160, 92))
    )
    assert decoded(made).shape == (10, 46, 80, 3)
    assert "Duration: 00:00:02.00" in described(made)


def test_an_odd_size_is_refused_with_one_that_is_possible(tmp_path):
    with pytest.raises(EncodeError, match="webm needs even sizes, not 81×45: 82×46 is even"):
        WebmFormat(size=(81, 45)).open(tmp_path / "film.webm", info())


def test_the_same_film_gives_the_same_bytes(film, tmp_path):
    again = make(WebmFormat(), tmp_path / "other.part", info(frames=25, fps=10))
    assert again.read_bytes() == film.read_bytes()


def test_a_lower_crf_is_a_larger_file(film, tmp_path):
    fine = make(WebmFormat(crf=4), tmp_path / "fine.webm", info(frames=25, fps=10))
    assert fine.stat().st_size > film.stat().st_size


def test_a_clear_film_lies_on_any_colour(tmp_path):
    seen = clear(info(frames=3))
    frame = with_alpha(make(WebmFormat(), tmp_path / "film.webm", seen))[-1].astype(np.uint8)
    page = Image.new("RGBA", (160, 90), (255, 255, 255, 255))
    page.alpha_composite(Image.fromarray(frame))
    assert np.asarray(page)[-5:, :, :3].min() >= 249
