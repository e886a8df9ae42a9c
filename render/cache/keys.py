"""The key of each cached result: a hash of exactly what the result depends on."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import xxhash

from render.config.dump import learning, resolved
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
    """Folders of fonts and when each was changed, where the text may need one of them."""
    return [] if OWN.fullmatch(text) else _installed()


@cache
def _installed() -> list[tuple[str, int]]:
    folders: list[tuple[str, int]] = []
    for folder in _folders():
        folders += [(home, stamp(Path(home))[1]) for home, _, _ in os.walk(folder)]
    return sorted(folders)


def _folders() -> list[Path]:
    given = [name.partition("/") for name in ENVIRONMENT.get(sys.platform, ())]
    own = [Path(os.environ[base]) / rest for base, _, rest in given if base in os.environ]
    return [*map(Path, FIXED.get(sys.platform, ())), *own]


PACKAGE = Path(__file__).parent.parent
SOURCES = (".py", ".csv", ".yaml")
NUMBERS = ("learn", "config", "recording.py", "registry.py")
WITHOUT = ("api", "commands", "jobs", "cache", "__main__.py")  # they don't affect pictures


@cache
def numbers() -> list[Any]:
    """What every recorded number depends on: our sources, libraries and the processor."""
    return [own_sources(NUMBERS), versions(LEARNING), platform.machine(), platform.system()]


@cache
def pictures() -> list[Any]:
    """What every frame and every file depends on."""
    rooms = sorted({path.name for path in PACKAGE.iterdir()} - {*WITHOUT})
    return [own_sources(rooms), versions(DRAWING), _ffmpeg(), *numbers()]


def own_sources(rooms: Iterable[str]) -> str:
    """The hash of our own sources: a checkout may change without a new version."""
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
    """Name, size and time of the ffmpeg binary: to run it for its version takes 50 ms."""
    given = os.environ.get("IMAGEIO_FFMPEG_EXE")
    module = find_spec("imageio_ffmpeg")
    folder = Path(module.origin or "").parent / "binaries" if module else Path()
    files = [Path(given)] if given else sorted(folder.glob("ffmpeg*"))
    return [[file.name, *stamp(file)] for file in files]


def data_key(spec: Spec) -> str:
    """The key of the points of a run: dataset, seed, and the files that the dataset reads."""
    there = [content_or_none(path) for path in spec.dataset.files()]
    return _hash(learning(spec).get("dataset"), spec.seed, there, numbers())


def recording_key(spec: Spec, dataset: Dataset) -> str:
    """The key of a recording: how the run is trained, and the numbers it is trained on."""
    own = learning(spec)
    parts = [own.get(name) for name in ("model", "loss", "optimizer", "schedule", "training")]
    sizes = [points.x.shape for points in (dataset, dataset.validation) if points is not None]
    return _hash(parts, spec.seed, data_hash([dataset]), sizes, numbers())


def landscape_key(spec: Spec, datasets: Sequence[Dataset]) -> str:
    """The key of the landscapes of all runs: every recording, and where the loss is drawn."""
    each = zip(spec.each, datasets, strict=True)
    runs = [[recording_key(one, data), learning(one)["landscape"]] for one, data in each]
    together = [spec.film.runs, spec.film.share] if spec.runs else []
    return _hash(runs, together)


def film_key(spec: Spec, targets: Sequence[OutputFile], still: When | None) -> str:
    """The key of a film's files: everything that any of their bytes depends on."""
    paths = [target.path.name for target in targets]
    formats = [repr(target.format) for target in targets] if still is None else []
    config = resolved(spec)
    # Not sorted by key: the order of a function's parameters matters.
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
