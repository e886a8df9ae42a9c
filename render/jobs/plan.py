"""Specs and the options about files in, jobs out: which film goes into which files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from unicodedata import normalize

from render import registry
from render.cache.store import NO_STORE, Store
from render.config.build import FORMAT, member
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
    """The files, each once, a folder's in the order of their names.

    A file that doesn't exist stays in: reading it says so. Raises ConfigError for a folder
    without configs.
    """
    found: dict[str, Path] = {}
    for text in typed:
        for path in [STDIN] if text == PIPED else _configs(Path(text)):
            found.setdefault(os.path.abspath(path), path)
    return list(found.values())


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
    """A film to make and the files to make of it."""

    spec: Spec
    targets: tuple[OutputFile, ...]
    still: When | None = None  # a picture of that time instead of the film
    store: Store = NO_STORE  # what was made before


@dataclass(frozen=True)
class OutputRequest:
    """What the command line says about files; empty: what the config says."""

    out: Path = Path("outputs")
    formats: tuple[str, ...] = ()  # --format mp4,gif
    files: tuple[str, ...] = ()  # -o film.mp4
    still: When | None = None  # --still 50%
    store: Store = NO_STORE


def plan(specs: Sequence[Spec], wanted: OutputRequest) -> list[Job]:
    """A job for each spec. Raises ConfigError when a format or a file is impossible."""
    jobs = [replace(_job(spec, wanted), store=wanted.store) for spec in specs]
    configs = {_same(spec.path): spec.path for spec in specs}
    data = {_same(f): s.path for s in specs for one in s.each for f in one.dataset.files()}
    owners: dict[str, Path] = {}
    for job in jobs:
        for target in job.targets:
            if _same(target.path) in configs:
                raise ConfigError(f"{job.spec.path}: would overwrite the config {target.path}")
            if (reader := data.get(_same(target.path))) is not None:
                told = f"would overwrite {target.path}, the data of {reader}"
                raise ConfigError(f"{job.spec.path}: {told}")
            if _same(target.path) in owners:
                owner = owners[_same(target.path)]
                also = "twice" if owner == job.spec.path else f"as {owner} does"
                raise ConfigError(f"{job.spec.path}: would write {target.path} {also}")
            owners[_same(target.path)] = job.spec.path
    return jobs


def _job(spec: Spec, wanted: OutputRequest) -> Job:
    if wanted.still is not None:
        return _still(spec, wanted, wanted.still)
    targets = [OutputFile(_own(spec, _by_suffix(name)), Path(name)) for name in wanted.files]
    named = [_own(spec, _by_name(name)) for name in wanted.formats]
    if not targets and not named:
        named = list(spec.outputs)
    targets += [
        OutputFile(format_, wanted.out / f"{spec.name}{format_.suffix}") for format_ in named
    ]
    outputs = {type(target.format): target.format for target in targets}
    kinds = [registry.name_of(cls) for cls in outputs]
    for format_, kind in zip(outputs.values(), kinds, strict=True):
        if (reason := format_.misses(kinds)) is not None:
            raise ConfigError(f"{spec.path}: {kind} {reason}")
    return Job(replace(spec, outputs=tuple(outputs.values())), tuple(targets))


def _still(spec: Spec, wanted: OutputRequest, still: When) -> Job:
    """A picture is all that is made of it."""
    moving = [name for name in wanted.formats if not issubclass(_by_name(name), StillFormat)]
    if moving:
        raise ConfigError(f"--still {still}: makes a picture, not {', '.join(moving)}")
    if len(wanted.files) + len(wanted.formats) > 1:
        raise ConfigError(f"--still {still}: makes one picture: name one file with -o")
    if still.unit == "s" and still.count > spec.film.duration:
        lasts = f"the film lasts {spec.film.duration:g} s"
        raise ConfigError(f"{spec.path}: --still {still}: {lasts}")
    kind = _by_name(wanted.formats[0]) if wanted.formats else PngFormat
    file = Path(next(iter(wanted.files), wanted.out / f"{spec.name}{kind.suffix}"))
    if wanted.files:
        kinds = _suffixes(StillFormat)
        if file.suffix.lower() not in kinds or os.path.isdir(file):
            able = ", ".join(kinds)
            raise ConfigError(f"-o {shown(str(file))}: a still is a file of {able}")
        kind = kinds[file.suffix.lower()]
    picture = _own(spec, kind)
    return Job(replace(spec, outputs=(picture,)), (OutputFile(picture, file),), still)


def _own(spec: Spec, cls: type[Format]) -> Format:
    """The config's own entry of that format, with its options, or one with the defaults."""
    return next((output for output in spec.outputs if type(output) is cls), None) or cls()


def _by_name(name: str) -> type[Format]:
    cls = member(FORMAT, name)
    if cls is None:
        names = registry.names(FORMAT.folder)
        raise ConfigError(f"--format {shown(name)}: {unknown(FORMAT.noun, name, names)}")
    return cls


def _by_suffix(name: str) -> type[Format]:
    known = _suffixes(Format)
    suffix = Path(name).suffix.lower()
    if suffix in known and not os.path.isdir(name):
        return known[suffix]
    folders = [cls for end, cls in known.items() if cls.folder and name.lower().endswith(end)]
    if folders:
        return folders[0]
    wanted = f"expected a file name that ends in {', '.join(known)}"
    raise ConfigError(f"-o {shown(name)}: {wanted}; a folder is named with --out")


def _suffixes(kind: type[Format]) -> dict[str, type[Format]]:
    """What the names of files, and folders, of such formats end in; aliases too."""
    members = [registry.member(FORMAT.folder, name) for name in registry.names(FORMAT.folder)]
    formats = [cls for cls in members if issubclass(cls, kind)]
    also = {f".{alias}": cls for cls in formats for alias in cls.aliases}
    return {cls.suffix: cls for cls in formats} | also


def _same(path: Path) -> str:
    """Equal for two names of one file; also where only some systems tell the names apart."""
    folder, name = os.path.split(os.path.realpath(path))
    return os.path.normcase(os.path.join(folder, normalize("NFC", name).casefold()))
