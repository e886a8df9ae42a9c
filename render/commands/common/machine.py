"""What films need of the machine: a folder for them in, what was found of each thing out."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from render.commands.common.checkup import Finding

LITTLE_BYTES = 500_000_000  # of disk: a long film in 4K and its part file
NONE_BYTES = 20_000_000  # not even a short one
ROOMY_BYTES = 1_000_000_000  # of memory: what one film takes with torch and Matplotlib, and spare
LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current")


def machine(out: Path) -> Iterator[Finding]:
    """Cores, memory, disks and the terminal."""
    from render.batch.cores import cores

    usable, all_ = cores(), os.cpu_count() or 1
    yield Finding("cores", f"{usable} usable" + (f" of {all_}" if usable != all_ else ""))
    yield _memory()
    folder = _existing(out)
    yield _writable(out, folder)
    yield _disk("free for films", folder, NONE_BYTES)
    yield _disk("free for temporary files", Path(tempfile.gettempdir()), 0)
    yield _terminal()


def _memory() -> Finding:
    free = _free_memory()
    if free is None:
        return Finding("memory", "unknown")
    scarce = "close other programs, or make one film at a time: -j 1"
    return Finding("memory", f"{_gigabytes(free)} free", scarce if free < ROOMY_BYTES else "")


def _free_memory() -> int | None:
    """Bytes that can be had: the system's, or what is left of a container's share."""
    found = []
    with contextlib.suppress(OSError, ValueError, StopIteration):
        text = Path("/proc/meminfo").read_text()
        line = next(line for line in text.splitlines() if line.startswith("MemAvailable:"))
        found.append(int(line.split()[1]) * 1024)
    with contextlib.suppress(OSError, ValueError):  # "max" is no number: no limit
        most, used = (int(Path(path).read_text()) for path in LIMITS)
        found.append(max(0, most - used))
    return min(found, default=None)


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next((f for f in (folder, *folder.absolute().parents) if f.exists()), Path())


def _writable(out: Path, folder: Path) -> Finding:
    remedy = "choose another folder with --out"
    if not folder.is_dir():
        return Finding("films go to", f"{folder} is no folder", remedy, fatal=True)
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        told = f"{out}: can't write into {folder}: {error.strerror}"
        return Finding("films go to", told, remedy, fatal=True)
    return Finding("films go to", str(out) if out.exists() else f"{out} (made when needed)")


def _disk(name: str, folder: Path, least: int) -> Finding:
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Finding(name, f"unknown: {error.strerror}")
    remedy = f"make room on the disk of {folder.absolute()}" if free < LITTLE_BYTES else ""
    return Finding(name, f"{_gigabytes(free)} ({folder.absolute()})", remedy, fatal=free < least)


def _terminal() -> Finding:
    stream = sys.stderr
    kind = f"{shutil.get_terminal_size().columns} columns" if stream.isatty() else "none"
    encoding = (getattr(stream, "encoding", None) or "unknown").lower()
    utf = encoding.replace("-", "") == "utf8"
    remedy = "" if utf else "set PYTHONUTF8=1: messages hold letters that this encoding lacks"
    return Finding("terminal", f"{kind}, {encoding}", remedy)


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
