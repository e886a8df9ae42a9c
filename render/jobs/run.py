"""Make the films of jobs: in this process or in several, longest first, and report each."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Sequence

from render.cache.films import cached_report
from render.jobs.collector import wake
from render.jobs.fit import check_fit, missing_companions
from render.jobs.outcome import Numbered, Outcome, Outcomes, Runner, run_job
from render.jobs.plan import Job
from render.jobs.progress import Reporter
from render.results import Output, Report

MAX_LISTED = 8  # files of a film that are named; of more, the first and the last
WORDS = ("made", "unchanged", "failed", "stopped")


def film_line(report: Report) -> str:
    """A line that names the film's files, and a second one with its message."""
    files = ", ".join(_file(output) for output in report.outputs[:MAX_LISTED])
    if len(report.outputs) > MAX_LISTED:
        files = f"{_file(report.outputs[0])} … {_file(report.outputs[-1])}"
    message = f"\n  {report.message}" if report.message else ""
    how = "unchanged" if report.kept else f"in {report.seconds:.1f} s"
    return f"{report.name}: {files} {how}{message}"


def table(outcomes: Sequence[Outcome]) -> str:
    """A line for each film in the order of the configs."""
    rows = [("film", "result", "seconds", "files")]
    for outcome in outcomes:
        seconds = f"{outcome.seconds:.1f}" if outcome.word in {"made", "failed"} else ""
        rows.append((outcome.name, outcome.word, seconds, _files_or_error(outcome)))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        f"{name:<{widths[0]}}  {word:<{widths[1]}}  {seconds:>{widths[2]}}  {files}".rstrip()
        for name, word, seconds, files in rows
    )


def total(outcomes: Sequence[Outcome], seconds: float) -> str:
    """How many films were made, unchanged, failed and stopped."""
    counted = Counter(outcome.word for outcome in outcomes)
    counts = ", ".join(f"{counted[word]} {word}" for word in WORDS if counted[word])
    return f"{len(outcomes)} films: {counts} in {seconds:.1f} s"


def _files_or_error(outcome: Outcome) -> str:
    if outcome.report is None:
        return (outcome.error or "").partition("\n")[0]
    outputs = outcome.report.outputs
    if len(outputs) > MAX_LISTED:
        return f"{len(outputs)} files {_bytes(sum(output.bytes for output in outputs))}"
    return ", ".join(f"{output.kind} {_bytes(output.bytes)}" for output in outputs)


def _file(output: Output) -> str:
    facts = [] if output.duration_s is None else [f"{output.duration_s:.1f} s"]
    facts += ["×".join(str(side) for side in output.size_px)] if output.size_px else []
    return f"{output.path} ({', '.join([*facts, _bytes(output.bytes)])})"


def _bytes(count: int) -> str:
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.0f} kB" if count < 100_000 else f"{count / 1e6:.1f} MB"


PIXELS_PER_STEP = 20_000  # are drawn in the time of a training step
USUAL_POINTS = 50  # of a dataset that is not read yet
STOPPED = "not made: the batch was stopped"


def outcomes_of(
    jobs: Sequence[Job], runner: Runner, reporter: Reporter, fail_fast: bool = False
) -> Outcomes:
    """The outcome of every job. With `fail_fast`, the first that fails stops all that run."""
    waiting = dict(enumerate(jobs))
    with reporter.batch(len(jobs)) as advance:
        for number, job in enumerate(jobs):
            report = cached_report(job.spec, job.targets, job.still, job.store)
            if report is not None:
                del waiting[number]
                advance()
                yield number, Outcome(job.spec.name, report)
        if waiting:
            with contextlib.closing(runner(_longest_first(waiting), reporter)) as outcomes:
                for number, outcome in outcomes:
                    del waiting[number]
                    advance()
                    yield number, outcome
                    if fail_fast and outcome.word == "failed":
                        break
    for number, job in waiting.items():
        yield number, Outcome(job.spec.name, error=STOPPED, begun=False)


def _longest_first(waiting: dict[int, Job]) -> list[Numbered]:
    """So that no core is idle at the end while another makes one long film."""
    return sorted(waiting.items(), key=lambda numbered: -_cost(numbered[1]))


