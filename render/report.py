"""What a film is asked for and what came of it: the files wanted in, the files made out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from render import registry
from render.content import content, size
from render.encode.base import Format, FrameFormat
from render.manifest import Drawn, Output
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


def output(target: Target, part: Path, drawn: Drawn) -> Output:
    """The file a target became, which is still a part."""
    kind, bytes_ = registry.name_of(type(target.format)), size(part)
    if drawn.clip is None or not isinstance(target.format, FrameFormat):
        return Output(target.path, kind, bytes_, hash=content(part))
    lowered = drawn.lowered.get(part)
    made = target.format.describe(drawn.clip) if lowered is None else lowered.facts
    shown = tuple(made["size"]), made.get("duration")
    told = "" if lowered is None else lowered.told
    return Output(target.path, kind, bytes_, *shown, hash=content(part), lowered=told)


def message(runs: Sequence[Run], lacks: str | None, outputs: Sequence[Output] = ()) -> str:
    """How each run ended, what there was no room for, and which files are less than asked for."""
    lone = len(runs) == 1
    told = [
        run.verdict.sentence if lone else f"{run.label}: {run.verdict.sentence}" for run in runs
    ]
    if lacks:
        told.append(f"film.layout has no room: {lacks}; the scene's arrangement is used instead")
    told += [f"{made.path.name}: {made.lowered}" for made in outputs if made.lowered]
    return "\n  ".join(told)
