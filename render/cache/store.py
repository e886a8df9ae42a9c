"""A stage and a key in, the bytes kept under them out; or none: a cache may always be empty.

An entry is a file of its own, addressed by the hash of what it depends on, with a checksum
over all of it. It is written beside its place and moved there, so two processes may write the
same one. Whatever goes wrong with the disk, no film fails because of it.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import xxhash

from render.cache.trim import PART, trim

MAGIC = b"descent-film entry 1\n"
HEAD_BYTES = len(MAGIC) + 16  # and the checksum
LIMIT_BYTES = 500_000_000
SHARE = 4  # one entry may take one part in so many of the limit


@dataclass(frozen=True)
class Store:
    """Where entries are; without a folder nothing is kept. Can be sent to other processes."""

    folder: Path | None = None
    reads: bool = True
    writes: bool = True
    limit_bytes: int = LIMIT_BYTES

    @property
    def idle(self) -> bool:
        """Whether nothing can come of asking it."""
        return self.folder is None or not (self.reads or self.writes)

    @property
    def largest_bytes(self) -> int:
        """A larger entry is not kept: it would drive out all others."""
        return self.limit_bytes // SHARE

    def read(self, stage: str, key: str) -> bytes | None:
        """What is kept, if it is whole; a damaged entry is removed."""
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
        """Keep it, if that is possible, and let others go where there are too many."""
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
        """Remove an entry that is of no use."""
        if self.folder is not None and self.writes:
            with contextlib.suppress(OSError):
                (self.folder / stage / key).unlink()


NOWHERE = Store()


def _head(stage: str, key: str, body: bytes) -> bytes:
    """Before the body: of its name too, so that one that was renamed is not another's."""
    checksum = xxhash.xxh3_128(f"{stage}/{key}\n".encode())
    checksum.update(body)
    return MAGIC + checksum.digest()
