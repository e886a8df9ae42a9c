"""Jobs in, films and an exit code out: made here, in processes of their own, or elsewhere."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator, Sequence

from render.cache.films import cached_report
from render.jobs.fit import check_fit, missing_companions
from render.jobs.outcome import Outcome, try_film
from render.jobs.plan import Job
from render.jobs.progress import Progress
from render.jobs.summary import film_line, table, total

Numbered = tuple[int, Job]
Outcomes = Generator[tuple[int, Outcome]]  # with the number of the job; closing it stops all
Runner = Callable[[Sequence[Numbered], Progress], Outcomes]
PIXELS_A_STEP = 20_000  # are drawn in the time of a step
USUAL_POINTS = 50  # of a dataset that nobody has read yet
STOPPED = "not made: the batch was stopped"


def outcomes_of(
    jobs: Sequence[Job], source: Runner, progress: Progress, fail_fast: bool = False
) -> Outcomes:
    """The outcome of every job. With `fail_fast`, the first that fails stops all that run."""
    todo = dict(enumerate(jobs))
    with progress.batch(len(jobs)) as advance:
        for number, job in enumerate(jobs):
            report = cached_report(job.spec, job.targets, job.still, job.store)
            if report is not None:
                del todo[number]
                advance()
                yield number, Outcome(job.spec.name, report)
        if todo:
            with contextlib.closing(source(_longest_first(todo), progress)) as outcomes:
                for number, outcome in outcomes:
                    del todo[number]
                    advance()
                    yield number, outcome
                    if fail_fast and outcome.word == "failed":
                        break
    for number, job in todo.items():
        yield number, Outcome(job.spec.name, error=STOPPED, begun=False)


def _longest_first(todo: dict[int, Job]) -> list[Numbered]:
    """So that no core waits at the end for one long film."""
    return sorted(todo.items(), key=lambda numbered: -_cost(numbered[1]))


def _cost(job: Job) -> float:
    """Pixels to draw, about, and the time of the steps to learn in pixels."""
    film, runs = job.spec.film, job.spec.each
    drawn = job.still is None and any(target.format.draws for target in job.targets)
    pixels = film.duration * film.fps * film.size[0] * film.size[1] * (1 + len(runs))
    return drawn * pixels + PIXELS_A_STEP * sum(run.training.steps(USUAL_POINTS) for run in runs)


Listener = Callable[[Job, Outcome], None]


def run_jobs(
    jobs: Sequence[Job],
    progress: Progress,
    debug: bool = False,
    source: Runner | None = None,
    fail_fast: bool = False,
    hear: Listener = lambda job, outcome: None,
) -> int:
    """Make every film; 0 when all are there, 1 when one isn't. `hear` is told of each at once."""
    started_s = time.perf_counter()
    found: dict[int, Outcome] = {}
    try:
        going = outcomes_of(jobs, source or in_process(debug), progress, fail_fast)
        with contextlib.closing(going):
            for number, outcome in going:
                found[number] = outcome
                _report(jobs[number], outcome, progress, len(jobs))
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


def in_process(debug: bool = False) -> Runner:
    """Films one after another in this very process, in the order of their configs."""

    def source(jobs: Sequence[Numbered], progress: Progress) -> Outcomes:
        for number, job in sorted(jobs, key=lambda numbered: numbered[0]):
            with progress.film(job.spec.name) as step:
                outcome = try_film(job, step, debug)
            yield number, outcome

    return source


def in_workers(workers: int, debug: bool = False) -> Runner:
    """Films in so many processes; a single film, or no more than one at once, in this one."""

    def source(jobs: Sequence[Numbered], progress: Progress) -> Outcomes:
        from render.jobs.workers import worker_outcomes

        if min(workers, len(jobs)) == 1:
            return in_process(debug)(jobs, progress)
        return worker_outcomes(jobs, progress, workers, debug)

    return source


def _report(job: Job, outcome: Outcome, progress: Progress, films: int) -> None:
    report = outcome.report
    if outcome.word == "failed":
        progress.fault(f"{outcome.name}: {outcome.error}")
    if report is None:
        return
    fit, told = check_fit(job, report), not (report.kept and films > 1)
    if told:
        progress.say(film_line(report))
        for missing in missing_companions(job):
            progress.say(f"  {missing}")
    if fit is not None and not fit.fits:
        progress.fault("\n".join(f"{outcome.name}: {line}" for line in fit.told))
    elif fit is not None and told:
        progress.say("\n".join(f"  {line}" for line in fit.told))
