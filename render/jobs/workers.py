"""Films in several processes, each of which makes one film after another.

Not a concurrent.futures pool, which one killed process breaks for all films. Each worker has
its own pipe, so that none that dies can hold a lock that others wait for.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import connection
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from render.draw.matplotlib_import import undocumented_artists
from render.encode.atomic import remove_abandoned_parts
from render.jobs.collector import resting_collector
from render.jobs.cores import affordable_workers, limit_threads
from render.jobs.interrupt import exit_now, exit_when_terminated
from render.jobs.outcome import Numbered, Outcome, Outcomes, run_job
from render.jobs.plan import Job
from render.jobs.processes import SPAWN, started
from render.jobs.progress import Reporter

if TYPE_CHECKING:
    from render.pipeline import Progress


def run_worker(pipe: Connection, stop: Connection, debug: bool) -> None:
    """Make the film of each job that comes through the pipe, until it or `stop` is closed."""
    exit_when_terminated()
    limit_threads()
    threading.Thread(target=exit_on_stop, args=(stop,), name="stop", daemon=True).start()
    with (
        resting_collector(),
        undocumented_artists(),
        contextlib.suppress(EOFError, OSError),  # closed by the parent
    ):
        while True:
            pipe.send(run_job(pipe.recv(), PipedProgress(pipe), debug))


class PipedProgress:
    """Sends the parent a film's progress, at most 100 times in a stage."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._sent: tuple[str, int] | None = None

    def __call__(self, stage: str, done: int, total: int) -> None:
        share = stage, 100 * done // total if total > 100 else done
        if share != self._sent:
            self._sent = share
            self._pipe.send((stage, done, total))


def exit_on_stop(stop: Connection) -> None:
    """End this process at once when the parent closes its end of `stop`, or dies.

    Runs in a thread: the handler of a signal waits for the end of a long computation.
    """
    with contextlib.suppress(EOFError, OSError):
        stop.recv_bytes()
    exit_now(0)


EXIT_S = 1.0  # for a worker to clean up, once `stop` is closed


@dataclass
class Worker:
    """A process and the film it is making."""

    process: Any
    pipe: Connection  # jobs there, progress and outcomes back
    stop: Connection  # closing it ends the process
    number: int = -1  # the job's
    job: Job | None = None  # None: idle
    started_s: float = 0.0
    reported: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    progress: Progress | None = None


class NoWorkerError(Exception):
    """No further worker can be started: there are too few files, processes or memory."""


def worker_outcomes(
    jobs: Sequence[Numbered],
    reporter: Reporter,
    count: int,
    debug: bool = False,
    end: Connection | None = None,
) -> Outcomes:
    """Make the films in that order, `count` at once.

    A film whose worker dies is started a second time after the others, and alone: most often
    there was too little memory. Where the system allows fewer workers there are fewer, and where
    it allows none the films are made in this process. Closing the generator stops all that run,
    and so does whatever can be read from `end`, at once.
    """
    waiting, second = deque(jobs), deque[Numbered]()
    repeated: set[int] = set()
    workers: list[Worker] = []
    count = _affordable(min(count, len(jobs)), reporter)
    try:
        while waiting or second or any(worker.job for worker in workers):
            try:
                _assign_jobs(workers, waiting, second, reporter, count, debug)
            except NoWorkerError as refused:
                reporter.line(_fewer(len(workers), str(refused)))
                count = len(workers)
                if not workers:
                    yield from _made_here([*waiting, *second], reporter, debug)
                    return
            ready = connection.wait([*(worker.pipe for worker in workers), *filter(None, [end])])
            if end in ready:
                return
            for worker in [worker for worker in workers if worker.pipe in ready]:
                number, job = worker.number, worker.job
                try:
                    message = worker.pipe.recv()
                except (EOFError, OSError):
                    workers.remove(worker)
                    error = _cause_of_end(worker)
                    if job is None:
                        continue
                    if number in repeated:
                        seconds = time.perf_counter() - worker.started_s
                        yield number, Outcome(job.spec.name, error=error, seconds=seconds)
                    else:
                        repeated.add(number)
                        second.append((number, job))
                        reporter.error(f"{job.spec.name}: {error}: starts again after the others")
                    continue
                if isinstance(message, Outcome):
                    _release(worker)
                    yield number, message
                elif worker.progress is not None:
                    worker.progress(*message)
    finally:
        _stop(workers)


