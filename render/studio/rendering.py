"""The films that are rendered, one after another, by the jobs of the command line."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from render.jobs.processes import SPAWN
from render.jobs.progress import NoProgress, Reporter

if TYPE_CHECKING:
    from render.jobs.outcome import Numbered, Outcome, Outcomes
    from render.jobs.plan import Job
    from render.pipeline import Progress

MAX_KEPT = 50  # films that are listed
ENDED = ("made", "unchanged", "failed", "cancelled")


@dataclass
class Rendering:
    """A film that waits, is made, or is there."""

    number: int
    job: Job
    state: str = "waiting"  # waiting, running, or one of ENDED
    stage: str = ""
    done: int = 0
    total: int = 0
    message: str = ""
    files: list[Path] = field(default_factory=list)
    wanted: bool = True
    end: Connection | None = None  # as long as it is made: what is sent there ends that

    @property
    def facts(self) -> dict[str, Any]:
        """It as the page has it."""
        return {
            "id": self.number,
            "film": self.job.spec.name,
            "state": self.state,
            "stage": self.stage,
            "done": self.done,
            "total": self.total,
            "message": self.message,
            "files": [path.name for path in self.files],
        }


class Queue:
    """Films that are made one at a time, whether or not a page looks on."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._all: dict[int, Rendering] = {}
        self._closed = False
        self._last = 0
        self._thread: threading.Thread | None = None

    def add(self, job: Job) -> Rendering:
        """Make a film after those that wait."""
        with self._condition:
            self._last += 1
            one = Rendering(self._last, job)
            self._all[one.number] = one
            for number in [n for n, other in self._all.items() if other.state in ENDED]:
                if len(self._all) > MAX_KEPT:
                    del self._all[number]
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="rendering", daemon=True)
                self._thread.start()
            self._condition.notify_all()
        return one

    def get(self, number: int) -> Rendering | None:
        """The film of a number, as long as it is listed."""
        return self._all.get(number)

    @property
    def all(self) -> list[Rendering]:
        """All that are listed, the newest first."""
        with self._condition:
            return [*reversed(self._all.values())]

    def cancel(self, number: int) -> None:
        """Stop a film that is not there yet."""
        with self._condition:
            one = self._all.get(number)
            if one is not None and one.state not in ENDED:
                _end(one)

    def close(self) -> None:
        """Stop all."""
        with self._condition:
            self._closed = True
            for one in self._all.values():
                _end(one)
            self._condition.notify_all()
        if self._thread is not None:
            self._thread.join(5)

    def _next(self) -> Rendering | None:
        with self._condition:
            while True:
                if self._closed:
                    return None
                waiting = (one for one in self._all.values() if one.state == "waiting")
                one = next(waiting, None)
                if one is not None:
                    one.state = "running"
                    return one
                self._condition.wait()

    def _run(self) -> None:
        while (one := self._next()) is not None:
            try:
                self._make(one)
            except Exception as error:
                one.state, one.message = "failed", f"{type(error).__name__}: {error}"

    def _make(self, one: Rendering) -> None:
        from render.jobs.run import outcomes_of

        told, end = SPAWN.Pipe(duplex=False)
        with told, end:
            with self._condition:
                one.end = end
                if not one.wanted:
                    _end(one)
            try:
                runner = partial(_one_worker, end=told)
                with closing(outcomes_of([one.job], runner, _Reporter(one))) as outcomes:
                    for _, outcome in outcomes:
                        _note(one, outcome)
            finally:
                with self._condition:
                    one.end = None


def _end(one: Rendering) -> None:
    """Stop a film that is not there yet, at once; one that waits is never begun."""
    one.wanted = False
    if one.state == "waiting":
        one.state = "cancelled"
    elif one.end is not None:
        with suppress(OSError):
            one.end.send(None)


def _one_worker(jobs: Sequence[Numbered], reporter: Reporter, end: Connection) -> Outcomes:
    """In a process of its own, which can be stopped."""
    from render.jobs.workers import worker_outcomes

    return worker_outcomes(jobs, reporter, 1, end=end)


def _note(one: Rendering, outcome: Outcome) -> None:
    """What became of a film."""
    from render.jobs.fit import check_fit

    report = outcome.report
    if not outcome.begun:  # its process was ended, and has removed what was written
        one.state = "cancelled"
        return
    one.state = outcome.word
    if report is None:
        one.message = outcome.error or ""
        return
    fit = check_fit(one.job, report)
    told = [report.message, *(fit.messages if fit is not None else ())]
    one.message = "\n".join(filter(None, told))
    one.files = [output.path for output in report.outputs if output.path.is_file()]


@dataclass
class _Reporter(NoProgress):
    """Notes the progress of a film."""

    one: Rendering

    @contextmanager
    def film(self, name: str) -> Iterator[Progress]:
        def progress(stage: str, done: int, total: int) -> None:
            self.one.stage, self.one.done, self.one.total = stage, done, total

        yield progress
