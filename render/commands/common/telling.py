"""What became of a film in, a line of JSON on standard output for programs out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.commands.common.saying import say_line

if TYPE_CHECKING:
    from render.batch.jobs import Job
    from render.batch.outcome import Outcome
    from render.batch.run import Hear
    from render.manifest import Output


def hearing(wanted: bool) -> Hear:
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
    from render.batch.fitting import fitting

    report = outcome.report
    fit = None if report is None else fitting(job, report)
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
