"""Which files are made of which films: a job for each."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import normalize

from render import registry
from render.cache.store import NO_STORE, Store
from render.config.build import FORMAT, member
from render.config.problems import shown, unknown
from render.config.purpose import other_purpose
from render.config.spec import Spec
from render.config.when import When
from render.config.yaml import STDIN
from render.encode.base import Format, StillFormat
from render.encode.formats.png import PngFormat
from render.errors import ConfigError
from render.jobs.names import NamePattern, variant
from render.results import OutputFile

if TYPE_CHECKING:
    from render.pipeline import Source

PIPED = "-"  # standard input
SUFFIXES = (".yaml", ".yml")


def collect_configs(
    typed: Sequence[str], leave_out: Callable[[Path, str], None] = lambda path, purpose: None
) -> list[Path]:
    """The files named and those in the folders named, each once, a folder's by name.

    A file that doesn't exist is kept: reading it raises the error. `leave_out` is called for a
    file in a folder that is no config but a theme, for example, and with what it is. Raises
    ConfigError for a folder without configs.
    """
    paths: dict[str, Path] = {}
    for text in typed:
        for path in [STDIN] if text == PIPED else _configs(Path(text), leave_out):
            paths.setdefault(os.path.abspath(path), path)
    return list(paths.values())


def _configs(path: Path, leave_out: Callable[[Path, str], None]) -> list[Path]:
    if not os.path.isdir(path):
        return [path]
    try:
        inside = [f for f in sorted(path.iterdir()) if f.suffix in SUFFIXES and f.is_file()]
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror}") from None
    purposes = {f: other_purpose(f) for f in inside if not f.name.startswith(".")}
    for file, purpose in purposes.items():
        if purpose is not None:
            leave_out(file, purpose)
    configs = [file for file, purpose in purposes.items() if purpose is None]
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
    source: Source | None = None  # of runs that are given, and not learnt from the config


@dataclass(frozen=True)
class OutputRequest:
    """Which files to make, where the user says so; without formats and files, the config's."""

    out: Path = Path("outputs")  # the folder of files that aren't named
    formats: tuple[str, ...] = ()  # their names
    files: tuple[str, ...] = ()  # paths, whose suffixes name the formats
    stills: tuple[When, ...] = ()  # pictures of those times, and no film
    store: Store = NO_STORE
    name: NamePattern | None = None  # of files that aren't named; None: the config's
    target: str | None = None  # the place that was asked for, apart from the config's own
    draft: bool = False  # whether it was asked for
    source: Source | None = None  # of the runs of all films, where they are given


@dataclass(frozen=True)
class Refused:
    """A config that no film is made of, and why."""

    path: Path
    message: str


def plan(specs: Sequence[Spec], request: OutputRequest) -> list[Job]:
    """The jobs of all specs: one each, or one for each picture where stills are asked for.

    Raises ConfigError when a format or a file is impossible, with all that is.
    """
    jobs, refused = plan_each(specs, request)
    if refused:
        raise ConfigError("\n".join(dict.fromkeys(one.message for one in refused)))
    return jobs


def plan_each(
    specs: Sequence[Spec], request: OutputRequest
) -> tuple[list[Job], tuple[Refused, ...]]:
    """The jobs of the specs that can be made, and those that can't."""
    configs = {_identity(spec.path) for spec in specs}
    parts = [(s.path, part) for s in specs for one in s.each for part in (one.dataset, one.model)]
    data = {_identity(file): path for path, part in parts for file in part.files()}
    owners: dict[str, Path] = {}
    planned: list[Job] = []
    refused: list[Refused] = []
    for spec in specs:
        try:
            jobs = _jobs(spec, request)
            files = [target.path for job in jobs for target in job.targets]
            own: dict[str, Path] = {}
            for file in files:
                _refuse_overwriting(spec, file, configs, data, owners | own)
                own[_identity(file)] = spec.path
        except ConfigError as error:
            refused.append(Refused(spec.path, str(error)))
        else:
            owners |= own
            planned += [replace(j, store=request.store, source=request.source) for j in jobs]
    return planned, tuple(refused)


