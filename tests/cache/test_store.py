"""Entries: whole or not there, bounded, and safe under several processes at once."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time
from pathlib import Path

import pytest

from render.cache.store import (
    FOLDER,
    LIMIT,
    NAME,
    NO_STORE,
    PART,
    Store,
    clear,
    count_entries,
    default_store,
    trim,
)
from render.errors import ConfigError

KEY = "k" * 64


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "cache")


def entry(store: Store, stage: str = "data", key: str = KEY) -> Path:
    return store.folder / stage / key


def names(store: Store, stage: str = "data") -> list[str]:
    return sorted(path.name for path in (store.folder / stage).iterdir())


def test_what_was_written_is_read_again(store):
    assert store.read("data", KEY) is None
    store.write("data", KEY, b"numbers")
    assert store.read("data", KEY) == b"numbers"
    assert names(store) == [KEY]


def test_an_empty_body_is_an_entry_too(store):
    store.write("data", KEY, b"")
    assert store.read("data", KEY) == b""


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data[:10],
        lambda data: b"",
        lambda data: data + b"\0",
        lambda data: b"\0" * len(data),
        lambda data: data[:-3] + bytes([data[-3] ^ 1]) + data[-2:],
        lambda data: data[:22] + bytes([data[22] ^ 128]) + data[23:],
        lambda data: b"x" + data[1:],
    ],
    ids=["truncated", "head alone", "empty", "longer", "zeros", "a bit", "the sum", "foreign"],
)
def test_a_damaged_entry_is_not_trusted_and_removed(store, damage):
    store.write("data", KEY, b"some numbers")
    entry(store).write_bytes(damage(entry(store).read_bytes()))
    assert store.read("data", KEY) is None
    assert names(store) == []


def test_an_entry_under_another_name_is_not_that_entry(store):
    store.write("data", KEY, b"numbers")
    entry(store).rename(entry(store, key="other"))
    assert store.read("data", "other") is None


def test_every_single_bit_counts(store):
    store.write("data", KEY, b"ab")
    whole = entry(store).read_bytes()
    for at in range(len(whole)):
        for bit in range(8):
            entry(store).write_bytes(whole[:at] + bytes([whole[at] ^ (1 << bit)]) + whole[at + 1 :])
            assert store.read("data", KEY) is None


def test_the_least_recently_used_go_first(store):
    store = Store(store.folder, limit_bytes=4400)
    for age, key in enumerate(["new", "middle", "old"]):
        store.write("recording", key, bytes(900))
        os.utime(entry(store, "recording", key), (time.time() - 100 * (1 + age),) * 2)
    assert store.read("recording", "old") is not None  # used just now
    store.write("landscape", "a", bytes(900))
    store.write("landscape", "b", bytes(900))
    assert names(store, "recording") == ["new", "old"]
    assert names(store, "landscape") == ["a", "b"]


def test_it_never_holds_more_than_its_limit(store):
    store = Store(store.folder, limit_bytes=5000)
    for i in range(30):
        store.write("data", f"{i:064}", bytes(100 * (i % 7)))
        assert sum(kept.bytes for kept in count_entries(store.folder)) <= 5000
    assert len(names(store)) > 5


def test_what_would_drive_out_all_others_is_not_kept(store):
    store = Store(store.folder, limit_bytes=4000)
    store.write("data", KEY, bytes(1001))
    assert store.read("data", KEY) is None


def test_a_store_that_may_not_read_or_write_does_not(store):
    Store(store.folder, writes=False).write("data", KEY, b"x")
    assert store.read("data", KEY) is None
    Store(store.folder, reads=False).write("data", KEY, b"x")
    assert Store(store.folder, reads=False).read("data", KEY) is None
    assert store.read("data", KEY) == b"x"
    assert NO_STORE.read("data", KEY) is None
    NO_STORE.write("data", KEY, b"x")


def test_where_nothing_can_be_written_nothing_is_kept_and_nobody_hears_of_it(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    for folder in (file, file / "deeper", Path("/proc/nowhere"), tmp_path / ("x" * 300)):
        store = Store(folder)
        store.write("data", KEY, b"x")
        assert store.read("data", KEY) is None
        trim(folder, 0)
        assert clear(folder) == 0
        assert all(kept.entries == 0 for kept in count_entries(folder))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may do anything")
def test_a_read_only_folder_is_no_fault(store):
    store.folder.mkdir()
    store.folder.chmod(0o500)
    store.write("data", KEY, b"x")
    assert store.read("data", KEY) is None


def test_a_full_disk_leaves_nothing_half_written(store, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    store.write("data", KEY, b"x")
    assert store.read("data", KEY) is None
    assert names(store) == []


def test_old_parts_are_swept_and_young_ones_are_somebodys(store):
    store.write("data", KEY, b"x")
    for name, age_s in (("old", 7200), ("young", 60)):
        part = entry(store, key=f".{name}{PART}")
        part.write_bytes(b"half")
        os.utime(part, (time.time() - age_s,) * 2)
    trim(store.folder, store.limit_bytes)
    assert names(store) == [f".young{PART}", KEY]


def test_clearing_removes_entries_and_nothing_else(store):
    store.write("data", KEY, b"x" * 1000)
    store.write("film", KEY, b"y")
    mine = store.folder / "thesis.txt"
    mine.write_text("mine")
    assert clear(store.folder) > 1000
    assert [kept.entries for kept in count_entries(store.folder)] == [0, 0, 0, 0]
    assert mine.read_text() == "mine"


def test_it_can_be_sent_to_another_process(store):
    assert pickle.loads(pickle.dumps(store)) == store


WRITER = """
import sys
from pathlib import Path
from render.cache.store import Store

