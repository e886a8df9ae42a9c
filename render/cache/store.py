"""The store: bytes on the disk, kept under a stage and a key.

An entry is one file, named by the hash of what it depends on, with a checksum of its bytes. It
is written beside its place and then moved there, so two processes may write the same entry. An
error of the disk means that nothing is stored or found; no film fails because of it.
"""

from __future__ import annotations

import contextlib
import math
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import xxhash

from render.errors import ConfigError

STAGES = ("data", "recording", "landscape", "film")
PART = ".part"
ROOM = 0.9  # of the limit: what is left after trimming, so that not each write removes some
ABANDONED_S = 3600.0  # a part not written to for so long was left by a process that ended


@dataclass(frozen=True)
class CacheEntry:
    """The number and the bytes of the entries of one stage."""

    stage: str
    entries: int
    bytes: int


def trim(folder: Path, limit_bytes: int) -> None:
    """Remove abandoned parts and, above the limit, the least recently used entries."""
    entries: list[tuple[float, int, str]] = []
    for file in _files(folder):
        with contextlib.suppress(OSError):  # another process may have removed it
            facts = file.stat(follow_symlinks=False)
            if not file.name.endswith(PART):
                entries.append((facts.st_mtime, facts.st_size, file.path))
            elif time.time() - facts.st_mtime > ABANDONED_S:
                os.unlink(file.path)
    total = sum(size for _, size, _ in entries)
    if total <= limit_bytes:
        return
    for _, size, path in sorted(entries):
        if total <= ROOM * limit_bytes:
            return
        with contextlib.suppress(OSError):  # in use, on Windows
            os.unlink(path)
            total -= size


def clear(folder: Path) -> int:
    """Remove every entry. Returns the bytes that this frees."""
    freed = 0
    for file in list(_files(folder)):
        with contextlib.suppress(OSError):
            size = file.stat(follow_symlinks=False).st_size
            os.unlink(file.path)
            freed += size
    return freed


def count_entries(folder: Path) -> list[CacheEntry]:
    """The entries of each stage."""
    counts = {stage: [0, 0] for stage in STAGES}
    for file in _files(folder):
        with contextlib.suppress(OSError):
            count = counts[os.path.basename(os.path.dirname(file.path))]
            count[1] += file.stat(follow_symlinks=False).st_size
            count[0] += 1
    return [CacheEntry(stage, *count) for stage, count in counts.items()]


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Every file of every stage, unfinished ones too, but no other file of the folder."""
    for stage in STAGES:
        with contextlib.suppress(OSError), os.scandir(folder / stage) as inside:
            yield from (file for file in inside if file.is_file(follow_symlinks=False))


MAGIC = b"descent-film entry 1\n"
HEAD_BYTES = len(MAGIC) + 16  # and the checksum
LIMIT_BYTES = 500_000_000
SHARE = 4  # an entry may have this fraction of the limit: 1 / SHARE


@dataclass(frozen=True)
class Store:
    """The entries in a folder; without a folder nothing is kept. It can be pickled."""

    folder: Path | None = None
    reads: bool = True
    writes: bool = True
    limit_bytes: int = LIMIT_BYTES

    @property
    def idle(self) -> bool:
        """Whether it can neither find nor keep anything."""
        return self.folder is None or not (self.reads or self.writes)

    @property
    def largest_bytes(self) -> int:
        """The size of the largest entry that is kept: a larger one would displace too many."""
        return self.limit_bytes // SHARE

    def read(self, stage: str, key: str) -> bytes | None:
        """The bytes of an entry, None if there is none; a damaged entry is removed."""
        if self.folder is None or not self.reads:
            return None
        path = self.folder / stage / key
        try:
            data = path.read_bytes()
        except OSError:
            return None
        body = data[HEAD_BYTES:]
        if data[:HEAD_BYTES] != _head(stage, key, body):
            self.drop(stage, key)
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # used now: the least recently used go first
        return body

    def write(self, stage: str, key: str, body: bytes) -> None:
        """Keep an entry if possible; older ones are removed where the limit is exceeded."""
        if self.folder is None or not self.writes or len(body) > self.largest_bytes:
            return
        with contextlib.suppress(OSError):
            home = self.folder / stage
            home.mkdir(parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(PART, ".", home)
            try:
                with open(handle, "wb") as file:
                    file.write(_head(stage, key, body))
                    file.write(body)
                os.replace(part, home / key)
            finally:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(part)
            trim(self.folder, self.limit_bytes)

    def drop(self, stage: str, key: str) -> None:
        """Remove an entry."""
        if self.folder is not None and self.writes:
            with contextlib.suppress(OSError):
                (self.folder / stage / key).unlink()


NO_STORE = Store()


def _head(stage: str, key: str, body: bytes) -> bytes:
    """The bytes before the body: a checksum of body and name, so a renamed entry is refused."""
    checksum = xxhash.xxh3_128(f"{stage}/{key}\n".encode())
    checksum.update(body)
    return MAGIC + checksum.digest()


FILMS = "film"  # the stage of films: their files can change, so they are always read from the disk


@dataclass(frozen=True)
class MemoryStore(Store):
    """A store that also keeps entries of any size in memory, as long as this object exists."""

    disk: Store = field(default_factory=Store)
    entries: dict[tuple[str, str], bytes] = field(default_factory=dict, compare=False)

    @classmethod
    def beside(cls, disk: Store) -> MemoryStore:
        """A store beside one on the disk, with nothing in memory yet."""
        return cls(disk.folder, disk.reads, disk.writes, disk.limit_bytes, disk)

    @property
    def idle(self) -> bool:
        """Never."""
        return False

    @property
    def largest_bytes(self) -> int:
        """No limit but the memory."""
        return 1 << 62

    def read(self, stage: str, key: str) -> bytes | None:
        return self.entries.get((stage, key)) or self.disk.read(stage, key)

    def write(self, stage: str, key: str, body: bytes) -> None:
        self.disk.write(stage, key, body)
        if stage != FILMS:
            self.entries[stage, key] = body

    def drop(self, stage: str, key: str) -> None:
        self.entries.pop((stage, key), None)
        self.disk.drop(stage, key)


FOLDER = "DESCENT_FILM_CACHE"  # environment variable: the folder of the entries; empty: keep none
LIMIT = "DESCENT_FILM_CACHE_MB"  # environment variable: the limit in megabytes
NAME = "descent-film"


def default_store(reads: bool = True, writes: bool = True) -> Store:
    """The user's store. Raises ConfigError for a limit that isn't a number."""
    return Store(_folder(), reads, writes, _limit_bytes())


def _folder() -> Path | None:
    given = os.environ.get(FOLDER)
    if given is not None:
        return Path(os.path.abspath(given)) if given else None
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return _platforms(home) / NAME if home.is_dir() else None


def _platforms(home: Path) -> Path:
    """The system's folder for caches."""
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) if local else home / "AppData" / "Local"
    if sys.platform == "darwin":
        return home / "Library" / "Caches"
    given = os.environ.get("XDG_CACHE_HOME", "")
    return Path(given) if os.path.isabs(given) else home / ".cache"


def _limit_bytes() -> int:
    text = os.environ.get(LIMIT)
    if not text:
        return LIMIT_BYTES
    try:
        megabytes = float(text)
    except ValueError:
        megabytes = math.nan
    if not 0 <= megabytes < 1e9:
        raise ConfigError(f"{LIMIT}={text}: expected a number of megabytes, 500 for example")
    return round(megabytes * 1e6)
