"""Where the time of one film goes: each stage alone, then all of them together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.benchmark.sample import Taken

NEEDS = ("film", "drawing", "encoder", "imports", "process")


@dataclass(frozen=True)
class Stage:
    """A part of the work."""

    name: str
    what: str
    seconds: float
    frames: int | None = None  # of those that make frames

    def plain(self) -> dict[str, Any]:
        """The stage for JSON."""
        fps = self.frames / self.seconds if self.frames else None
        return {"name": self.name, "what": self.what, "seconds": self.seconds, "fps": fps}


def stages(taken: Taken) -> tuple[Stage, ...]:
    """Of the film that the first rows are about."""
    frames, best = taken.scale.frames, taken.best
    before = {name: taken.least("drawing", name) or 0.0 for name in ("training_s", "setup_s")}
    return (
        Stage("imports", "imports, in a process of their own", best("imports").seconds),
        Stage("training", "data, training, landscape, verdict", before["training_s"]),
        Stage("setup", "set-up: the stage and its still layer", before["setup_s"]),
        Stage("drawing", "drawing alone", best("drawing").seconds, frames - 1),
        Stage("encoding", "encoding alone (MP4)", best("encoder").seconds, frames),
        Stage("film", "the film, drawing beside encoding", best("film").seconds, frames),
        Stage("process", "the whole process, cold", best("process").seconds, frames),
    )
