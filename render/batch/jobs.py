"""Specs and the options about files in, jobs out: which film goes into which files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from unicodedata import normalize

from render import registry
from render.cache.store import NOWHERE, Store
from render.config.kinds import FORMAT, member
from render.config.problems import shown, unknown
from render.config.spec import Spec
from render.encode.base import Format
from render.encode.formats.png import Png
from render.errors import ConfigError
from render.report import Target
from render.timeline.when import When


@dataclass(frozen=True)
class Job:
    """A film to make and the files to make of it."""

    spec: Spec
    targets: tuple[Target, ...]
    still: When | None = None  # a picture of that time instead of the film
    store: Store = NOWHERE  # what was made before


@dataclass(frozen=True)
class Wanted:
    """What the command line says about files; empty: what the config says."""

    out: Path = Path("outputs")
    formats: tuple[str, ...] = ()  # --format mp4,gif
    files: tuple[str, ...] = ()  # -o film.mp4
    still: When | None = None  # --still 50%
    store: Store = NOWHERE


def plan(specs: Sequence[Spec], wanted: Wanted) -> list[Job]:
    """A job for each spec. Raises ConfigError when a format or a file is impossible."""
    jobs = [replace(_job(spec, wanted), store=wanted.store) for spec in specs]
    configs = {_same(spec.path): spec.path for spec in specs}
    owners: dict[str, Path] = {}
    for job in jobs:
        for target in job.targets:
            if _same(target.path) in configs:
                raise ConfigError(f"{job.spec.path}: would overwrite the config {target.path}")
            if _same(target.path) in owners:
                owner = owners[_same(target.path)]
                also = "twice" if owner == job.spec.path else f"as {owner} does"
                raise ConfigError(f"{job.spec.path}: would write {target.path} {also}")
            owners[_same(target.path)] = job.spec.path
    return jobs


def _job(spec: Spec, wanted: Wanted) -> Job:
    if wanted.still is not None:
        return _still(spec, wanted, wanted.still)
    targets = [Target(_own(spec, _by_suffix(name)), Path(name)) for name in wanted.files]
    named = [_own(spec, _by_name(name)) for name in wanted.formats]
    if not targets and not named:
        named = list(spec.outputs)
    targets += [Target(format_, wanted.out / f"{spec.name}{format_.suffix}") for format_ in named]
    outputs = {type(target.format): target.format for target in targets}
    return Job(replace(spec, outputs=tuple(outputs.values())), tuple(targets))


def _still(spec: Spec, wanted: Wanted, still: When) -> Job:
    """A picture is all that is made of it."""
    if wanted.formats:
        raise ConfigError(f"--still {still}: makes a picture, not {', '.join(wanted.formats)}")
    if len(wanted.files) > 1:
        raise ConfigError(f"--still {still}: makes one picture: name one file with -o")
    if still.unit == "s" and still.count > spec.film.duration:
        lasts = f"the film lasts {spec.film.duration:g} s"
        raise ConfigError(f"{spec.path}: --still {still}: {lasts}")
    file = Path(next(iter(wanted.files), wanted.out / f"{spec.name}{Png.suffix}"))
    if file.suffix.lower() != Png.suffix or os.path.isdir(file):
        raise ConfigError(f"-o {shown(str(file))}: a still is a {Png.suffix} file")
    png = next((output for output in spec.outputs if isinstance(output, Png)), Png())
    return Job(replace(spec, outputs=(png,)), (Target(png, file),), still)


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
    formats = [registry.member(FORMAT.folder, kind) for kind in registry.names(FORMAT.folder)]
    known = {cls.suffix: cls for cls in formats}
    suffix = Path(name).suffix.lower()
    if suffix in known and not os.path.isdir(name):
        return known[suffix]
    wanted = f"expected a file name that ends in {', '.join(known)}"
    raise ConfigError(f"-o {shown(name)}: {wanted}; a folder is named with --out")


def _same(path: Path) -> str:
    """Equal for two names of one file; also where only some systems tell the names apart."""
    folder, name = os.path.split(os.path.realpath(path))
    return os.path.normcase(os.path.join(folder, normalize("NFC", name).casefold()))
