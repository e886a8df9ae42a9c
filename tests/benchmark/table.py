"""What was measured in, a table to read out."""

from __future__ import annotations

from collections.abc import Sequence

from tests.benchmark.result import Result
from tests.benchmark.run import Measured
from tests.benchmark.stages import Stage

HEAD = ("what", "ours", "against", "", "figure", "goal", "met", "measured")
RIGHT = {1, 3, 4, 5}  # columns of numbers
MET = {True: "yes", False: "NO", None: "–"}
NOTES = (
    "fps: frames of the finished film by all seconds from training to the finished file; imports",
    "are left out but of whole processes. naive: the film as one writes it with Matplotlib alone;",
    "all its frames cost the same, so a few are timed and the others reckoned from them.",
    "x264 alone: ffmpeg with the same flags, fed the same frames as raw RGBA from memory.",
    "Of each side the best of its rounds counts; the sides take turns.",
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
    found = "not known here" if result.found is None else str(result.found)
    return (
        result.what, shown[0], result.against, shown[1], found, str(result.goal), MET[result.met],
        result.measured,
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
