"""Jobs in, films and an exit code out: made here, in processes of their own, or elsewhere."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence

from render.batch.films import Numbered, Outcomes, Source, films
from render.batch.fitting import fitting, lacks
from render.batch.jobs import Job
from render.batch.making import made
from render.batch.outcome import Outcome
from render.batch.progress import Progress
from render.batch.summary import closing, table, total

Hear = Callable[[Job, Outcome], None]


def run(
    jobs: Sequence[Job],
    progress: Progress,
    debug: bool = False,
    source: Source | None = None,
    fail_fast: bool = False,
    hear: Hear = lambda job, outcome: None,
) -> int:
    """Make every film; 0 when all are there, 1 when one isn't. `hear` is told of each at once."""
    started_s = time.perf_counter()
    found: dict[int, Outcome] = {}
    try:
        going = films(jobs, source or here(debug), progress, fail_fast)
        with contextlib.closing(going):
            for number, outcome in going:
                found[number] = outcome
                _tell(jobs[number], outcome, progress, len(jobs))
                hear(jobs[number], outcome)
    except KeyboardInterrupt:
        if len(jobs) > 1:
            there = sum(outcome.report is not None for outcome in found.values())
            progress.say(f"{there} of {len(jobs)} films are there; the same command makes the rest")
        raise
    ordered = [found[number] for number in range(len(jobs))]
    failed = [outcome.name for outcome in ordered if outcome.word == "failed"]
    if len(jobs) > 1:
        progress.say(f"\n{table(ordered)}\n{total(ordered, time.perf_counter() - started_s)}")
        if failed:
            told = f"{len(failed)} of {len(jobs)} films failed: {', '.join(failed)}"
            progress.fault(told)
    return 1 if failed else 0


def here(debug: bool = False) -> Source:
    """Films one after another in this very process, in the order of their configs."""

    def source(jobs: Sequence[Numbered], progress: Progress) -> Outcomes:
        for number, job in sorted(jobs, key=lambda numbered: numbered[0]):
            with progress.film(job.spec.name) as step:
                outcome = made(job, step, debug)
            yield number, outcome

    return source


def local(workers: int, debug: bool = False) -> Source:
    """Films in so many processes; a single film, or no more than one at once, in this one."""

    def source(jobs: Sequence[Numbered], progress: Progress) -> Outcomes:
        from render.batch import crew

        if min(workers, len(jobs)) == 1:
            return here(debug)(jobs, progress)
        return crew.films(jobs, progress, workers, debug)

    return source


def _tell(job: Job, outcome: Outcome, progress: Progress, films: int) -> None:
    report = outcome.report
    if outcome.word == "failed":
        progress.fault(f"{outcome.name}: {outcome.error}")
    if report is None:
        return
    fit, told = fitting(job, report), not (report.kept and films > 1)
    if told:
        progress.say(closing(report))
        for missing in lacks(job):
            progress.say(f"  {missing}")
    if fit is not None and not fit.fits:
        progress.fault("\n".join(f"{outcome.name}: {line}" for line in fit.told))
    elif fit is not None and told:
        progress.say("\n".join(f"  {line}" for line in fit.told))
