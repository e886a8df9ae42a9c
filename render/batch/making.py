"""A job in, what became of it out: whatever goes wrong with a film is told, not raised."""

from __future__ import annotations

import time

from render import film
from render.batch.fault import internal, of_system
from render.batch.jobs import Job
from render.batch.outcome import Outcome
from render.batch.progress import Step
from render.encode.base import StillFormat
from render.errors import RenderError
from render.report import Report


def make(job: Job, step: film.Progress) -> Report:
    """Make a film, or its still. Raises RenderError, or OSError where there can be no folder."""
    for target in job.targets:
        target.path.parent.mkdir(parents=True, exist_ok=True)
    if job.still is None:
        return film.make(job.spec, job.targets, step, job.store)
    (target,) = job.targets
    picture = target.format if isinstance(target.format, StillFormat) else None
    return film.still(job.spec, job.still, target.path, step, job.store, picture)


def made(job: Job, step: Step, debug: bool = False) -> Outcome:
    """Make a film, or say why it can't be. Raises only what ends the whole batch."""
    started_s = time.perf_counter()
    name = job.spec.name
    try:
        report = make(job, step)
        return Outcome(name, report, seconds=report.seconds)
    except RenderError as error:
        told = str(error)
    except OSError as error:
        if isinstance(error, BrokenPipeError) and not error.filename:
            raise  # nobody reads what we say any more
        told = of_system(error)
    except Exception as error:
        told = internal(error, debug)
    return Outcome(name, error=told, seconds=time.perf_counter() - started_s)
