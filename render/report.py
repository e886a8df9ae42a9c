"""What a film is asked for and what came of it: the files wanted in, the files made out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from render import registry
from render.content import content
from render.encode.base import Clip, Format, FrameFormat
from render.manifest import Output
from render.run import Run


@dataclass(frozen=True)
class Target:
    """A file to make."""

    format: Format
    path: Path


@dataclass(frozen=True)
class Report:
    """A film that was made, or found made."""

    name: str
    outputs: tuple[Output, ...]
    seconds: float
    message: str  # the verdict
    kept: bool = False  # nothing had changed: the files that are there are this film


def output(target: Target, part: Path, clip: Clip | None) -> Output:
    """The file a target became, which is still a part."""
    kind, size = registry.name_of(type(target.format)), part.stat().st_size
    if clip is None or not isinstance(target.format, FrameFormat):
        return Output(target.path, kind, size, hash=content(part))
    made = target.format.describe(clip)
    shown = tuple(made["size"]), made.get("duration")
    return Output(target.path, kind, size, *shown, hash=content(part))


def message(runs: Sequence[Run], lacks: str | None) -> str:
    """How each run ended, and what there was no room for."""
    lone = len(runs) == 1
    told = [
        run.verdict.sentence if lone else f"{run.label}: {run.verdict.sentence}" for run in runs
    ]
    if lacks:
        told.append(f"film.layout has no room: {lacks}; the scene's arrangement is used instead")
    return "\n  ".join(told)
