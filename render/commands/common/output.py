"""What commands print on standard output: text, columns and JSON; for films, a line of JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from render.jobs import streams

if TYPE_CHECKING:
    from render.jobs.outcome import Outcome
    from render.jobs.plan import Job
    from render.results import Output

DEBUG_HINT = " (--debug shows where)"  # after the message of an internal error


def print_text(text: str) -> None:
    """Print a result; what doesn't print is escaped. Raises OutputError."""
    streams.say(text)


def print_json(value: Any) -> None:
    """Print a value as JSON, indented. Raises OutputError."""
    streams.say_json(value, indent=2)


def print_json_line(value: Any) -> None:
    """Print a value as one line of JSON, for a program that reads line by line.

    Raises OutputError.
    """
    streams.say_json(value)


def columns(rows: Sequence[Sequence[str]], indent: str = "", widest: int = 30) -> list[str]:
    """The rows as lines, their cells in columns as wide as their cells up to `widest` letters."""
    count = max((len(row) for row in rows), default=0)
    widths = [
        max((len(row[i]) for row in rows if len(row) > i and len(row[i]) <= widest), default=0)
        for i in range(count)
    ]
    return [
        (indent + "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=False))).rstrip()
        for row in rows
    ]


def internal_error_text(error: Exception, debug: bool) -> str:
    """The message of a fault of this program: one line with a hint, or with --debug all of it."""
    from render.jobs.outcome import internal_error

    return internal_error(error, debug) + ("" if debug else DEBUG_HINT)


@dataclass
class OutcomePrinter:
    """What `run_jobs` calls for each film: prints a line of JSON, or nothing.

    When a line can't be printed, the films go on without the others: `fault` is the reason.
    """

    as_json: bool
    fault: str = ""

    def __call__(self, job: Job, outcome: Outcome) -> None:
        if not self.as_json or self.fault:
            return
        try:
            _print_outcome(job, outcome)
        except streams.OutputError as error:
            self.fault = str(error)
        except BrokenPipeError:
            self.fault = "standard output: nobody reads it any more"


def film_facts(job: Job) -> dict[str, Any]:
    """What is known of a film before it is made; a still or a table has no frames."""
    spec = job.spec
    moves = job.still is None and any(target.format.draws for target in job.targets)
    drawn = {
        "frames": spec.film.frame_count,
        "fps": spec.film.fps,
        "size": list(spec.film.size),
        "duration": spec.film.frame_count / spec.film.fps,
    }
    return {"config": str(spec.path), "film": spec.name, **(drawn if moves else {})}


def _print_outcome(job: Job, outcome: Outcome) -> None:
    from render.jobs.fit import check_fit

    report = outcome.report
    fit = None if report is None else check_fit(job, report)
    print_json_line(
        {
            **film_facts(job),
            "result": outcome.word,
            "error": outcome.error,
            "verdict": report.message if report else None,
            "target": job.spec.target,
            "fits": None if fit is None else fit.fits,
            "files": [_file(output) for output in report.outputs] if report else [],
            "seconds": round(outcome.seconds, 3),
        }
    )


def _file(output: Output) -> dict[str, Any]:
    return {
        "file": str(output.path),
        "kind": output.kind,
        "bytes": output.bytes,
        "size": output.size_px,
        "seconds": output.duration_s,
        "hash": output.hash,
        "lowered": output.lowered or None,
    }
