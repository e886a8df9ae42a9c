"""Jobs in, outcomes out as they come: the films that are there already, then those to be made."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Sequence

from render.batch.jobs import Job
from render.batch.outcome import Outcome
from render.batch.progress import Progress
from render.cache import films as cached

Numbered = tuple[int, Job]
Outcomes = Generator[tuple[int, Outcome]]  # with the number of the job; closing it stops all
Source = Callable[[Sequence[Numbered], Progress], Outcomes]
PIXELS_A_STEP = 20_000  # are drawn in the time of a step
USUAL_POINTS = 50  # of a dataset that nobody has read yet
STOPPED = "not made: the batch was stopped"


def films(
    jobs: Sequence[Job], source: Source, progress: Progress, fail_fast: bool = False
) -> Outcomes:
    """The outcome of every job. With `fail_fast`, the first that fails stops all that run."""
    todo = dict(enumerate(jobs))
    with progress.batch(len(jobs)) as advance:
        for number, job in enumerate(jobs):
            report = cached.kept(job.spec, job.targets, job.still, job.store)
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
