"""Entries: whole or not there, bounded, and safe under several processes at once."""

from __future__ import annotations

import hashlib
import os
import pickle
import subprocess
import sys
import time
from pathlib import Path

import pytest

from render.cache.folder import MAGIC, TAG, TAG_TEXT, clear, count_entries, trim
from render.cache.store import FOLDER, LIMIT, NAME, NO_STORE, Store, default_store
from render.errors import ConfigError

KEY = "c0ffee00" * 8


def hashed(name: str) -> str:
    """A key, as the cache's are."""
    return hashlib.sha256(name.encode()).hexdigest()


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
    ],
    ids=["truncated", "head alone", "empty", "longer", "zeros", "a bit", "the sum"],
)
def test_a_damaged_entry_is_not_trusted_and_removed(store, damage):
    store.write("data", KEY, b"some numbers")
    entry(store).write_bytes(damage(entry(store).read_bytes()))
    assert store.read("data", KEY) is None
    assert names(store) == []


def test_an_entry_under_another_name_is_not_that_entry(store):
    store.write("data", KEY, b"numbers")
    entry(store).rename(entry(store, key=hashed("other")))
    assert store.read("data", hashed("other")) is None


def test_every_single_bit_counts(store):
    store.write("data", KEY, b"ab")
    whole = entry(store).read_bytes()
    for at in range(len(whole)):
        for bit in range(8):
            entry(store).write_bytes(whole[:at] + bytes([whole[at] ^ (1 << bit)]) + whole[at + 1 :])
            assert store.read("data", KEY) is None


def test_the_least_recently_used_go_first(store):
    store = Store(store.folder, limit_bytes=4400)
    new, middle, old, a, b = map(hashed, ("new", "middle", "old", "a", "b"))
    for age, key in enumerate([new, middle, old]):
        store.write("recording", key, bytes(900))
        os.utime(entry(store, "recording", key), (time.time() - 100 * (1 + age),) * 2)
    assert store.read("recording", old) is not None  # used just now
    store.write("landscape", a, bytes(900))
    store.write("landscape", b, bytes(900))
    assert names(store, "recording") == sorted([new, old])
    assert names(store, "landscape") == sorted([a, b])


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
    store.folder.mkdir()
    (store.folder / TAG).write_bytes(TAG_TEXT)
    store.write("data", KEY, b"x")
    assert store.read("data", KEY) is None
    assert names(store) == []


def test_old_parts_are_swept_and_young_ones_are_somebodys(store):
    store.write("data", KEY, b"x")
    for name, age_s in (("old_old_", 7200), ("young_01", 60)):
        part = entry(store, key=f".{name}.part")
        part.write_bytes(MAGIC + b"half")
        os.utime(part, (time.time() - age_s,) * 2)
    trim(store.folder, store.limit_bytes)
    assert names(store) == [".young_01.part", KEY]


def test_clearing_removes_entries_and_nothing_else(store):
    store.write("data", KEY, b"x" * 1000)
    store.write("film", KEY, b"y")
    mine = store.folder / "thesis.txt"
    mine.write_text("mine")
    assert clear(store.folder) > 1000
    assert [kept.entries for kept in count_entries(store.folder)] == [0, 0, 0, 0]
    assert mine.read_text() == "mine"


STRANGERS = {
    "m.csv": b"1,2\n",
    "m.bin": b"\0" * 3_000_000,
    "notes": MAGIC + b"in another file",
    f"{KEY[:-1]}x": MAGIC,
    KEY.upper(): MAGIC,
    f"{KEY}.csv": MAGIC,
    hashed("not ours"): b"a hash as a name",
    hashed("almost ours"): MAGIC[:-2] + b"2\n",
    hashed("begun"): MAGIC[:10],
    hashed("zeros"): bytes(3000),
    hashed("empty"): b"",
    ".part": MAGIC,
    ".mine.part": MAGIC,
    ".abcdefgh.part": b"mine",
    "film.mp4.part": b"mine",
    "empty": b"",
}


def strangers(folder: Path) -> dict[Path, bytes]:
    """Files of the user's in a folder and where the cache has its own, all of them old."""
    there = {}
    for place in ("", "data", "recording", "landscape", "film", "data/deeper", "mine"):
        (folder / place).mkdir(parents=True, exist_ok=True)
        for name, text in STRANGERS.items():
            path = folder / place / name
            path.write_bytes(text)
            os.utime(path, (1e9, 1e9))
            there[path] = text
    return there


def intact(files: dict[Path, bytes]) -> bool:
    return all(path.is_file() and path.read_bytes() == text for path, text in files.items())