store = Store(Path(sys.argv[1]), limit_bytes=40_000)
for i in range(300):
    key = str(i % 9)
    body = key.encode() * 3000
    found = store.read("data", key)
    assert found is None or found == body, (key, found[:20])
    store.write("data", key, body)
"""


def test_processes_at_once_never_read_what_is_not_whole(tmp_path):
    # Nine keys do not fit: each process writes what the others write, read and drive out.
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(3)]
    for process in running:
        assert process.communicate()[1] == b""
        assert process.returncode == 0
    assert not list(tmp_path.glob(f"data/.*{PART}"))
    assert sum(kept.bytes for kept in count_entries(tmp_path)) <= 40_000


def test_the_usual_place_is_the_users_cache(monkeypatch, tmp_path):
    monkeypatch.delenv(FOLDER, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert default_store().folder == tmp_path / "xdg" / NAME
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # means nothing, by its standard
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_store().folder == tmp_path / ".cache" / NAME
    monkeypatch.setattr(sys, "platform", "darwin")
    assert default_store().folder == tmp_path / "Library" / "Caches" / NAME
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert default_store().folder == tmp_path / "local" / NAME


def test_the_environment_names_another_place_or_none(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(FOLDER, "here")
    assert default_store().folder == tmp_path / "here"
    monkeypatch.setenv(FOLDER, "")
    assert default_store().idle


def test_without_a_home_there_is_no_cache(monkeypatch, tmp_path):
    def homeless():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv(FOLDER, raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(Path, "home", homeless)
    assert default_store().idle
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "removed")
    assert default_store().idle


def test_the_environment_sets_the_limit(monkeypatch):
    monkeypatch.setenv(LIMIT, "1.5")
    assert default_store().limit_bytes == 1_500_000
    for wrong in ("much", "-1", "nan", "inf"):
        monkeypatch.setenv(LIMIT, wrong)
        with pytest.raises(ConfigError) as refused:
            default_store()
        told = f"{LIMIT}={wrong}: expected a number of megabytes, 500 for example"
        assert str(refused.value) == told