def _cost(job: Job) -> float:
    """How long a film takes, in pixels drawn: an estimate, which also counts training steps."""
    film, runs = job.spec.film, job.spec.each
    drawn = job.still is None and any(target.format.draws for target in job.targets)
    pixels = film.duration * film.fps * film.size[0] * film.size[1] * (1 + len(runs))
    return drawn * pixels + PIXELS_PER_STEP * sum(run.training.steps(USUAL_POINTS) for run in runs)


Listener = Callable[[Job, Outcome], None]


def run_jobs(
    jobs: Sequence[Job],
    reporter: Reporter,
    runner: Runner | None = None,
    fail_fast: bool = False,
    listener: Listener = lambda job, outcome: None,
    internal_hint: str = "",
) -> int:
    """Make every film; 0 when all are there, 1 when one isn't.

    `listener` is called with each outcome as soon as it is known; `internal_hint` is printed
    after the message of a fault of this program.
    """
    started_s = time.perf_counter()
    outcomes: dict[int, Outcome] = {}
    try:
        running = outcomes_of(jobs, runner or in_process(), reporter, fail_fast)
        with contextlib.closing(running):
            for number, outcome in running:
                outcomes[number] = outcome
                _report(jobs[number], outcome, reporter, len(jobs), internal_hint)
                listener(jobs[number], outcome)
    except KeyboardInterrupt:
        if len(jobs) > 1:
            done = sum(outcome.report is not None for outcome in outcomes.values())
            text = f"{done} of {len(jobs)} films are done; the same command makes the rest"
            with contextlib.suppress(OSError):  # the terminal may be closed
                reporter.line(text)
        raise
    ordered = [outcomes[number] for number in range(len(jobs))]
    failed = [outcome.name for outcome in ordered if outcome.word == "failed"]
    if len(jobs) > 1:
        reporter.line(f"\n{table(ordered)}\n{total(ordered, time.perf_counter() - started_s)}")
        if failed:
            reporter.error(f"{len(failed)} of {len(jobs)} films failed: {', '.join(failed)}")
    return 1 if failed else 0


def in_process(debug: bool = False) -> Runner:
    """Films one after another in this process, in the order of their configs."""

    def runner(jobs: Sequence[Numbered], reporter: Reporter) -> Outcomes:
        for number, job in sorted(jobs, key=lambda numbered: numbered[0]):
            with reporter.film(job.spec.name) as progress:
                outcome = run_job(job, progress, debug)
            yield number, outcome

    return runner


def single(debug: bool = False, processes: int = 1) -> Runner:
    """One film, of which another process learns the runs where that is faster.

    So many processes draw its frames.
    """

    def runner(jobs: Sequence[Numbered], reporter: Reporter) -> Outcomes:
        from render.jobs.learner import learning_apart

        ((number, job),) = jobs
        with reporter.film(job.spec.name) as progress, learning_apart(job, progress) as apart:
            outcome = run_job(apart, progress, debug, processes)
        yield number, outcome

    return runner


def in_workers(count: int, debug: bool = False) -> Runner:
    """Films in `count` processes; a single film, and films one at a time, in this process.

    The runs of a single film are learnt in another process where that is faster, and its frames
    are drawn in `count` processes. Films side by side use all cores as it is: each is made in one.
    """

    def runner(jobs: Sequence[Numbered], reporter: Reporter) -> Outcomes:
        from render.jobs.workers import worker_outcomes

        if len(jobs) == 1 < count:
            return single(debug, count)(jobs, reporter)
        if min(count, len(jobs)) == 1:
            return in_process(debug)(jobs, reporter)
        wake()  # nothing is made in this process
        return worker_outcomes(jobs, reporter, count, debug)

    return runner


def _report(job: Job, outcome: Outcome, reporter: Reporter, films: int, internal_hint: str) -> None:
    """Print a film's files and whether they fit its target, or why there are none."""
    report = outcome.report
    if outcome.word == "failed":
        hint = internal_hint if outcome.internal else ""
        reporter.error(f"{outcome.name}: {outcome.error}{hint}")
    if report is None:
        return
    fit, printed = check_fit(job, report), not (report.kept and films > 1)
    if printed:
        reporter.line(film_line(report))
        for missing in missing_companions(job):
            reporter.line(f"  {missing}")
    if fit is not None and not fit.fits:
        reporter.error("\n".join(f"{outcome.name}: {line}" for line in fit.messages))
    elif fit is not None and printed:
        reporter.line("\n".join(f"  {line}" for line in fit.messages))
