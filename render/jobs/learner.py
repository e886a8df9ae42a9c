"""A process that learns one film's runs while this one imports what draws them.

torch takes longer to import than everything else together. A film that is the only one of its
command, and whose runs are not in the cache, is learnt in a fork of this process, which alone
imports torch; meanwhile this one imports Matplotlib and all else that drawing needs. What is
learnt comes back as the entries of the cache, so it is equal to the last bit. A fork that ends
early leaves the rest to this process, where an error has its whole traceback.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

import numpy as np

from render.cache.store import FILMS, MemoryStore, Store
from render.errors import RenderError
from render.jobs.collector import wake
from render.jobs.cores import cores
from render.jobs.interrupt import TOLD
from render.jobs.plan import Job
from render.jobs.workers import PipedProgress

if TYPE_CHECKING:
    from render.config.spec import Spec
    from render.pipeline import Progress

EXIT_S = 1.0  # for a fork to end by itself, once it has sent everything


@contextlib.contextmanager
def learning_apart(job: Job, progress: Progress) -> Iterator[Job]:
    """The job, whose runs are learnt in another process where that is faster; ends it."""
    if not _is_faster(job):
        yield job
        return
    drawn = job.still is not None or any(target.format.draws for target in job.targets)
    learner = Learner(job.spec, job.store, progress, _ready_to_draw if drawn else _nothing)
    try:
        yield replace(job, store=_Learning.by(learner))
    finally:
        learner.stop()


def _is_faster(job: Job) -> bool:
    """Whether there is a core for it, and torch to import; forks are safe on Linux alone."""
    idle = sys.platform == "linux" and cores() > 1
    return idle and job.source is None and "torch" not in sys.modules


def _ready_to_draw() -> None:
    from render.draw.ready import get_ready
    from render.encode.image import encode_image

    with contextlib.suppress(RenderError):  # whoever draws raises it again
        get_ready()
        encode_image(np.zeros((1, 1, 3), np.uint8), ".png")


def _nothing() -> None:
    pass


class Learner:
    """A fork that learns the runs of a spec from the first moment at which one is missed."""

    def __init__(
        self, spec: Spec, store: Store, progress: Progress, meanwhile: Callable[[], None]
    ) -> None:
        self.disk = store
        self._spec, self._progress, self._meanwhile = spec, progress, meanwhile
        self._process: Any = None
        self._pipe: Connection | None = None
        self._stop: Connection | None = None
        self._ended = False

    def entry(self, entries: dict[tuple[str, str], bytes], stage: str, key: str) -> bytes | None:
        """An entry of the fork, put among the entries; None if it has ended without that.

        Progress is reported meanwhile. Raises RenderError where the fork has raised it.
        """
        if self._process is None and not self._ended:
            self._start()
        while (stage, key) not in entries and not self._ended:
            assert self._pipe is not None
            try:
                message = self._pipe.recv()
                if isinstance(message, _Entry):
                    entries[message.stage, message.key] = self._pipe.recv_bytes()
            except (EOFError, OSError):
                self._ended = True
                break
            if isinstance(message, RenderError):
                self._ended = True
                raise message
            if isinstance(message, tuple):
                self._progress(*message)
        return entries.get((stage, key))

    def stop(self) -> None:
        """End the fork."""
        self._ended = True
        for pipe in (self._stop, self._pipe):
            if pipe is not None:
                pipe.close()
        if self._process is not None:
            self._process.join(EXIT_S)
            if self._process.is_alive():
                self._process.kill()
            self._process.join()

    def _start(self) -> None:
        fork = multiprocessing.get_context("fork")
        try:
            with contextlib.ExitStack() as opened, _blocking_signals():
                pipe, theirs = map(opened.enter_context, fork.Pipe())
                ended, stop = map(opened.enter_context, fork.Pipe(duplex=False))
                ours = pipe, stop  # closed in the fork, which else would keep itself alive
                arguments = theirs, ended, ours, self._spec, self.disk
                process = fork.Process(target=_learn, args=arguments)
                process.start()
                theirs.close()
                ended.close()
                opened.pop_all()
        except OSError:  # there are too many processes, or files
            self._ended = True
            return
        self._process, self._pipe, self._stop = process, pipe, stop
        self._meanwhile()


@contextlib.contextmanager
def _blocking_signals() -> Iterator[None]:
    """A block in which a process that is forked gets no signal that ends this one."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, TOLD)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@dataclass(frozen=True)
class _Entry:
    """What is sent before the bytes of an entry."""

    stage: str
    key: str


@dataclass(frozen=True)
class _Learning(MemoryStore):
    """The store of the film: what is missed there comes from the learner."""

    learner: Learner | None = field(default=None, compare=False)

    @classmethod
    def by(cls, learner: Learner) -> _Learning:
        """A store with the entries of the disk and those of the learner."""
        disk = learner.disk
        return cls(disk.folder, disk.reads, disk.writes, disk.limit_bytes, disk, learner=learner)

    def read(self, stage: str, key: str) -> bytes | None:
        found = super().read(stage, key)
        if found is None and stage != FILMS and self.learner is not None:
            return self.learner.entry(self.entries, stage, key)
        return found


@dataclass(frozen=True)
class _Sending(MemoryStore):
    """The store of the fork: what is new is stored, and sent."""

    pipe: Connection | None = field(default=None, compare=False)
    unsent: str = ""  # a stage

    def write(self, stage: str, key: str, body: bytes) -> None:
        super().write(stage, key, body)
        if self.pipe is not None and stage != self.unsent:
            self.pipe.send(_Entry(stage, key))
            self.pipe.send_bytes(body)


def _learn(
    pipe: Connection, ended: Connection, ours: tuple[Connection, ...], spec: Spec, disk: Store
) -> None:
    """Learn the runs, and send each result; runs in the fork."""
    signal.set_wakeup_fd(-1)  # which would wake the parent
    for number in TOLD:
        signal.signal(number, signal.SIG_DFL if number == signal.SIGTERM else signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, TOLD)
    for connection in ours:
        connection.close()
    threading.Thread(target=_exit_with_parent, args=(ended,), name="stop", daemon=True).start()
    from render.learn.lean_torch import import_lean_torch
    from render.pipeline import learn

    network = spec.each[0].model.network
    if not network:
        import_lean_torch()
    wake()
    unsent = "recording" if network else ""  # weights stay here: on their plane they are smaller
    own = (disk.folder, disk.reads, disk.writes, disk.limit_bytes, disk)
    with contextlib.suppress(BrokenPipeError):
        try:
            learn(spec, _Sending(*own, pipe=pipe, unsent=unsent), PipedProgress(pipe))
        except RenderError as error:
            pipe.send(error)
        except Exception:  # the parent meets it too, and has the whole traceback
            pass


def _exit_with_parent(ended: Connection) -> None:
    """End this process at once when the parent closes its end, or dies."""
    with contextlib.suppress(EOFError, OSError):
        ended.recv_bytes()
    os._exit(0)
