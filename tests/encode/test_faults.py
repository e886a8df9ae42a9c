"""ffmpeg missing, failing, hanging, flooding or killed; a film that breaks off; a full disk."""

import errno
import os
import signal
import stat
import subprocess
import sys
import threading
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from render.encode import frame_queue
from render.encode.atomic import Parts
from render.encode.base import Frame
from render.encode.ffmpeg import Ffmpeg
from render.encode.formats.gif import GifFormat
from render.encode.formats.mp4 import Mp4Format
from render.encode.frame_queue import FrameQueue
from render.errors import EncodeError, RenderError
from tests.encode.films import decoded, feed, info, make, pictures

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the fakes are shell scripts")


def children() -> set[str]:
    """Processes that this one started and that still run."""
    listed = subprocess.run(
        ["ps", "-ww", "-o", "pid=,comm=,stat=,args=", "--ppid", str(os.getpid())],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    ).stdout
    # Python keeps one for what its worker processes share, for as long as it lives itself.
    rows = [row.split() for row in listed.splitlines() if "resource_tracker" not in row]
    return {" ".join(row[3:]) for row in rows if "Z" not in row[2] and row[1] != "ps"}


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """Puts a shell script in ffmpeg's place."""

    def install(script: str) -> None:
        path = tmp_path / "fake-ffmpeg"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(path))

    return install


@pytest.fixture(autouse=True)
def nothing_left_behind():
    threads, others = threading.active_count(), children()  # of other tests' helpers
    yield
    assert children() <= others
    assert threading.active_count() <= threads


@pytest.mark.parametrize("kind", [Mp4Format(), GifFormat()])
def test_an_ffmpeg_that_fails_at_once_is_quoted(fake, tmp_path, kind):
    fake('echo "Unknown encoder: libx264" >&2; exit 3')
    with pytest.raises(EncodeError, match=r"ffmpeg failed with status 3:\n    Unknown encoder"):
        make(kind, tmp_path / "film.out", info(frames=60))


def test_an_ffmpeg_that_leaves_early_without_complaint_is_an_error(fake, tmp_path):
    fake("exit 0")
    with pytest.raises(EncodeError, match="ffmpeg ended before the film did"):
        make(Mp4Format(), tmp_path / "film.mp4", info(frames=60))


def test_an_ffmpeg_that_writes_no_file_is_an_error(fake, tmp_path):
    fake("exec cat >/dev/null")
    with pytest.raises(EncodeError, match="left no file"):
        make(Mp4Format(), tmp_path / "film.mp4", info())


def test_an_ffmpeg_that_never_reads_is_given_up(fake, tmp_path, monkeypatch):
    fake("sleep 1000")
    monkeypatch.setattr(frame_queue, "TIMEOUT_S", 0.3)
    film = info(frames=40, size_px=(640, 360))
    encoder = Mp4Format().open(tmp_path / "film.mp4", film)
    with pytest.raises(EncodeError, match=r"the encoder took no frame for 0\.3 s"):
        feed(encoder, film)


def test_an_ffmpeg_that_never_finishes_is_killed(fake):
    fake("cat >/dev/null; echo thinking >&2; sleep 1000")
    process = Ffmpeg([], finish_s=0.3)
    process.write(memoryview(b"frame"))
    with pytest.raises(EncodeError, match=r"did not finish within 0\.3 s:\n    thinking"):
        process.close()


def test_a_flood_of_warnings_stops_nothing_and_only_its_end_is_shown(fake, tmp_path):
    fake(
        "head -c 3000000 /dev/zero | tr '\\0' x >&2; cat >/dev/null; echo; echo the end >&2; exit 1"
    )
    with pytest.raises(EncodeError) as caught:
        make(Mp4Format(), tmp_path / "film.mp4", info())
    assert str(caught.value).endswith("the end")
    assert len(str(caught.value)) < 5000


def test_an_ffmpeg_killed_mid_way_is_reported(tmp_path):
    film = info(frames=400)
    encoder = Mp4Format().open(tmp_path / "film.mp4", film)
    frames = pictures(film)
    for frame in islice(frames, 40):
        encoder.write(frame)
    os.kill(encoder._process._process.pid, signal.SIGKILL)

    def go_on():
        for frame in frames:
            encoder.write(frame)
        encoder.close()

    with pytest.raises(EncodeError, match="ffmpeg was killed by signal 9"):
        go_on()
    encoder.abort()


def test_a_missing_ffmpeg_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "nowhere"))
    gone = os.strerror(errno.ENOENT)
    with pytest.raises(EncodeError, match=rf"can't start ffmpeg \(.*nowhere\): {gone}"):
        Mp4Format().open(tmp_path / "film.mp4", info())


