"""The cache on the disk: the bytes of a stage's result under the key of what it depends on.

An entry is a file with a checksum over its stage, key and bytes. It is written beside its place
and moved there, so that two processes may write the same one. No film fails because of the
cache: what can't be read is missing, what can't be written is left out.
"""

from __future__ import annotations

import contextlib
import math
import os
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import xxhash

from render.cache.folder import MAGIC, PART_SUFFIX, is_free, prepare, trim
from render.errors import ConfigError
from render.files import read_bytes

HEAD_BYTES = len(MAGIC) + 16  # with the checksum
LIMIT_BYTES = 500_000_000
SHARE = 4  # one entry takes at most a quarter of the limit


@dataclass(frozen=True)
class Store:
    """The folder of the entries; without one nothing is stored. Can be pickled."""

    folder: Path | None = None
    reads: bool = True
    writes: bool = True
    limit_bytes: int = LIMIT_BYTES

    @property
    def idle(self) -> bool:
        """Whether it neither reads nor writes."""
        return self.folder is None or not (self.reads or self.writes)

    @property
    def largest_bytes(self) -> int:
        """The size of the largest entry: a larger one would drive out all others."""
        return self.limit_bytes // SHARE

    def read(self, stage: str, key: str) -> bytes | None:
        """The bytes of an entry, or None. A damaged entry is removed, another file is not."""
        if self.folder is None or not self.reads:
            return None
        path = self.folder / stage / key
        try:
            data = read_bytes(path, max(self.limit_bytes, LIMIT_BYTES))
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
        """Store an entry, if that is possible, and trim the cache to its limit."""
        if self.folder is None or not self.writes or len(body) > self.largest_bytes:
            return
        with contextlib.suppress(OSError):
            prepare(self.folder)
            home = self.folder / stage
            home.mkdir(exist_ok=True)
            if not is_free(home / key):
                return
            handle, part = tempfile.mkstemp(PART_SUFFIX, ".", home)
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
        """Remove an entry that can't be used."""
        if self.folder is not None and self.writes:
            with contextlib.suppress(OSError):
                if is_free(self.folder / stage / key):
                    (self.folder / stage / key).unlink()


NO_STORE = Store()


def _head(stage: str, key: str, body: bytes) -> bytes:
    """What stands before the body, with a checksum of both name and body."""
    checksum = xxhash.xxh3_128(f"{stage}/{key}\n".encode())
    checksum.update(body)
    return MAGIC + checksum.digest()


FILMS = "film"  # the stage of finished files: others may change them, so they are checked again


@dataclass(frozen=True)
class MemoryStore(Store):
    """A store on the disk, with entries of any size in memory beside it."""

    disk: Store = field(default_factory=Store)
    entries: dict[tuple[str, str], bytes] = field(default_factory=dict, compare=False)

    @classmethod
    def beside(cls, disk: Store) -> MemoryStore:
        """An empty memory beside a store; finished films are looked up on the disk alone."""
        return cls(disk.folder, disk.reads, disk.writes, disk.limit_bytes, disk)

    @property
    def idle(self) -> bool:
        """Whether it neither reads nor writes: never."""
        return False

    @property
    def largest_bytes(self) -> int:
        """The size of the largest entry: as much as there is memory."""
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


FOLDER = "DESCENT_FILM_CACHE"  # environment: the folder of the entries; empty: no cache
LIMIT = "DESCENT_FILM_CACHE_MB"  # environment: the most that they take
NAME = "descent-film"


def default_store(reads: bool = True, writes: bool = True) -> Store:
    """The user's store. Raises ConfigError for a limit that is no number."""
    return Store(_folder(), reads, writes, _limit_bytes())


def _folder() -> Path | None:
    given = os.environ.get(FOLDER)
    if given is not None:
        return Path(os.path.abspath(given)) if given else None
    if (named := _named()) is not None:
        return named / NAME
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return _platforms(home) / NAME if home.is_dir() else None


def _named() -> Path | None:
    """The folder for caches that the environment names, which needs no home."""
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) if local else None
    given = os.environ.get("XDG_CACHE_HOME", "")
    return Path(given) if os.path.isabs(given) and sys.platform != "darwin" else None


def _platforms(home: Path) -> Path:
    """The folder for caches on this platform."""
    if sys.platform == "win32":
        return home / "AppData" / "Local"
    return home / "Library" / "Caches" if sys.platform == "darwin" else home / ".cache"


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
