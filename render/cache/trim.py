"""A cache's folder in, the same within bounds out; or counted, or empty."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

STAGES = ("data", "recording", "landscape", "film")
PART = ".part"
ROOM = 0.9  # of the limit: what is left after trimming, so that not each write removes some
ABANDONED_S = 3600.0  # a part unwritten for so long is nobody's


@dataclass(frozen=True)
class Kept:
    """What there is of one stage."""

    stage: str
    entries: int
    bytes: int


def trim(folder: Path, limit_bytes: int) -> None:
    """Remove the least recently used entries where there are too many, and old parts."""
    found: list[tuple[float, int, str]] = []
    for file in _files(folder):
        with contextlib.suppress(OSError):  # another process may have removed it
            facts = file.stat(follow_symlinks=False)
            if not file.name.endswith(PART):
                found.append((facts.st_mtime, facts.st_size, file.path))
            elif time.time() - facts.st_mtime > ABANDONED_S:
                os.unlink(file.path)
    total = sum(size for _, size, _ in found)
    if total <= limit_bytes:
        return
    for _, size, path in sorted(found):
        if total <= ROOM * limit_bytes:
            return
        with contextlib.suppress(OSError):  # in use, on Windows
            os.unlink(path)
            total -= size


def clear(folder: Path) -> int:
    """Remove every entry; how many bytes that freed."""
    freed = 0
    for file in list(_files(folder)):
        with contextlib.suppress(OSError):
            size = file.stat(follow_symlinks=False).st_size
            os.unlink(file.path)
            freed += size
    return freed


def census(folder: Path) -> list[Kept]:
    """How much there is of each stage."""
    counts = {stage: [0, 0] for stage in STAGES}
    for file in _files(folder):
        with contextlib.suppress(OSError):
            count = counts[os.path.basename(os.path.dirname(file.path))]
            count[1] += file.stat(follow_symlinks=False).st_size
            count[0] += 1
    return [Kept(stage, *count) for stage, count in counts.items()]


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Every file of every stage, unfinished ones too; nothing else that may lie there."""
    for stage in STAGES:
        with contextlib.suppress(OSError), os.scandir(folder / stage) as inside:
            yield from (file for file in inside if file.is_file(follow_symlinks=False))
