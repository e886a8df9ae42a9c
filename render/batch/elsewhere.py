"""Jobs and somebody's executor in, outcomes out: films made wherever it runs its tasks."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, as_completed
from dataclasses import replace

from render.batch.films import Numbered, Outcomes, Source
from render.batch.outcome import Outcome
from render.batch.parcel import Delivery, make, pack, unpack
from render.batch.progress import Progress
from render.cache.films import Making
from render.encode.part import sweep
from render.errors import RenderError


def elsewhere(executor: Executor, debug: bool = False) -> Source:
    """Films as tasks of an executor; their files come back as bytes and are written here."""

    def source(jobs: Sequence[Numbered], progress: Progress) -> Outcomes:
        futures: dict[Future[Delivery], tuple[int, Making]] = {}
        try:
            for number, job in jobs:
                making = Making.begins(job.spec, job.targets, job.still, job.store)
                try:
                    futures[executor.submit(make, pack(job), debug)] = number, making
                except (RenderError, BrokenExecutor) as error:
                    yield number, Outcome(job.spec.name, error=str(error))
            for future in as_completed([*futures]):
                number, making = futures.pop(future)  # with all its bytes
                for folder in {target.path.parent for target in making.targets}:
                    sweep(folder)
                yield number, _outcome(future, making)
        finally:
            for future in futures:
                with contextlib.suppress(Exception):  # the cluster may be gone
                    future.cancel()

    return source


def _outcome(future: Future[Delivery], making: Making) -> Outcome:
    """What came back, put into place. Whatever an executor raises is that film's fault."""
    name = making.spec.name
    try:
        outcome = unpack(future.result(), making.targets)
    except RenderError as error:
        return Outcome(name, error=str(error))
    except Exception as error:
        told = " ".join(str(error).split())
        return Outcome(name, error=f"its task failed: {type(error).__name__}: {told}")
    if outcome.report is None:
        return outcome
    return replace(outcome, report=making.noted(outcome.report))
