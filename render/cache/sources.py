"""What every config depends on, our own sources and the libraries, in as hashes and versions."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import xxhash

from render.content import stamp
from render.versions import DRAWING, LEARNING, versions

PACKAGE = Path(__file__).parent.parent
SOURCES = (".py", ".csv")
NUMBERS = ("learn", "config", "recording.py", "curvature.py", "registry.py")
WITHOUT = (
    "api",
    "commands",
    "batch",
    "benchmark",
    "cache",
    "schema",
    "targets",
    "cli.py",
    "__main__.py",
)  # they say what, never how


@cache
def numbers() -> list[Any]:
    """What every number depends on."""
    return [own_sources(NUMBERS), versions(LEARNING), platform.machine(), platform.system()]


@cache
def pictures() -> list[Any]:
    """What every frame and file depends on."""
    rooms = sorted({path.name for path in PACKAGE.iterdir()} - {*WITHOUT})
    return [own_sources(rooms), versions(DRAWING), _ffmpeg(), *numbers()]


def own_sources(rooms: Iterable[str]) -> str:
    """Our own files: the package may be a checkout that changes under the same version."""
    hash_ = xxhash.xxh3_128()
    for room in rooms:
        start = PACKAGE / room
        inside = [start] if start.is_file() else sorted(start.rglob("*"))
        for file in inside:
            if file.suffix in SOURCES:
                hash_.update(f"{file.relative_to(PACKAGE).as_posix()}\n".encode())
                hash_.update(file.read_bytes())
    return hash_.hexdigest()


def _ffmpeg() -> list[Any]:
    """Which binary it is, without the 50 ms that asking it takes."""
    given = os.environ.get("IMAGEIO_FFMPEG_EXE")
    found = find_spec("imageio_ffmpeg")
    folder = Path(found.origin or "").parent / "binaries" if found else Path()
    files = [Path(given)] if given else sorted(folder.glob("ffmpeg*"))
    return [[file.name, *stamp(file)] for file in files]