def _refuse_overwriting(
    spec: Spec,
    file: Path,
    configs: Collection[str],
    data: Mapping[str, Path],
    owners: Mapping[str, Path],
) -> None:
    """Raise ConfigError for a file that is a config, its data, or another film's."""
    identity = _identity(file)
    if identity in configs:
        raise ConfigError(f"{spec.path}: would overwrite the config {file}")
    if (reader := data.get(identity)) is not None:
        raise ConfigError(f"{spec.path}: would overwrite {file}, the data of {reader}")
    if (owner := owners.get(identity)) is not None:
        also = "twice" if owner == spec.path else f"as {owner} does"
        raise ConfigError(f"{spec.path}: would write {file} {also}")


def _jobs(spec: Spec, request: OutputRequest) -> list[Job]:
    if request.stills:
        stills = dict.fromkeys(request.stills)
        return [job for still in stills for job in _stills(spec, request, still)]
    targets = [_named(spec, Format, name) for name in request.files]
    listed = [_with_options(spec, _by_name(name)) for name in request.formats]
    if not targets and not listed:
        listed = list(spec.outputs)
    targets += [OutputFile(one, _place(spec, request, one)) for one in listed]
    outputs = {type(target.format): target.format for target in targets}
    kinds = [registry.name_of(cls) for cls in outputs]
    for format_, kind in zip(outputs.values(), kinds, strict=True):
        if (reason := format_.misses(kinds)) is not None:
            raise ConfigError(f"{spec.path}: {kind} {reason}")
        if (reason := format_.refuse_stops(spec.film.stops.most, spec.film.size)) is not None:
            raise ConfigError(f"{spec.path}: film.stops: {kind} {reason}")
    return [Job(replace(spec, outputs=tuple(outputs.values())), tuple(targets))]


def _stills(spec: Spec, request: OutputRequest, still: When) -> list[Job]:
    """A job for each file that shows a time, and for no film. Raises ConfigError."""
    others = [name for name in request.formats if not issubclass(_by_name(name), StillFormat)]
    if others:
        raise ConfigError(f"{', '.join(others)}: a still is a picture: name another format")
    if still.unit == "s" and still.count > spec.film.duration:
        lasts = f"the film lasts {spec.film.duration:g} s"
        raise ConfigError(f"{spec.path}: no still at {still}: {lasts}")
    pictures = [_named(spec, StillFormat, name) for name in request.files]
    kinds = [_by_name(name) for name in request.formats]
    if not pictures and not kinds:
        kinds = [PngFormat]
    formats = [_with_options(spec, kind) for kind in kinds]
    pictures += [OutputFile(one, _place(spec, request, one, still)) for one in formats]
    return [Job(replace(spec, outputs=(one.format,)), (one,), still) for one in pictures]


def _place(spec: Spec, request: OutputRequest, format_: Format, still: When | None = None) -> Path:
    """Where a file goes that the user doesn't name. Raises ConfigError."""
    name = spec.name if request.name is None else request.name.of(spec)
    name += variant(spec, request.target, request.draft, still)
    return request.out / format_.file_name(name)


def _named(spec: Spec, kind: type[Format], name: str) -> OutputFile:
    """A file that the user names, with the format that its suffix says. Raises ConfigError."""
    if kind is StillFormat:
        kinds = _suffixes(StillFormat)
        suffix = Path(name).suffix.lower()
        if suffix not in kinds or os.path.isdir(name):
            raise ConfigError(f"{shown(name)}: a still is a file of {', '.join(kinds)}")
        cls = kinds[suffix]
    else:
        cls = _by_suffix(name)
    if (reason := cls.refuse_name(Path(name).name)) is not None:
        raise ConfigError(f"{shown(name)}: {reason}")
    return OutputFile(_with_options(spec, cls), Path(name))


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
    longer = [end for end in known if end.endswith(suffix) and name.lower().endswith(end)]
    suffix = max(longer, key=len, default=suffix)  # talk-handout.pdf is a handout
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
