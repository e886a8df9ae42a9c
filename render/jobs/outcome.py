"""A job in, what became of it out: whatever goes wrong with a film is told, not raised."""

from __future__ import annotations

import time
import traceback
from dataclasses import dataclass
from pathlib import Path

from render import pipeline
from render.encode.base import StillFormat
from render.encode.formats.png import PngFormat
from render.errors import RenderError
from render.jobs.plan import Job
from render.jobs.progress import StepCallback
from render.results import OutputFile, Report


def internal_error(error: Exception, debug: bool) -> str:
    """A fault of ours in one line, or all of it."""
    if debug:
        return "".join(traceback.format_exception(error)).rstrip()
    text = " ".join(str(error).split()) or "no message"
    return f"internal error: {type(error).__name__}: {text} (--debug shows where)"


def system_error(error: OSError) -> str:
    """What the system refused, and of which file."""
    where = f"{Path(error.filename)}: " if isinstance(error.filename, str) else ""
    return f"{where}{error.strerror or error}"


@dataclass(frozen=True)
class Outcome:
    """The report of a film that is there, or why it isn't."""

    name: str
    report: Report | None = None
    error: str | None = None  # what the user reads; None for a film that is there
    seconds: float = 0.0
    begun: bool = True  # False: the batch was stopped before or while it was made

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


def make_film(job: Job, step: pipeline.Progress) -> Report:
    """Make a film, or its still. Raises RenderError, or OSError where there can be no folder."""
    for target in job.targets:
        target.path.parent.mkdir(parents=True, exist_ok=True)
    if job.still is None:
        return pipeline.make(job.spec, job.targets, step, job.store)
    (file,) = job.targets
    if not isinstance(file.format, StillFormat):
        file = OutputFile(PngFormat(), file.path)
    return pipeline.still(job.spec, job.still, file, step, job.store)


def try_film(job: Job, step: StepCallback, debug: bool = False) -> Outcome:
    """Make a film, or say why it can't be. Raises only what ends the whole batch."""
    started_s = time.perf_counter()
    name = job.spec.name
    try:
        report = make_film(job, step)
        return Outcome(name, report, seconds=report.seconds)
    except RenderError as error:
        told = str(error)
    except OSError as error:
        if isinstance(error, BrokenPipeError) and not error.filename:
            raise  # nobody reads what we say any more
        told = system_error(error)
    except Exception as error:
        told = internal_error(error, debug)
    return Outcome(name, error=told, seconds=time.perf_counter() - started_s)
