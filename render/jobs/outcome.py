"""What became of a job: the report of its film, or a message that says why there is none."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from render import pipeline
from render.encode.base import StillFormat
from render.encode.formats.png import PngFormat
from render.errors import RenderError
from render.jobs.collector import waking
from render.jobs.plan import Job
from render.jobs.progress import Reporter
from render.jobs.surroundings import packages_missing
from render.results import OutputFile, Report


@dataclass(frozen=True)
class Outcome:
    """The report of a film whose files are there, or why they aren't."""

    name: str
    report: Report | None = None
    error: str | None = None  # what the user reads; None for a film that is there
    seconds: float = 0.0
    begun: bool = True  # False: the batch was stopped before or while it was made
    internal: bool = False  # whether the error is a fault of this program

    @property
    def word(self) -> str:
        """made, unchanged, failed or stopped."""
        if self.report is not None:
            return "unchanged" if self.report.kept else "made"
        return "failed" if self.begun else "stopped"

    def result(self) -> Report:
        """The report, as of a future. Raises RenderError for a film that isn't there."""
        if self.report is None:
            raise RenderError(f"{self.name}: {self.error}")
        return self.report


Numbered = tuple[int, Job]
Outcomes = Generator[tuple[int, Outcome]]  # with the job's number; closing it stops all that run
Runner = Callable[[Sequence[Numbered], Reporter], Outcomes]


def internal_error(error: Exception, debug: bool) -> str:
    """The message of a fault of this program: one line, or the whole traceback.

    Of a package that is missing it says that.
    """
    if debug:
        return "".join(traceback.format_exception(error)).rstrip()
    if isinstance(error, ModuleNotFoundError) and (missing := packages_missing(error)):
        return missing
    text = " ".join(str(error).split()) or "no message"
    return f"internal error: {type(error).__name__}: {text}"


def system_error(error: OSError) -> str:
    """What the system refused, and of which file."""
    where = f"{Path(error.filename)}: " if isinstance(error.filename, str) else ""
    return f"{where}{error.strerror or error}"


def make_film(job: Job, progress: pipeline.Progress, processes: int = 1) -> Report:
    """Make a film, whose frames so many processes draw, or its still.

    Raises RenderError, or OSError where no folder can be made.
    """
    for target in job.targets:
        target.path.parent.mkdir(parents=True, exist_ok=True)
    if job.still is None:
        return pipeline.make(job.spec, job.targets, progress, job.store, job.source, processes)
    (file,) = job.targets
    if not isinstance(file.format, StillFormat):
        file = OutputFile(PngFormat(), file.path)
    return pipeline.still(job.spec, job.still, file, progress, job.store, job.source)


def run_job(
    job: Job, progress: pipeline.Progress, debug: bool = False, processes: int = 1
) -> Outcome:
    """Make a film; whatever goes wrong with it is in the outcome.

    Raises only what ends the whole batch: KeyboardInterrupt, and BrokenPipeError when standard
    error is closed.
    """
    started_s = time.perf_counter()
    internal = False
    try:
        report = make_film(job, waking(progress), processes)
        return Outcome(job.spec.name, report, seconds=report.seconds)
    except RenderError as error:
        message = str(error)
    except OSError as error:
        if isinstance(error, BrokenPipeError) and not error.filename:
            raise  # nothing that is printed is read any more
        message = system_error(error)
    except Exception as error:
        message, internal = internal_error(error, debug), True
    seconds = time.perf_counter() - started_s
    return Outcome(job.spec.name, error=message, seconds=seconds, internal=internal)
