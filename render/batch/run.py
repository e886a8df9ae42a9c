"""Jobs in, films out, one after another; a film that fails doesn't stop the others."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from render import film
from render.batch.jobs import Job
from render.batch.progress import Progress
from render.errors import RenderError
from render.film import Report
from render.manifest import Output

LISTED = 8  # files of a film; of more the first and the last are named


def run(jobs: Sequence[Job], progress: Progress, debug: bool = False) -> int:
    """Make every film; 0 when all are made, 1 when one isn't."""
    failed = [job.spec.name for job in jobs if not _made(job, progress, debug)]
    if failed and len(jobs) > 1:
        print(f"{len(failed)} of {len(jobs)} films failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _made(job: Job, progress: Progress, debug: bool) -> bool:
    """Make one film, or say why it can't be."""
    name = job.spec.name
    try:
        for target in job.targets:
            target.path.parent.mkdir(parents=True, exist_ok=True)
        with progress.film(name) as step:
            if job.still is None:
                report = film.make(job.spec, job.targets, step)
            else:
                report = film.still(job.spec, job.still, job.targets[0].path, step)
    except RenderError as error:
        print(f"{name}: {error}", file=sys.stderr)
    except OSError as error:
        if isinstance(error, BrokenPipeError) and not error.filename:
            raise  # nobody reads what we say any more
        print(f"{name}: {_os_sentence(error)}", file=sys.stderr)
    except Exception as error:
        print(f"{name}: {internal(error, debug)}", file=sys.stderr)
    else:
        progress.say(closing(report))
        return True
    return False


def closing(report: Report) -> str:
    """The line that names a film's files."""
    files = ", ".join(_file(output) for output in report.outputs[:LISTED])
    if len(report.outputs) > LISTED:
        files = f"{_file(report.outputs[0])} … {_file(report.outputs[-1])}"
    message = f"\n  {report.message}" if report.message else ""
    return f"{report.name}: {files} in {report.seconds:.1f} s{message}"


def internal(error: Exception, debug: bool) -> str:
    """A fault of ours in one line, or all of it."""
    if debug:
        return "".join(traceback.format_exception(error)).rstrip()
    text = " ".join(str(error).split()) or "no message"
    return f"internal error: {type(error).__name__}: {text} (--debug shows where)"


def _os_sentence(error: OSError) -> str:
    where = f"{Path(error.filename)}: " if isinstance(error.filename, str) else ""
    return f"{where}{error.strerror or error}"


def _file(output: Output) -> str:
    facts = [] if output.duration_s is None else [f"{output.duration_s:.1f} s"]
    facts += ["×".join(str(side) for side in output.size_px)] if output.size_px else []
    return f"{output.path} ({', '.join([*facts, _bytes(output.bytes)])})"


def _bytes(count: int) -> str:
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.0f} kB" if count < 100_000 else f"{count / 1e6:.1f} MB"
