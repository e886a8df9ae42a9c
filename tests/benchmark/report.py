"""The results as a table to read, or as JSON; and where the time of one film goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.benchmark.measures import Samples
from tests.benchmark.rows import Result

STAGES_NEED = ("film", "drawing", "encoder", "imports", "process")


@dataclass(frozen=True)
class Stage:
    """A part of the work on a film."""

    name: str
    what: str
    seconds: float
    frames: int | None = None  # of those that make frames

    def plain(self) -> dict[str, Any]:
        """The stage for JSON."""
        fps = self.frames / self.seconds if self.frames else None
        return {"name": self.name, "what": self.what, "seconds": self.seconds, "fps": fps}


def stages(samples: Samples) -> tuple[Stage, ...]:
    """The stages of the film that the first rows are about."""
    frames, best = samples.scale.frames, samples.best
    before = {name: samples.least("drawing", name) or 0.0 for name in ("training_s", "setup_s")}
    return (
        Stage("imports", "imports, in a process of their own", best("imports").seconds),
        Stage("training", "data, training, landscape, verdict", before["training_s"]),
        Stage("setup", "set-up: the stage and its still layer", before["setup_s"]),
        Stage("drawing", "drawing alone", best("drawing").seconds, frames - 1),
        Stage("encoding", "encoding alone (MP4)", best("encoder").seconds, frames),
        Stage("film", "the film, drawing beside encoding", best("film").seconds, frames),
        Stage("process", "the whole process, cold", best("process").seconds, frames),
    )


@dataclass(frozen=True)
class Measured:
    """All results of one run of the benchmark."""

    machine: str
    load: float | None  # processes that were running already, on the average of a minute
    differing: tuple[int, int] | None  # frames that differ from the one before, and all
    results: tuple[Result, ...]
    stages: tuple[Stage, ...]

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "machine": self.machine,
            "load": self.load,
            "differing_frames": None if self.differing is None else list(self.differing),
            "rows": [result.plain() for result in self.results],
            "stages": [stage.plain() for stage in self.stages],
        }


HEAD = ("what", "ours", "against", "", "figure", "goal", "met", "measured")
RIGHT = {1, 3, 4, 5}  # columns of numbers
MET_TEXT = {True: "yes", False: "NO", None: "–"}
NOTES = (
    "fps: frames of the finished film by all seconds from training to the finished file; imports",
    "count only in whole processes. naive: the film as one writes it with Matplotlib alone; all",
    "of its frames cost the same, so a few are timed and the others are estimated from them.",
    "x264 alone: ffmpeg with the same flags, fed the same frames as raw RGBA from memory.",
    "Of each side the best of its rounds counts; the sides are measured in turn.",
)
SMALL = "These films are small and short: the goals are not meant for them."


def table(measured: Measured) -> str:
    """The rows, then the stages, then how to read them."""
    parts = [_about(measured)]
    if measured.results:
        parts.append(_columns([HEAD, *map(_row, measured.results)], RIGHT))
    if measured.stages:
        parts.append(_columns([("stage", "seconds", "fps"), *map(_stage, measured.stages)], {1, 2}))
    judged = all(result.counts for result in measured.results)
    notes = NOTES if judged else (*NOTES, SMALL)
    return "\n\n".join([*parts, "\n".join(notes)])


def _about(measured: Measured) -> str:
    about = measured.machine
    if measured.load is not None:
        about += f"; load when it began {measured.load:.2f}"
    if measured.differing is not None:
        about += "; {} of the {} frames of the film differ".format(*measured.differing)
    return about


def _row(result: Result) -> tuple[str, ...]:
    shown = ["" if figure is None else str(figure) for figure in (result.ours, result.other)]
    figure = "not known here" if result.figure is None else str(result.figure)
    return (
        result.what, shown[0], result.against, shown[1], figure, str(result.goal),
        MET_TEXT[result.met], result.measured,
    )  # fmt: skip


def _stage(stage: Stage) -> tuple[str, ...]:
    fps = f"{stage.frames / stage.seconds:,.1f}" if stage.frames else ""
    return stage.what, f"{stage.seconds:.2f}", fps


def _columns(rows: Sequence[tuple[str, ...]], right: set[int]) -> str:
    """Lines with their columns beneath one another."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            text.rjust(width) if at in right else text.ljust(width)
            for at, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])
