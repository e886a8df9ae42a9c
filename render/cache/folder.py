"""The folder of the cache: what in it is ours, and how that is removed.

A file is ours by its name, 64 hexadecimal digits, and by its first bytes. The folder is ours by a
`CACHEDIR.TAG` (https://bford.info/cachedir), which also tells backups to leave it out. Nothing
else is ever removed: the environment may name any folder as the cache.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from render.errors import ConfigError
from render.files import opened, read_bytes

STAGES = ("data", "recording", "landscape", "film")
MAGIC = b"descent-film entry 1\n"
ENTRY = re.compile("[0-9a-f]{64}")
PART_SUFFIX = ".part"
PART = re.compile(r"\.[a-z0-9_]{8}\.part")  # as tempfile names it
ABANDONED_S = 3600.0  # a part that was not written to for so long has been abandoned
TRIMMED = 0.9  # of the limit: what is left after trimming, so that not each write has to trim

TAG = "CACHEDIR.TAG"
TAG_TEXT = b"""\
Signature: 8a477f597d28d172789f06886806bc55
# This folder is the cache of descent-film: every film can be made again without it.
# `python -m render cache --clear` removes what is in it.
"""
MAX_TAG_BYTES = 1000
BLANK_BYTES = 1 << 16  # that are looked at to see whether all are zeros


@dataclass(frozen=True)
class CacheEntry:
    """The number and the size of the entries of one stage."""

    stage: str
    entries: int
    bytes: int


def stranger(folder: Path) -> str | None:
    """Why a folder can't be the cache: something in it that is not ours; None if it can.

    It can if it is missing, empty, tagged, or the cache of an older version, which had no tag.
    """
    if _is_tagged(folder):
        return None
    try:
        for inside in os.scandir(folder):
            if inside.name in STAGES and inside.is_dir(follow_symlinks=False):
                files = os.scandir(inside)
                other = next((f.name for f in files if not _may_be_ours(Path(f.path))), None)
                if other is not None:
                    return os.path.join(inside.name, other)
            elif not (PART.fullmatch(inside.name) or _is_own_tag(Path(inside.path))):
                return inside.name
    except OSError:  # missing, or no folder: it can't be used, but nothing is in it either
        return None
    return None


def refuse_strangers(folder: Path) -> None:
    """Raise ConfigError for a folder that is somebody's own."""
    other = stranger(folder)
    if other is not None:
        raise ConfigError(f"{folder}: is not empty and no cache: {other} is in it: name another")


def prepare(folder: Path) -> None:
    """Make and tag the folder, if it isn't. Raises OSError if it can't be the cache."""
    if _is_tagged(folder):
        return
    if (other := stranger(folder)) is not None:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder / other))
    folder.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(PART_SUFFIX, ".", folder)
    try:
        with open(handle, "wb") as file:
            file.write(TAG_TEXT)
        os.replace(part, folder / TAG)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(part)


def _is_tagged(folder: Path) -> bool:
    return _is_own_tag(folder / TAG)


def _is_own_tag(path: Path) -> bool:
    try:
        return path.name == TAG and read_bytes(path, MAX_TAG_BYTES) == TAG_TEXT
    except OSError:
        return False


def _is_named(path: Path) -> bool:
    """Whether a file has the name of an entry or of a part."""
    return bool(ENTRY.fullmatch(path.name) or PART.fullmatch(path.name))


def _may_be_ours(path: Path) -> bool:
    """Whether it is an entry or a part, also one that a crash has emptied."""
    return _is_named(path) and (_begins(path) or _is_blank(path))


def is_entry(path: Path) -> bool:
    """Whether a file is an entry of the cache, whole or damaged behind its first bytes."""
    return bool(ENTRY.fullmatch(path.name)) and _begins(path)


def is_free(path: Path) -> bool:
    """Whether an entry may be written there: nothing is lost with what has that name."""
    return not os.path.lexists(path) or is_entry(path) or _is_blank(path)


def _begins(path: Path) -> bool:
    """Whether a file has our first bytes."""
    return _head(path, len(MAGIC)) == MAGIC


def _is_blank(path: Path) -> bool:
    """Whether there is nothing in a file: a crash may leave zeros, or only its beginning."""
    head = _head(path, BLANK_BYTES)
    return head is not None and (not any(head) or MAGIC.startswith(head))


def _head(path: Path, count: int) -> bytes | None:
    """The first bytes of a file; None if it can't be read, or is a link to another."""
    try:
        if path.is_symlink():
            return None
        with opened(path) as file:
            return file.read(count)
    except OSError:
        return None


def remove(path: Path) -> int:
    """Remove a file if it is ours. Returns the number of bytes that this freed. Raises OSError."""
    if not (_is_named(path) and _begins(path)):
        return 0
    freed = path.lstat().st_size
    path.unlink()
    return freed


def trim(folder: Path, limit_bytes: int) -> None:
    """Remove the least recently used entries above the limit, and abandoned parts."""
    if not _is_tagged(folder):
        return
    entries: list[tuple[float, int, str]] = []
    for file in _files(folder):
        with contextlib.suppress(OSError):  # another process may have removed it
            facts = file.stat(follow_symlinks=False)
            if is_entry(Path(file.path)):  # others stay, and make no room
                entries.append((facts.st_mtime, facts.st_size, file.path))
            elif time.time() - facts.st_mtime > ABANDONED_S:
                remove(Path(file.path))
    total = sum(size for _, size, _ in entries)
    if total <= limit_bytes:
        return
    for _, _, path in sorted(entries):
        if total <= TRIMMED * limit_bytes:
            return
        with contextlib.suppress(OSError):  # in use, on Windows
            total -= remove(Path(path))


def clear(folder: Path) -> int:
    """Remove every entry. Returns the number of bytes that this freed.

    Raises ConfigError for a folder that is somebody's own.
    """
    refuse_strangers(folder)
    freed = 0
    for file in list(_files(folder)):
        with contextlib.suppress(OSError):
            freed += remove(Path(file.path))
    return freed


def count_entries(folder: Path) -> list[CacheEntry]:
    """Count the entries of each stage. Raises ConfigError for a folder that is somebody's own."""
    refuse_strangers(folder)
    counts = {stage: [0, 0] for stage in STAGES}
    for file in _files(folder):
        with contextlib.suppress(OSError):
            if is_entry(Path(file.path)):
                count = counts[os.path.basename(os.path.dirname(file.path))]
                count[1] += file.stat(follow_symlinks=False).st_size
                count[0] += 1
    return [CacheEntry(stage, *count) for stage, count in counts.items()]


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    """The files of all stages whose names are ours; what is in other folders is left alone."""
    for stage in STAGES:
        with contextlib.suppress(OSError), os.scandir(folder / stage) as inside:
            yield from (f for f in inside if ENTRY.fullmatch(f.name) or PART.fullmatch(f.name))