def _assign_jobs(
    workers: list[Worker],
    waiting: deque[Numbered],
    second: deque[Numbered],
    reporter: Reporter,
    count: int,
    debug: bool,
) -> None:
    """Send jobs to idle workers; stop those that there is no job for.

    Raises NoWorkerError, and then no job is lost.
    """
    while waiting and (len(workers) < count or any(worker.job is None for worker in workers)):
        idle = next((worker for worker in workers if worker.job is None), None)
        if idle is None:
            idle = _start_worker(debug)
            workers.append(idle)
        _send_job(idle, waiting.popleft(), reporter)
    if not waiting:
        _stop([worker for worker in workers if worker.job is None])
        workers[:] = [worker for worker in workers if worker.job is not None]
        if second and not workers:
            workers.append(_start_worker(debug))
            _send_job(workers[0], second.popleft(), reporter)


def _affordable(count: int, reporter: Reporter) -> int:
    """At most that many workers, and no more than there are files for; says so if it is less."""
    most = affordable_workers()
    if most < count:
        reporter.line(_fewer(most, "this process may open no more files (`ulimit -n`)"))
    return min(most, count)


def _fewer(count: int, reason: str) -> str:
    films = f"{count} films at once" if count > 1 else "one film at a time"
    return f"makes only {films}: {reason}"


def _made_here(jobs: Sequence[Numbered], reporter: Reporter, debug: bool) -> Outcomes:
    """The films one after another in this process."""
    for number, job in jobs:
        with reporter.film(job.spec.name) as progress:
            outcome = run_job(job, progress, debug)
        yield number, outcome


def _send_job(worker: Worker, numbered: Numbered, reporter: Reporter) -> None:
    worker.number, worker.job = numbered
    worker.started_s = time.perf_counter()
    worker.progress = worker.reported.enter_context(reporter.film(worker.job.spec.name))
    with contextlib.suppress(OSError):  # the worker is dead: reading from it will fail too
        worker.pipe.send(worker.job)


def _release(worker: Worker) -> None:
    worker.reported.close()
    worker.job = worker.progress = None


def _start_worker(debug: bool) -> Worker:
    """A worker without a job. Raises NoWorkerError."""
    with contextlib.ExitStack() as opened, _refusals():
        pipe, worker_pipe = map(opened.enter_context, SPAWN.Pipe())
        worker_stop, stop = map(opened.enter_context, SPAWN.Pipe(duplex=False))
        process = started(run_worker, worker_pipe, worker_stop, debug)
        worker_pipe.close()
        worker_stop.close()
        opened.pop_all()
        return Worker(process, pipe, stop)


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    """Raise NoWorkerError for an OSError within."""
    try:
        yield
    except OSError as error:
        raise NoWorkerError(error.strerror or str(error)) from error


def _cause_of_end(worker: Worker) -> str:
    """Why a worker ended, as a message; removes its part files."""
    worker.stop.close()
    worker.process.join(EXIT_S)
    if worker.process.is_alive():  # it closed its pipe and goes on
        worker.process.kill()
        worker.process.join()
    code = worker.process.exitcode
    _close(worker)
    if code >= 0:
        return f"its worker process ended with status {code}"
    memory = ", perhaps because there was too little memory" if code == -9 else ""
    return f"its worker process was killed by signal {-code}{memory}"


def _stop(workers: Sequence[Worker]) -> None:
    """End the workers; kill those that still run after EXIT_S."""
    for worker in workers:
        worker.stop.close()
    deadline_s = time.monotonic() + EXIT_S
    for worker in workers:
        worker.process.join(max(0.0, deadline_s - time.monotonic()))
        if worker.process.is_alive():
            worker.process.kill()
    for worker in workers:
        worker.process.join()
        _close(worker)


def _close(worker: Worker) -> None:
    worker.pipe.close()
    worker.reported.close()
    for folder in {target.path.parent for target in worker.job.targets} if worker.job else ():
        remove_abandoned_parts(folder)
