"""Keys of the cache: the hash of exactly what a stage depends on."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import sys
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import xxhash

from render.config.dump import film_options, learning, resolved
from render.config.map import MapOptions
from render.config.spec import Spec
from render.config.when import When
from render.describe.manifest import DRAWING, LEARNING, data_hash, read, versions
from render.files import content_or_none, stamp
from render.recording import Dataset
from render.results import OutputFile

OWN = re.compile("[\u0000-\u052f\u1d00-\u2bff]*")
ENVIRONMENT = {
    "win32": ("WINDIR/Fonts", "LOCALAPPDATA/Microsoft/Windows/Fonts"),
    "darwin": ("HOME/Library/Fonts",),
    "linux": ("XDG_DATA_HOME/fonts", "HOME/.local/share/fonts", "HOME/.fonts"),
}
FIXED = {
    "darwin": ("/System/Library/Fonts", "/Library/Fonts"),
    "linux": ("/usr/share/fonts", "/usr/local/share/fonts"),
}


def needed(text: str) -> list[tuple[str, int]]:
    """The folders of fonts and their times, if a text has letters that our fonts lack."""
    return [] if OWN.fullmatch(text) else _installed()


@cache
def _installed() -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for folder in _folders():
        found += [(home, stamp(Path(home))[1]) for home, _, _ in os.walk(folder)]
    return sorted(found)


def _folders() -> list[Path]:
    given = [name.partition("/") for name in ENVIRONMENT.get(sys.platform, ())]
    own = [Path(os.environ[base]) / rest for base, _, rest in given if base in os.environ]
    return [*map(Path, FIXED.get(sys.platform, ())), *own]


PACKAGE = Path(__file__).parent.parent
SOURCES = (".py", ".csv", ".yaml")
# A room is a part of every key until it is named here, so that a forgotten one never shows what
# another version of the program made.
NOT_IN_FILES = {"api", "commands", "jobs", "cache", "__main__.py"}  # which films, never how
NOT_IN_NUMBERS = NOT_IN_FILES | {
    *("draw", "encode", "describe", "timeline", "pipeline.py", "languages", "phrases.py")
}
# The parts of a run that don't change its training; its points stand for the dataset.
NOT_IN_TRAINING = ("dataset", "landscape", "measure")
# The same for the options of a film: these leave the landscape as it is.
NOT_IN_LANDSCAPE = {
    *("size", "fps", "duration", "frames", "theme", "camera", "pace", "clock"),
    *("panels", "layout", "essential", "labels", "auto_captions", "tex", "stops"),
}


@cache
def numbers() -> list[Any]:
    """What all numbers depend on: the program, its libraries and the machine."""
    rooms = _rooms(NOT_IN_NUMBERS)
    return [own_sources(rooms), versions(LEARNING), platform.machine(), platform.system()]


@cache
def pictures() -> list[Any]:
    """What all frames and files depend on."""
    return [own_sources(_rooms(NOT_IN_FILES)), versions(DRAWING), _ffmpeg(), *numbers()]


def _rooms(without: Collection[str]) -> list[str]:
    return sorted({path.name for path in PACKAGE.iterdir()} - {*without})


def own_sources(rooms: Iterable[str]) -> str:
    """The hash of our own files: a checkout changes while its version stays."""
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
    """Name, size and time of the binary; asking it for its version takes 50 ms."""
    given = os.environ.get("IMAGEIO_FFMPEG_EXE")
    found = find_spec("imageio_ffmpeg")
    folder = Path(found.origin or "").parent / "binaries" if found else Path()
    files = [Path(given)] if given else sorted(folder.glob("ffmpeg*"))
    return [[file.name, *stamp(file)] for file in files]


def data_key(spec: Spec) -> str:
    """The key of the points of one run: its dataset, the seed, the files it reads."""
    there = [content_or_none(path) for path in spec.dataset.files()]
    return _hash(learning(spec).get("dataset"), spec.seed, there, numbers())


def recording_key(spec: Spec, dataset: Dataset) -> str:
    """The key of one run: its config without what is only drawn, and its points.

    The points stand for the options of the dataset: the same ones may come from another file.
    """
    parts = {k: v for k, v in learning(spec).items() if k not in NOT_IN_TRAINING}
    sizes = [points.x.shape for points in (dataset, dataset.validation) if points is not None]
    own = [content_or_none(path) for path in spec.model.files()]
    return _hash(parts, data_hash([dataset]), sizes, own, numbers())


def landscape_key(spec: Spec, datasets: Sequence[Dataset]) -> str:
    """The key of the landscapes of all runs: every recording, and where the loss is drawn."""
    each = zip(spec.each, datasets, strict=True)
    parts = ("landscape", "measure")
    runs = [
        [recording_key(one, data), *(learning(one).get(part) for part in parts)]
        for one, data in each
    ]
    return _hash(runs, film_options(spec.film, NOT_IN_LANDSCAPE) if spec.runs else {})


def map_key(spec: Spec, options: MapOptions) -> str:
    """The key of a map: what its runs share, with the files that are read, and its axes."""
    there = [content_or_none(path) for path in (*spec.dataset.files(), *spec.model.files())]
    return _hash(learning(spec), options.written(), there, numbers())


def film_key(spec: Spec, targets: Sequence[OutputFile], still: When | None) -> str:
    """The key of the files of a film, to the last byte."""
    paths = [target.path.name for target in targets]
    formats = [repr(target.format) for target in targets] if still is None else []
    config = resolved(spec)
    # As it stands, unsorted: the order of a function's parameters matters.
    return _hash(
        [spec.name, spec.path.name, config, None if still is None else str(still)],
        [paths, formats],
        [[path.name, content_or_none(path)] for path in read(spec)],
        needed(json.dumps(config, ensure_ascii=False)),
        pictures(),
    )


def _hash(*parts: Any) -> str:
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
