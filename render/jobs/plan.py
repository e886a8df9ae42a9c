"""Which files are made of which films: a job for each."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from unicodedata import normalize

from render import registry
from render.cache.store import NO_STORE, Store
from render.config.parts import FORMAT, member
from render.config.problems import shown, unknown
from render.config.spec import Spec
from render.config.when import When
from render.config.yaml import STDIN
from render.encode.base import Format, StillFormat
from render.encode.formats.png import PngFormat
from render.errors import ConfigError
from render.results import OutputFile

PIPED = "-"  # standard input
SUFFIXES = (".yaml", ".yml")


def collect_configs(typed: Sequence[str]) -> list[Path]:
    """The files named and those in the folders named, each once, a folder's by name.

    A file that doesn't exist is kept: reading it raises the error. Raises ConfigError for a
    folder without configs.
    """
    paths: dict[str, Path] = {}
    for text in typed:
        for path in [STDIN] if text == PIPED else _configs(Path(text)):
            paths.setdefault(os.path.abspath(path), path)
    return list(paths.values())


def _configs(path: Path) -> list[Path]:
    if not os.path.isdir(path):
        return [path]
    try:
        inside = [f for f in sorted(path.iterdir()) if f.suffix in SUFFIXES and f.is_file()]
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror}") from None
    configs = [f for f in inside if not f.name.startswith(".")]
    if not configs:
        raise ConfigError(f"{path}: no configs in this folder (*.yaml, *.yml)")
    return configs


@dataclass(frozen=True)
class Job:
    """A film and the files to make of it."""

    spec: Spec
    targets: tuple[OutputFile, ...]
    still: When | None = None  # a picture of that time instead of the film
    store: Store = NO_STORE  # of what was computed before


@dataclass(frozen=True)
class OutputRequest:
    """Which files to make, where the user says so; without formats and files, the config's."""

    out: Path = Path("outputs")  # the folder of files that aren't named
    formats: tuple[str, ...] = ()  # their names
    files: tuple[str, ...] = ()  # paths, whose suffixes name the formats
    still: When | None = None  # a picture of that time, and no film
    store: Store = NO_STORE


def plan(specs: Sequence[Spec], request: OutputRequest) -> list[Job]:
    """A job for each spec. Raises ConfigError when a format or a file is impossible."""
    jobs = [replace(_job(spec, request), store=request.store) for spec in specs]
    configs = {_identity(spec.path): spec.path for spec in specs}
    data = {_identity(f): s.path for s in specs for one in s.each for f in one.dataset.files()}
    owners: dict[str, Path] = {}
    for job in jobs:
        for target in job.targets:
            if _identity(target.path) in configs:
                raise ConfigError(f"{job.spec.path}: would overwrite the config {target.path}")
            if (reader := data.get(_identity(target.path))) is not None:
                data_file = f"{target.path}, the data of {reader}"
                raise ConfigError(f"{job.spec.path}: would overwrite {data_file}")
            if _identity(target.path) in owners:
                owner = owners[_identity(target.path)]
                also = "twice" if owner == job.spec.path else f"as {owner} does"
                raise ConfigError(f"{job.spec.path}: would write {target.path} {also}")
            owners[_identity(target.path)] = job.spec.path
    return jobs


def _job(spec: Spec, request: OutputRequest) -> Job:
    if request.still is not None:
        return _still(spec, request, request.still)
    targets = [
        OutputFile(_with_options(spec, _by_suffix(name)), Path(name)) for name in request.files
    ]
    named = [_with_options(spec, _by_name(name)) for name in request.formats]
    if not targets and not named:
        named = list(spec.outputs)
    targets += [
        OutputFile(format_, request.out / f"{spec.name}{format_.suffix}") for format_ in named
    ]
    outputs = {type(target.format): target.format for target in targets}
    kinds = [registry.name_of(cls) for cls in outputs]
    for format_, kind in zip(outputs.values(), kinds, strict=True):
        if (reason := format_.misses(kinds)) is not None:
            raise ConfigError(f"{spec.path}: {kind} {reason}")
    return Job(replace(spec, outputs=tuple(outputs.values())), tuple(targets))


def _still(spec: Spec, request: OutputRequest, still: When) -> Job:
    """A job that makes a picture and nothing else. Raises ConfigError."""
    others = [name for name in request.formats if not issubclass(_by_name(name), StillFormat)]
    if others:
        raise ConfigError(f"{', '.join(others)}: a still is a picture: name another format")
    if len(request.files) + len(request.formats) > 1:
        raise ConfigError(f"still {still}: makes one picture: name one file, or one format")
    if still.unit == "s" and still.count > spec.film.duration:
        lasts = f"the film lasts {spec.film.duration:g} s"
        raise ConfigError(f"{spec.path}: no still at {still}: {lasts}")
    kind = _by_name(request.formats[0]) if request.formats else PngFormat
    file = Path(next(iter(request.files), request.out / f"{spec.name}{kind.suffix}"))
    if request.files:
        kinds = _suffixes(StillFormat)
        if file.suffix.lower() not in kinds or os.path.isdir(file):
            suffixes = ", ".join(kinds)
            raise ConfigError(f"{shown(str(file))}: a still is a file of {suffixes}")
        kind = kinds[file.suffix.lower()]
    picture = _with_options(spec, kind)
    return Job(replace(spec, outputs=(picture,)), (OutputFile(picture, file),), still)


def _with_options(spec: Spec, cls: type[Format]) -> Format:
    """The config's entry of that format, with its options, or the format with its defaults."""
    return next((output for output in spec.outputs if type(output) is cls), None) or cls()


def _by_name(name: str) -> type[Format]:
    cls = member(FORMAT, name)
    if cls is None:
        names = registry.names(FORMAT.folder)
        raise ConfigError(unknown(FORMAT.noun, name, names))
    return cls


def _by_suffix(name: str) -> type[Format]:
    known = _suffixes(Format)
    suffix = Path(name).suffix.lower()
    if suffix in known and not os.path.isdir(name):
        return known[suffix]
    folders = [cls for end, cls in known.items() if cls.folder and name.lower().endswith(end)]
    if folders:
        return folders[0]
    folder = "is a folder; " if os.path.isdir(name) or name.endswith(("/", os.sep)) else ""
    expected = f"expected a file name that ends in {', '.join(known)}"
    raise ConfigError(f"{shown(name)}: {folder}{expected}")


def _suffixes(kind: type[Format]) -> dict[str, type[Format]]:
    """The formats by the ends of their files' or folders' names; aliases too."""
    members = [registry.member(FORMAT.folder, name) for name in registry.names(FORMAT.folder)]
    formats = [cls for cls in members if issubclass(cls, kind)]
    also = {f".{alias}": cls for cls in formats for alias in cls.aliases}
    return {cls.suffix: cls for cls in formats} | also


def _identity(path: Path) -> str:
    """A text that is equal for two names of one file, on systems that ignore case too."""
    folder, name = os.path.split(os.path.realpath(path))
    return os.path.normcase(os.path.join(folder, normalize("NFC", name).casefold()))
