"""Jobs in, outcomes out as they come: films in processes that stay for the next film.

Not a concurrent.futures pool: one killed process would break that for all films. Each worker
has a pipe of its own, so that none can die with a lock that others wait for.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import connection, resource_tracker
from multiprocessing.connection import Connection
from types import ModuleType
from typing import Any

from render.encode.atomic import remove_abandoned_parts
from render.jobs.cores import limit_threads
from render.jobs.interrupt import exit_now
from render.jobs.outcome import Outcome
from render.jobs.plan import Job
from render.jobs.progress import Progress, StepCallback
from render.jobs.run import Numbered, Outcomes


def run_worker(pipe: Connection, leash: Connection, debug: bool) -> None:
    """Make what comes, one after another."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to all: the parent decides
    limit_threads()
    threading.Thread(target=_follow, args=(leash,), name="leash", daemon=True).start()
    from render.jobs.outcome import try_film

    with contextlib.suppress(EOFError, OSError):  # nobody is there any more
        while True:
            pipe.send(try_film(pipe.recv(), StepPipe(pipe), debug))


class StepPipe:
    """Passes on what a film tells, each hundredth of a long stage."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._told: tuple[str, int] | None = None

    def __call__(self, stage: str, done: int, total: int) -> None:
        told = stage, 100 * done // total if total > 100 else done
        if told != self._told:
            self._told = told
            self._pipe.send((stage, done, total))


def _follow(leash: Connection) -> None:
    """End when the parent lets go, or has died: at once, whatever is being done.

    In a thread of its own: a signal would wait for the end of a long computation.
    """
    with contextlib.suppress(EOFError, OSError):
        leash.recv_bytes()
    exit_now(0)


SPAWN = multiprocessing.get_context("spawn")  # forks of a process with threads hang
LEAVES_S = 1.0  # a worker that was let go may take so long to clean up


@dataclass
class Worker:
    """A process and the film it is making."""

    process: Any
    pipe: Connection
    leash: Connection
    number: int = -1  # the job's
    job: Job | None = None
    since_s: float = 0.0
    shown: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    step: StepCallback | None = None


def worker_outcomes(
    jobs: Sequence[Numbered], progress: Progress, workers: int, debug: bool = False
) -> Outcomes:
    """Make the films in that order, so many at once.

    A film whose worker dies is tried once more after the others, with the machine to itself:
    most often there was too little memory. Closing the generator stops all that runs.
    """
    waiting, again = deque(jobs), deque[Numbered]()
    tried: set[int] = set()
    crew: list[Worker] = []
    try:
        while waiting or again or any(worker.job for worker in crew):
            _assign_jobs(crew, waiting, again, progress, workers, debug)
            for worker in _ready(crew):
                number, job = worker.number, worker.job
                try:
                    told = worker.pipe.recv()
                except (EOFError, OSError):
                    crew.remove(worker)
                    error = _reap(worker)
                    if job is None:
                        continue
                    if number in tried:
                        yield number, Outcome(job.spec.name, error=error, seconds=_since(worker))
                    else:
                        tried.add(number)
                        again.append((number, job))
                        progress.fault(f"{job.spec.name}: {error}: once more, alone, at the end")
                    continue
                if isinstance(told, Outcome):
                    _release(worker)
                    yield number, told
                elif worker.step is not None:
                    worker.step(*told)
    finally:
        _stop(crew)


def _assign_jobs(
    crew: list[Worker],
    waiting: deque[Numbered],
    again: deque[Numbered],
    progress: Progress,
    workers: int,
    debug: bool,
) -> None:
    """Give idle workers something to do, or leave."""
    while waiting and (len(crew) < workers or any(worker.job is None for worker in crew)):
        idle = next((worker for worker in crew if worker.job is None), None)
        if idle is None:
            idle = _start_worker(debug)
            crew.append(idle)
        _send_job(idle, waiting.popleft(), progress)
    if not waiting:
        resting = [worker for worker in crew if worker.job is None]
        _stop(resting)
        crew[:] = [worker for worker in crew if worker.job is not None]
        if again and not crew:
            crew.append(_start_worker(debug))
            _send_job(crew[0], again.popleft(), progress)


def _send_job(worker: Worker, numbered: Numbered, progress: Progress) -> None:
    worker.number, worker.job = numbered
    worker.since_s = time.perf_counter()
    worker.step = worker.shown.enter_context(progress.film(worker.job.spec.name))
    with contextlib.suppress(OSError):  # it is dead: reading from it says so
        worker.pipe.send(worker.job)


def _release(worker: Worker) -> None:
    worker.shown.close()
    worker.job = worker.step = None


def _ready(crew: Sequence[Worker]) -> list[Worker]:
    """Those with something to say; a dead one's pipe is at its end."""
    heard = connection.wait([worker.pipe for worker in crew])
    return [worker for worker in crew if worker.pipe in heard]


def _start_worker(debug: bool) -> Worker:
    pipe, theirs = SPAWN.Pipe()
    end, leash = SPAWN.Pipe(duplex=False)
    process = SPAWN.Process(target=run_worker, args=(theirs, end, debug), daemon=True)
    with _ignoring_interrupt(), _without_main():
        process.start()
    theirs.close()
    end.close()
    return Worker(process, pipe, leash)


@contextlib.contextmanager
def _ignoring_interrupt() -> Iterator[None]:
    """Let a process that is started here be deaf to Ctrl-C from its first moment."""
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # would lift the block when it is started later
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _without_main() -> Iterator[None]:
    """Keep workers from running the caller's script again: they need nothing of it."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _reap(worker: Worker) -> str:
    """What to say of a worker that is no more; its part files go."""
    worker.leash.close()
    worker.process.join(LEAVES_S)
    if worker.process.is_alive():  # it closed its pipe and stays
        worker.process.kill()
        worker.process.join()
    code = worker.process.exitcode
    _close(worker)
    if code >= 0:
        return f"its worker process ended with status {code}"
    memory = ", perhaps for want of memory" if code == -9 else ""
    return f"its worker process was killed by signal {-code}{memory}"


def _stop(workers: Sequence[Worker]) -> None:
    """Let go of all, wait a moment, end by force who is still there."""
    for worker in workers:
        worker.leash.close()
    deadline_s = time.monotonic() + LEAVES_S
    for worker in workers:
        worker.process.join(max(0.0, deadline_s - time.monotonic()))
        if worker.process.is_alive():
            worker.process.kill()
    for worker in workers:
        worker.process.join()
        _close(worker)


def _close(worker: Worker) -> None:
    worker.pipe.close()
    worker.shown.close()
    for folder in {target.path.parent for target in worker.job.targets} if worker.job else ():
        remove_abandoned_parts(folder)


def _since(worker: Worker) -> float:
    return time.perf_counter() - worker.since_s
