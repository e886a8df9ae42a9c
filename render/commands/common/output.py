"""What became of a film in, a line of JSON on standard output for programs out."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from render.jobs.outcome import Outcome
    from render.jobs.plan import Job
    from render.jobs.run import Listener
    from render.results import Output


def say(text: str) -> None:
    """Print it, in UTF-8 wherever it goes: a pipe on Windows could not hold a `−` otherwise.

    Bytes in a file's name that are no UTF-8 are printed as `\\udcff`, which JSON also has.
    """
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    print(text, flush=True)


def say_json(value: Any) -> None:
    """Print it for a program."""
    say(json.dumps(value, indent=2, ensure_ascii=False))


def say_line(value: Any) -> None:
    """Print it for a program that reads line by line."""
    say(json.dumps(value, ensure_ascii=False))


def columns(rows: Sequence[Sequence[str]], indent: str = "", widest: int = 30) -> list[str]:
    """The rows as lines, their cells under one another, but for the longest ones."""
    count = max((len(row) for row in rows), default=0)
    widths = [
        max((len(row[i]) for row in rows if len(row) > i and len(row[i]) <= widest), default=0)
        for i in range(count)
    ]
    return [
        (indent + "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=False))).rstrip()
        for row in rows
    ]


def json_listener(wanted: bool) -> Listener:
    """What hears of each film: a line, or nothing."""
    return _line if wanted else lambda job, outcome: None


def film(job: Job) -> dict[str, Any]:
    """What is known of a film before it is made; a still or a table has no frames."""
    spec = job.spec
    shot = job.still is None and any(target.format.draws for target in job.targets)
    drawn = {
        "frames": spec.film.frame_count,
        "fps": spec.film.fps,
        "size": list(spec.film.size),
        "duration": spec.film.frame_count / spec.film.fps,
    }
    return {"config": str(spec.path), "film": spec.name, **(drawn if shot else {})}


def _line(job: Job, outcome: Outcome) -> None:
    from render.jobs.fit import check_fit

    report = outcome.report
    fit = None if report is None else check_fit(job, report)
    say_line(
        {
            **film(job),
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
