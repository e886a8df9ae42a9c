"""The places that films go to, from targets.yaml: their sizes, formats, limits and sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import Field

from render.config.fields import take
from render.config.options import Count, Flag, Integer, Options, Positive
from render.config.yaml import read

FILE = Path(__file__).with_suffix(".yaml")
Words = Annotated[str, Field(strict=True, min_length=1)]


@dataclass(frozen=True)
class Limits(Options):
    """The limits of a target for one kind of file; None: no limit is known."""

    max_mb: Positive | None = None  # of 10⁶ bytes, also where a place may mean 2²⁰
    max_size: tuple[Count, Count] | None = None  # width, height in pixels
    max_pixels: Count | None = None  # of one picture
    max_frames: Count | None = None
    max_drawn: Count | None = None  # pixels of all frames together
    max_fps: Count | None = None
    min_s: Positive | None = None
    max_s: Positive | None = None
    upright: Flag = False  # square, or taller than wide


@dataclass(frozen=True)
class TargetSource(Options):
    """A published source of limits."""

    url: Words
    statement: Words  # the sentence that is quoted
    official: Flag = True  # whether the owner of the place publishes it


@dataclass(frozen=True)
class Target(Options):
    """A place that films go to."""

    name: Words
    about: Words
    size: tuple[Integer, Integer]  # of the film, in pixels
    fps: Count
    outputs: tuple[dict[str, Any], ...]  # as a config's `outputs:` has them
    how: Words  # to put it there
    sources: tuple[TargetSource, ...]
    unknown: str = ""  # what could not be found in any source
    takes: dict[str, Limits] = field(default_factory=dict)  # by kind of file
    whole_seconds: Flag = False  # whether it can cut a film at whole seconds only

    @property
    def established(self) -> bool:
        """Whether the owner of the place publishes everything that is in its row."""
        return not self.unknown

    def settings(self) -> Mapping[tuple[str, ...], Any]:
        """The keys of a config that it sets, and their values as YAML would have them."""
        settings: dict[tuple[str, ...], Any] = {
            ("film", "size"): list(self.size),
            ("film", "fps"): self.fps,
            ("outputs",): [dict(output) for output in self.outputs],
        }
        if self.whole_seconds:
            settings["film", "stops", "whole_seconds"] = True
        return settings


@dataclass(frozen=True)
class TargetFile(Options):
    """The contents of targets.yaml."""

    checked: Words  # the day on which the sources were read
    targets: tuple[Target, ...]


def targets() -> Mapping[str, Target]:
    """Every place by its name, in the order of the file."""
    return _targets()


@cache
def _targets() -> Mapping[str, Target]:
    return MappingProxyType({target.name: target for target in _file().targets})


def checked() -> str:
    """The day on which the sources were read: 2026-11-22."""
    return _file().checked


@cache
def _file() -> TargetFile:
    return read_targets(FILE)


def read_targets(path: Path) -> TargetFile:
    """The places in a file. Raises ConfigError with every problem found."""
    root, problems = read(path)
    file: TargetFile = take(problems, root, TargetFile)
    problems.raise_any()
    return file


def known(name: str) -> str | None:
    """The name as the file has it, however its words are joined; None if it isn't there."""
    plain = name.strip().lower().replace("_", "-").replace(" ", "-")
    return plain if plain in targets() else None