def test_in_a_folder_of_the_user_nothing_is_written_and_nothing_removed(tmp_path):
    files = strangers(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    store = Store(tmp_path, limit_bytes=1000)
    for key in (KEY, hashed("not ours")):
        for stage in ("data", "film"):
            store.write(stage, key, b"numbers")
            assert store.read(stage, key) is None
            store.drop(stage, key)
    trim(tmp_path, 0)
    for look in (clear, count_entries):
        with pytest.raises(ConfigError) as refused:
            look(tmp_path)
        told = str(refused.value)
        assert told.startswith(f"{tmp_path}: is not empty and no cache: ")
        assert told.endswith(" is in it: name another")
    assert intact(files)
    assert sorted(tmp_path.rglob("*")) == before


def test_in_a_cache_the_files_of_others_are_neither_counted_nor_removed(store):
    store.write("data", hashed("one"), b"x" * 500)
    files = strangers(store.folder)
    store.write("film", hashed("two"), b"y" * 500)
    assert [kept.entries for kept in count_entries(store.folder)] == [1, 0, 0, 1]
    store.write("data", hashed("not ours"), b"x")  # its name is taken
    assert store.read("data", hashed("not ours")) is None
    store.drop("data", hashed("not ours"))
    trim(store.folder, 0)
    assert [kept.entries for kept in count_entries(store.folder)] == [0, 0, 0, 0]
    store.write("film", hashed("two"), b"y" * 500)
    assert clear(store.folder) > 500
    assert intact(files)


def test_links_to_files_of_the_user_are_not_ours(store, tmp_path):
    store.write("data", KEY, b"numbers")
    kept = tmp_path / hashed("kept")
    kept.write_bytes(entry(store).read_bytes())
    entry(store, key=hashed("link")).symlink_to(kept)
    clear(store.folder)
    assert names(store) == [hashed("link")]
    assert kept.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="mkfifo")
def test_an_entry_that_is_no_file_is_no_entry(store):
    store.write("data", hashed("one"), b"x")
    os.mkfifo(entry(store))
    entry(store, key=hashed("zero")).symlink_to("/dev/zero")
    with entry(store, key=hashed("huge")).open("wb") as sparse:
        sparse.write(MAGIC)
        sparse.truncate(6_000_000_000)
    started_s = time.monotonic()
    for key in (KEY, hashed("zero"), hashed("huge")):
        assert store.read("data", key) is None
    clear(store.folder)
    assert sorted(names(store)) == sorted([KEY, hashed("zero")])
    assert time.monotonic() - started_s < 2


def test_a_new_cache_is_tagged_and_so_is_one_of_an_older_version(store):
    store.write("data", KEY, b"numbers")
    tag = store.folder / TAG
    assert tag.read_bytes() == TAG_TEXT
    # The first 43 bytes are those of https://bford.info/cachedir.
    assert TAG_TEXT[:43] == b"Signature: 8a477f597d28d172789f06886806bc55"
    tag.unlink()
    entry(store, key=".abcdefgh.part").write_bytes(b"")  # of a process that was killed
    assert store.read("data", KEY) == b"numbers"
    store.write("film", KEY, b"more")
    assert tag.read_bytes() == TAG_TEXT
    assert store.read("film", KEY) == b"more"


def test_the_tag_of_another_program_makes_no_cache_of_ours(tmp_path):
    tag = tmp_path / TAG
    tag.write_bytes(TAG_TEXT[:44] + b"# of another program\n")
    Store(tmp_path).write("data", KEY, b"x")
    assert [path.name for path in tmp_path.iterdir()] == [TAG]


def test_it_can_be_sent_to_another_process(store):
    assert pickle.loads(pickle.dumps(store)) == store


WRITER = """
import sys
from pathlib import Path
from render.cache.store import Store

store = Store(Path(sys.argv[1]), limit_bytes=40_000)
for i in range(300):
    key = 64 * str(i % 9)
    body = key.encode() * 50
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
    assert not [*tmp_path.glob("data/.*"), *tmp_path.glob(".*")]
    assert sum(kept.bytes for kept in count_entries(tmp_path)) <= 40_000


def test_the_usual_place_is_the_users_cache(monkeypatch, tmp_path):
    monkeypatch.delenv(FOLDER, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))  # a service often has none
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


def test_a_file_that_a_crash_has_emptied_costs_no_other_entry_its_place(store):
    store = Store(store.folder, limit_bytes=50_000)
    store.write("film", hashed("good"), b"x" * 500)
    blank = store.folder / "film" / hashed("blank")
    blank.write_bytes(bytes(100_000))
    trim(store.folder, store.limit_bytes)
    assert store.read("film", hashed("good")) == b"x" * 500
