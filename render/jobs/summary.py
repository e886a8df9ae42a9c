"""Outcomes as text: a line for a film, a table for a batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from render.jobs.outcome import Outcome
from render.results import Output, Report

MAX_LISTED = 8  # files of a film that are named; of more, the first and the last
WORDS = ("made", "unchanged", "failed", "stopped")


def film_line(report: Report) -> str:
    """A line that names the film's files, and a second one with its message."""
    files = ", ".join(_file(output) for output in report.outputs[:MAX_LISTED])
    if len(report.outputs) > MAX_LISTED:
        files = f"{_file(report.outputs[0])} … {_file(report.outputs[-1])}"
    message = f"\n  {report.message}" if report.message else ""
    how = "unchanged" if report.kept else f"in {report.seconds:.1f} s"
    return f"{report.name}: {files} {how}{message}"


def table(outcomes: Sequence[Outcome]) -> str:
    """A line for each film in the order of the configs."""
    rows = [("film", "result", "seconds", "files")]
    for outcome in outcomes:
        seconds = f"{outcome.seconds:.1f}" if outcome.word in {"made", "failed"} else ""
        rows.append((outcome.name, outcome.word, seconds, _files_or_error(outcome)))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        f"{name:<{widths[0]}}  {word:<{widths[1]}}  {seconds:>{widths[2]}}  {files}".rstrip()
        for name, word, seconds, files in rows
    )


def total(outcomes: Sequence[Outcome], seconds: float) -> str:
    """How many films were made, unchanged, failed and stopped."""
    counted = Counter(outcome.word for outcome in outcomes)
    counts = ", ".join(f"{counted[word]} {word}" for word in WORDS if counted[word])
    return f"{len(outcomes)} films: {counts} in {seconds:.1f} s"


def _files_or_error(outcome: Outcome) -> str:
    if outcome.report is None:
        return (outcome.error or "").partition("\n")[0]
    outputs = outcome.report.outputs
    if len(outputs) > MAX_LISTED:
        return f"{len(outputs)} files {_bytes(sum(output.bytes for output in outputs))}"
    return ", ".join(f"{output.kind} {_bytes(output.bytes)}" for output in outputs)


def _file(output: Output) -> str:
    facts = [] if output.duration_s is None else [f"{output.duration_s:.1f} s"]
    facts += ["×".join(str(side) for side in output.size_px)] if output.size_px else []
    return f"{output.path} ({', '.join([*facts, _bytes(output.bytes)])})"


def _bytes(count: int) -> str:
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.0f} kB" if count < 100_000 else f"{count / 1e6:.1f} MB"
