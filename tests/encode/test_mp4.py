import re
import subprocess
from dataclasses import replace

import numpy as np
import pytest

from render.encode.ffmpeg import binary, url
from render.encode.formats.mp4 import CONVERT, Mp4Format
from render.encode.yuv import Planes
from tests.encode.films import BLUE, RED, decoded, described, info, make, picture, stop


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return make(Mp4Format(), tmp_path_factory.mktemp("mp4") / "film.mp4", info(frames=25, fps=10))


def test_every_frame_is_there_at_its_size_and_time(film):
    assert decoded(film).shape == (25, 90, 160, 3)
    assert "Duration: 00:00:02.50" in described(film)
    assert "10 fps, 10 tbr" in described(film)


def test_the_stream_is_high_profile_420_and_tagged_bt709(film):
    text = described(film)
    assert "h264 (High)" in text
    assert re.search(r"yuv420p\(tv, bt709\b(?!/)", text), text


def test_there_is_a_keyframe_at_least_every_second(film):
    command = [binary(), "-nostdin", "-skip_frame", "nokey", "-i", str(film)]
    command += ["-vf", "showinfo", "-f", "null", "-"]
    text = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=True).stderr
    times = [float(t) for t in re.findall(r"pts_time:([\d.]+)", text)]
    assert times[0] == 0
    assert np.diff([*times, 2.5]).max() <= 1.0


def test_it_can_start_before_it_is_all_there(film):
    data = film.read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")


def off_colour(film):
    """How far a moving stroke and a moving dot are from their colours, at most, of 255."""
    frames, off = decoded(film), []
    for index in range(25):
        row, column = np.argwhere((picture(index, 25)[..., :3] == BLUE).all(-1)).min(0)
        stroke = frames[index, row + 1, column + 3 : column + 40].astype(int)
        dot = np.argwhere((picture(index, 25)[..., :3] == RED).all(-1)).mean(0).astype(int)
        off += [
            np.abs(stroke - BLUE).max(),
            np.abs(frames[index][tuple(dot)].astype(int) - RED).max(),
        ]
    return max(off)


def test_strokes_of_three_pixels_keep_their_colour(film):
    assert off_colour(film) <= 6


def test_whole_frames_get_the_colours_of_changed_ones_to_the_last_digit():
    rng = np.random.default_rng(4)
    pixels = rng.integers(0, 256, (90, 160, 4), dtype=np.uint8)  # steeper than any drawing
    pixels[:, :80] = picture(3, 9)[:, 80:]
    command = [binary(), "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgba", "-s", "160x90"]
    command += ["-i", "pipe:0", "-vf", CONVERT, "-f", "rawvideo", "pipe:1"]
    converted = subprocess.run(command, input=pixels.tobytes(), capture_output=True, check=True)
    planes = np.frombuffer(converted.stdout, np.uint8).astype(int)
    assert np.abs(planes - Planes((160, 90)).of(pixels)).max() <= 1


def test_a_film_of_a_turning_camera_is_as_true_and_tagged_the_same(film, tmp_path):
    turning = replace(info(frames=25, fps=10), turns=True)
    other = make(Mp4Format(), tmp_path / "turning.mp4", turning)
    assert off_colour(other) <= 8  # a step of the chroma is two of a colour
    test_the_stream_is_high_profile_420_and_tagged_bt709(other)
    assert np.abs(decoded(other).astype(int) - decoded(film)).mean() < 0.3


def test_the_same_film_gives_the_same_bytes(film, tmp_path):
    again = make(Mp4Format(), tmp_path / "other.part", info(frames=25, fps=10))
    assert again.read_bytes() == film.read_bytes()


def test_a_lower_crf_is_a_larger_file(film, tmp_path):
    fine = make(Mp4Format(crf=5), tmp_path / "fine.mp4", info(frames=25, fps=10))
    assert fine.stat().st_size > film.stat().st_size


def test_one_frame_is_a_film(tmp_path):
    assert len(decoded(make(Mp4Format(), tmp_path / "one.mp4", info(frames=1, fps=1)))) == 1


@pytest.mark.parametrize("title", ["it's 50% = a:b;c\n[x]", "\0", "梯度下降", "-y"])
def test_a_title_is_only_a_title(tmp_path, title):
    made = make(Mp4Format(), tmp_path / "film.mp4", info(frames=2, title=title))
    assert len(decoded(made)) == 2


HOSTILE = "a = b; # c \\ d\nTITLE=e 梯度"


def chapters(path):
    """The chapters that ffmpeg reads: start and end in seconds, title."""
    command = [binary(), "-nostdin", "-v", "error", "-i", url(path), "-f", "ffmetadata", "pipe:1"]
    text = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode()
    found = []
    for block in text.split("[CHAPTER]\n")[1:]:
        facts = dict(re.findall(r"^(TIMEBASE|START|END|title)=((?:\\\n|.)*)$", block, re.MULTILINE))
        count, whole = map(int, facts["TIMEBASE"].split("/"))
        title = re.sub(r"\\(.|\n)", r"\1", facts["title"])
        found.append(
            (int(facts["START"]) * count / whole, int(facts["END"]) * count / whole, title)
        )
    return found


def test_a_chapter_begins_at_each_stop(tmp_path):
    stops = (stop(0, "Start"), stop(7, HOSTILE), stop(24, "ü" * 300))
    film = make(Mp4Format(), tmp_path / "a.mp4", replace(info(frames=25, fps=10), stops=stops))
    (first, middle, last) = chapters(film)
    assert first == (0, 0.7, "Start")
    assert middle == (0.7, 2.4, HOSTILE)
    assert last[:2] == (2.4, 2.5)
    assert last[2].startswith("ü" * 50)
    assert decoded(film).shape == (25, 90, 160, 3)
    assert "Duration: 00:00:02.50" in described(film)


def test_chapters_change_no_picture(film, tmp_path):
    stops = (stop(0, "a"), stop(7, "b"), stop(24, "c"))
    other = make(Mp4Format(), tmp_path / "a.mp4", replace(info(frames=25, fps=10), stops=stops))
    assert (decoded(other) == decoded(film)).all()
    again = make(Mp4Format(), tmp_path / "b.mp4", replace(info(frames=25, fps=10), stops=stops))
    assert again.read_bytes() == other.read_bytes()


def test_a_film_that_never_stops_has_no_chapters(film, tmp_path):
    ends = (stop(0, "a"), stop(24, "b"))
    other = make(Mp4Format(), tmp_path / "a.mp4", replace(info(frames=25, fps=10), stops=ends))
    assert other.read_bytes() == film.read_bytes()
