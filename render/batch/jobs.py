"""Specs and the options about files in, jobs out: which film goes into which files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from render import registry
from render.config.kinds import FORMAT, member
from render.config.problems import shown, unknown
from render.config.spec import Spec
from render.encode.base import Format
from render.errors import ConfigError


@dataclass(frozen=True)
class Job:
    """A film to make and the files it goes into."""

    spec: Spec
    files: tuple[tuple[Format, Path], ...]


@dataclass(frozen=True)
class Wanted:
    """What the command line says about files; empty: what the config says."""

    out: Path = Path("outputs")
    formats: tuple[str, ...] = ()  # --format mp4,gif
    files: tuple[str, ...] = ()  # -o film.mp4


def plan(specs: Sequence[Spec], wanted: Wanted) -> list[Job]:
    """A job for each spec. Raises ConfigError when a format or a file is impossible."""
    jobs = [_job(spec, wanted) for spec in specs]
    configs = {_same(spec.path): spec.path for spec in specs}
    owners: dict[str, Path] = {}
    for job in jobs:
        for _, path in job.files:
            if _same(path) in configs:
                raise ConfigError(f"{job.spec.path}: would overwrite the config {path}")
            owner = owners.setdefault(_same(path), job.spec.path)
            if owner != job.spec.path or sum(_same(p) == _same(path) for _, p in job.files) > 1:
                both = "twice" if owner == job.spec.path else f"as {owner} does"
                raise ConfigError(f"{job.spec.path}: would write {path} {both}")
    return jobs


def _job(spec: Spec, wanted: Wanted) -> Job:
    files = [(_format(spec, _suffix(name), f"-o {name}"), Path(name)) for name in wanted.files]
    named = [_format(spec, name, f"--format {name}") for name in wanted.formats]
    if not files and not named:
        named = list(spec.outputs)
    files += [(format_, _path(spec, format_, wanted.out)) for format_ in named]
    outputs = {type(format_): format_ for format_, _ in files}
    return Job(replace(spec, outputs=tuple(outputs.values())), tuple(files))


def _format(spec: Spec, kind: str, option: str) -> Format:
    """The config's own entry of that kind, with its options, or one with the defaults."""
    cls = member(FORMAT, kind)
    if cls is None:
        names = registry.names(FORMAT.folder)
        raise ConfigError(f"{shown(option)}: {unknown(FORMAT.noun, kind, names)}")
    own: Format = next((o for o in spec.outputs if type(o) is cls), None) or cls()
    return own


def _suffix(name: str) -> str:
    suffix = Path(name).suffix.removeprefix(".").lower()
    if not suffix or os.path.isdir(name):
        known = ", ".join(f".{kind}" for kind in registry.names(FORMAT.folder))
        wanted = f"expected a file name that ends in one of {known}"
        raise ConfigError(f"-o {shown(name)}: {wanted}; a folder is named with --out")
    return suffix


def _path(spec: Spec, format_: Format, out: Path) -> Path:
    return out / f"{spec.name}.{registry.name_of(type(format_))}"


def _same(path: Path) -> str:
    """Equal for two names of one file."""
    return os.path.normcase(os.path.realpath(path))