def test_no_ffmpeg_at_all_says_what_to_do(monkeypatch, tmp_path):
    def nothing():
        raise RuntimeError("No ffmpeg exe could be found.")

    monkeypatch.setattr("imageio_ffmpeg.get_ffmpeg_exe", nothing)
    with pytest.raises(EncodeError, match="pip install --force-reinstall imageio-ffmpeg"):
        Mp4Format().open(tmp_path / "film.mp4", info())


def test_a_film_that_breaks_off_leaves_the_old_file_and_nothing_else(tmp_path):
    target = make(Mp4Format(), tmp_path / "film.mp4", info(frames=3))
    before = target.read_bytes()
    film = info(frames=20)

    def break_off():
        with Parts() as parts:
            encoder = Mp4Format().open(parts.beside(target), film)
            try:
                for frame in pictures(film):
                    encoder.write(frame)
                    1 / (10 - frame.index)
            finally:
                encoder.abort()

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert [p.name for p in tmp_path.iterdir()] == ["film.mp4"]
    assert target.read_bytes() == before


def test_a_ctrl_c_in_the_terminal_does_not_reach_ffmpeg(tmp_path):
    encoder = Mp4Format().open(tmp_path / "film.mp4", info())
    assert os.getpgid(encoder._process._process.pid) != os.getpgrp()
    encoder.abort()


@pytest.mark.parametrize("kind", [Mp4Format(), GifFormat()])
def test_too_few_frames_are_an_error(tmp_path, kind):
    film = info(frames=5)
    encoder = kind.open(tmp_path / "film.out", film)
    encoder.write(next(pictures(film)))
    with pytest.raises(EncodeError, match="got 1 of 5 frames"):
        encoder.close()


def test_a_hole_in_the_film_or_a_wrong_size_is_an_error(tmp_path):
    first, second = (Frame(f.index, f.time_s, f.rgba.copy()) for f in pictures(info(frames=2)))
    encoder = Mp4Format().open(tmp_path / "film.mp4", info(frames=2))
    with pytest.raises(EncodeError, match="expected frame 0, found frame 1"):
        encoder.write(second)
    with pytest.raises(EncodeError, match=r"frame 0 is \(80, 160, 4\), not \(90, 160, 4\)"):
        encoder.write(Frame(0, 0.0, first.rgba[:80]))
    encoder.abort()
    encoder.abort()


@pytest.mark.parametrize("kind", [Mp4Format(crf=1), GifFormat()])
def test_a_full_disk_is_named_and_leaves_nothing(tmp_path, kind):
    folder = tmp_path / "full"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "none", str(folder)]
    if subprocess.run(mount, stderr=subprocess.DEVNULL, check=False).returncode:
        pytest.skip("mounting a tiny file system needs root")
    try:
        with pytest.raises(RenderError, match=os.strerror(errno.ENOSPC)), Parts() as parts:
            make(kind, parts.beside(folder / "film.out"), info(frames=60, size_px=(320, 180)))
        assert not any(folder.iterdir())
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["GD: slope", "-x", "a%03d", "o'k", "ünï", "two words", "[x]", "a\\b", "n" * 200]
)
@pytest.mark.parametrize("kind", [Mp4Format(), GifFormat()])
def test_any_name_is_only_a_name(tmp_path, monkeypatch, name, kind):
    monkeypatch.chdir(tmp_path)
    with Parts() as parts:
        make(kind, parts.beside(Path(f"{name}{kind.suffix}")), info(frames=3))
    assert [p.name for p in tmp_path.iterdir()] == [f"{name}{kind.suffix}"]
    assert len(decoded(tmp_path / f"{name}{kind.suffix}")) == 3


def test_an_encoder_that_is_slow_does_not_pile_up_frames():
    """However long it takes for the first frame, the queue has no more than MAX_FRAMES."""
    go_on, encoded = threading.Event(), []

    def slow(pixels):
        go_on.wait(60)
        encoded.append(int(pixels[0, 0, 0]))

    frames = FrameQueue(slow)
    fast = threading.Thread(target=lambda: [frames.put(gray(i)) for i in range(60)])
    fast.start()
    fast.join(0.3)
    assert fast.is_alive()  # it has to wait
    assert frames._buffers <= frame_queue.MAX_FRAMES
    go_on.set()
    fast.join(60)
    frames.finish()
    assert encoded == list(range(60))
    assert frames._buffers <= frame_queue.MAX_FRAMES


def gray(value):
    return np.full((2, 2, 4), value, np.uint8)
