"""What is opened to be read: files of a bounded size, and nothing that waits or has no end."""

from __future__ import annotations

import errno
import os
import re
import socket
import sys
import time
from pathlib import Path

import pytest

from render.files import MAX_DEPTH, content, content_or_none, opened, read_bytes, size, stamp

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes with names")


def strangers(folder: Path) -> dict[str, Path]:
    """A path of each sort that is no file."""
    os.mkfifo(folder / "pipe")
    (folder / "folder").mkdir()
    (folder / "circle").symlink_to("circle")
    (folder / "endless").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(folder / "socket"))
    names = ("pipe", "folder", "circle", "endless", "socket", "missing", "a\0b", "x" * 300)
    paths = {name: folder / name for name in names}
    return paths | {name: Path(name) for name in ("/dev/zero", "/dev/tty", "/dev/null")}


def test_only_files_are_opened_and_nothing_is_waited_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    started_s = time.monotonic()
    for path in strangers(tmp_path).values():
        with pytest.raises(OSError):  # noqa: PT011 — the reason differs
            opened(path)
        with pytest.raises(OSError):  # noqa: PT011
            read_bytes(path, 100)
    assert time.monotonic() - started_s < 2


def test_what_cannot_be_read_has_no_hash_and_no_stamp_but_no_error_either(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, path in strangers(tmp_path).items():
        if name != "folder":
            assert content_or_none(path) is None
    assert stamp(Path("a\0b")) == stamp(tmp_path / "missing") == (0, 0)


def test_a_pipe_that_takes_the_name_of_a_file_in_time_is_not_waited_for(tmp_path, monkeypatch):
    """Between the look at a file and its opening another one may take its name."""
    (tmp_path / "file").write_text("x")
    os.mkfifo(tmp_path / "pipe")
    facts = os.stat(tmp_path / "file")
    monkeypatch.setattr(os, "stat", lambda path: facts)
    with pytest.raises(OSError, match="not a file"):
        opened(tmp_path / "pipe")


def test_a_file_is_read_whole_up_to_its_bound(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"abcdef")
    assert read_bytes(file, 6) == b"abcdef"
    assert read_bytes(file, 1 << 50) == b"abcdef"  # takes no more memory than the file has bytes
    file.write_bytes(bytes(3_000_001))
    assert len(read_bytes(file, 3_000_001)) == 3_000_001
    file.write_bytes(b"abcdef")
    with pytest.raises(OSError, match="larger than 5 bytes") as refused:
        read_bytes(file, 5)
    assert refused.value.errno == errno.EFBIG
    with file.open("wb") as sparse:
        sparse.truncate(6_000_000_000)
    with pytest.raises(OSError, match="larger than 1,000,000 bytes"):
        read_bytes(file, 1_000_000)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_a_file_that_has_more_than_its_size_says_is_bounded_too():
    assert os.stat("/proc/self/maps").st_size == 0
    with pytest.raises(OSError, match="larger than 10 bytes"):
        read_bytes(Path("/proc/self/maps"), 10)


def test_a_path_that_the_user_names_may_be_a_pipe_with_a_writer(tmp_path):
    ear, mouth = os.pipe()
    os.write(mouth, b"text")
    os.close(mouth)
    with opened(Path(f"/dev/fd/{ear}"), streams=True) as file:
        assert file.read() == b"text"
    os.close(ear)
    os.mkfifo(tmp_path / "pipe")
    with opened(tmp_path / "pipe", streams=True) as file:
        assert file.read() == b""  # nobody writes, so it is at its end


def test_folders_that_lead_back_have_no_hash(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "back").symlink_to("..")
    (tmp_path / "film.mp4").symlink_to("/")
    assert content_or_none(tmp_path) is None
    with pytest.raises(OSError, match=re.escape(os.strerror(errno.ELOOP))):
        size(tmp_path / "film.mp4")
    deep = tmp_path / "deep"
    for _ in range(MAX_DEPTH):
        deep /= "x"
    deep.mkdir(parents=True)
    (deep / "file").write_text("abc")
    assert size(tmp_path / "deep") == 3
    assert len(content(tmp_path / "deep")) == 32
