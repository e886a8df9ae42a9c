"""Draws the frames of a film in several processes, and passes them on in their order.

A frame is a pure function of its moment, so every process draws the same bytes. The processes are
forks of this one: they start in milliseconds, with the stage already set up. Their pixels come
back in memory that is shared and has no name, so nothing of it can be left behind.

A fork has only one of the threads of its parent, and whatever lock another of them holds stays
locked in it. So there are forks only where `can_fork` says so, and whoever makes the film asks for
them: nobody does so in a program of several threads, like the studio or a notebook.
"""

from __future__ import annotations

import contextlib
import gc
import mmap
import multiprocessing
import os
import signal
import sys
import threading
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing import connection
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

import numpy as np

from render.encode import ffmpeg
from render.errors import RenderError
from render.recording import Pixels

if TYPE_CHECKING:
    from render.draw.stage import Stage
    from render.timeline.plan import Moment, Timeline

AHEAD = 2  # frames that a worker has been told to draw: one in work, and the next
SPARE = 2  # frames more in memory, drawn before those in front of them
# For each worker: enough to pay for its start, and for its first frames, which are slower, since it
# copies each page of memory that it writes to. 1280×720 at 20 ms a frame, one process against two
# workers: 8 frames 134 and 156 ms, 12 frames 234 and 179, 16 frames 272 and 229.
MIN_FRAMES = 8
END_S = 1.0  # for a worker that has nothing more to draw
Take = Callable[[Pixels], None]  # gets the next frame; its pixels may be overwritten afterwards


def can_fork() -> bool:
    """Whether this process, in this thread, can be forked safely.

    Not on macOS, whose libraries don't work in a fork; nor in a worker, which has no workers of
    its own, nor beside an ffmpeg of another film, whose pipe the forks would keep open.
    """
    return (
        sys.platform == "linux"
        and threading.current_thread() is threading.main_thread()
        and not multiprocessing.current_process().daemon
        and not ffmpeg.any_runs()
    )


def workers_for(timeline: Timeline, processes: int) -> int:
    """How many workers draw a film, where so many processes may run; 1: this process draws it.

    Under a camera that moves a frame takes 20 ms to draw and x264 8 ms of two threads: there every
    core helps. Under one that rests it takes 2 ms, and x264 6: this process draws faster than any
    encoder takes frames, and a worker would only copy each of them once more.
    """
    count = min(processes, len(timeline) // MIN_FRAMES)
    return count if count > 1 and len(timeline.cameras) > 1 and can_fork() else 1


@contextlib.contextmanager
def drawing_frames(
    stage: Stage, timeline: Timeline, processes: int
) -> Iterator[Callable[[Take], None]]:
    """`with drawing_frames(…) as draw: draw(take)`: every frame once, in order.

    `processes` may draw at the same time; the frames are the same for any number. Files that are
    opened within the block are not open in them. Raises RenderError where one of them dies, and
    whatever drawing raises in it.
    """
    from render.draw.animation import draw_frames

    count = workers_for(timeline, processes)
    workers = _started(stage, timeline, count) if count > 1 else None
    if workers is None:
        yield lambda take: draw_frames(stage, timeline.moments, timeline.fps, take)
        return
    try:
        yield workers.draw
    finally:
        workers.stop()


def _started(stage: Stage, timeline: Timeline, count: int) -> FrameWorkers | None:
    """Workers that are drawing; None where the system has no room for any."""
    from render.draw.stage import drawing

    width, height = stage.size_px
    try:
        slots = Slots(count * AHEAD + SPARE, (height, width, 4))
    except (OSError, ValueError):
        return None
    workers = FrameWorkers(slots, len(timeline))
    try:
        with drawing():  # no other thread is drawing while this one forks
            stage.draw(timeline.moments[0])  # so that each worker has the still layer
            for _ in range(count):
                workers.start(stage, timeline)
    except OSError:  # too few processes, files or memory
        if not workers:
            return None
    except BaseException:
        workers.stop()
        raise
    return workers


class Slots:
    """Frames in memory that forks share."""

    def __init__(self, count: int, shape: tuple[int, int, int]) -> None:
        bytes_each = int(np.prod(shape))
        # Not given back by hand: the arrays hold it, and so does whoever still has one of them.
        memory = mmap.mmap(-1, count * bytes_each)
        self.pixels = [*np.frombuffer(memory, np.uint8).reshape(count, *shape)]


@dataclass
class Worker:
    """A process, and the frames that it has been told to draw."""

    process: Any
    pipe: Connection  # frames there, their numbers back
    frames: deque[int] = field(default_factory=deque)


class FrameWorkers:
    """Several processes that draw the frames of one film."""

    def __init__(self, slots: Slots, frames: int) -> None:
        self._slots, self._frames = slots, frames
        self._free = deque(range(len(slots.pixels)))
        self._slot_of: dict[int, int] = {}  # of the frames that are told and not yet taken
        self._drawn: set[int] = set()
        self._told = 0
        self._workers: list[Worker] = []

    def __len__(self) -> int:
        return len(self._workers)

    def start(self, stage: Stage, timeline: Timeline) -> None:
        """Start one more, and let it draw. Raises OSError."""
        fork = multiprocessing.get_context("fork")
        pipe, worker_pipe = fork.Pipe()
        with contextlib.ExitStack() as opened:
            opened.enter_context(pipe)
            opened.enter_context(worker_pipe)
            inherited = [pipe, *(worker.pipe for worker in self._workers)]
            arguments = (stage, timeline, self._slots, worker_pipe, inherited)
            process = fork.Process(target=_work, args=arguments, name="frames", daemon=True)
            with _undisturbed():
                process.start()
            worker_pipe.close()
            opened.pop_all()
        self._workers.append(Worker(process, pipe))
        self._tell()

    def draw(self, take: Take) -> None:
        """Pass on every frame, in order."""
        for number in range(self._frames):
            while number not in self._drawn:
                self._receive()
            self._drawn.discard(number)
            slot = self._slot_of.pop(number)
            take(self._slots.pixels[slot])
            self._free.append(slot)
            self._tell()

    def stop(self) -> None:
        """End all of them; none holds anything that would be lost."""
        for worker in self._workers:
            worker.pipe.close()
            if worker.frames:
                worker.process.kill()
        for worker in self._workers:
            worker.process.join(END_S)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
            worker.process.close()
        self._workers.clear()

    def _tell(self) -> None:
        """Give the next frames to the workers that have fewest to draw, as long as there is room.

        Slots are given in the order of the frames, so the first frame that is awaited has one.
        """
        while self._free and self._told < self._frames:
            worker = min(self._workers, key=lambda worker: len(worker.frames))
            if len(worker.frames) >= AHEAD:
                return
            number, slot = self._told, self._free.popleft()
            self._told += 1
            self._slot_of[number] = slot
            worker.frames.append(number)
            with contextlib.suppress(OSError):  # it is dead: reading from it will fail, too
                worker.pipe.send((number, slot))

    def _receive(self) -> None:
        """Wait for frames. Raises what a worker raised, and RenderError for one that died."""
        pipes = {worker.pipe: worker for worker in self._workers}
        for pipe in connection.wait([*pipes]):
            worker = pipes[pipe]  # type: ignore[index]  # only connections are waited for
            try:
                said = worker.pipe.recv()
            except (EOFError, OSError):
                raise _death(worker) from None
            if isinstance(said, BaseException):
                raise said
            worker.frames.remove(said)
            self._drawn.add(said)
        self._tell()


def _death(worker: Worker) -> RenderError:
    """What to tell of a worker that died."""
    worker.process.join(END_S)
    code = worker.process.exitcode
    if code is None or code >= 0:
        return RenderError(f"a process that drew frames ended with status {code}")
    memory = ", perhaps because there was too little memory" * (code == -9)
    return RenderError(f"a process that drew frames was killed by signal {-code}{memory}")


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """A block in which a fork gets no signal before it has its own handlers."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, set(_OURS))
    try:
        with warnings.catch_warnings():
            # Newer versions of Python warn of every fork of a process with threads; see above.
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# What a terminal sends to all processes: the parent alone decides what ends.
_OURS = [
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGXCPU")
    if hasattr(signal, name)
]


def _work(
    stage: Stage,
    timeline: Timeline,
    slots: Slots,
    pipe: Connection,
    inherited: Iterable[Connection],
) -> None:
    """What a worker does: draw the frames whose numbers come through the pipe, until it ends."""
    status = 1
    try:
        _become_worker(inherited)
        _draw(stage, timeline, slots, pipe)
        status = 0
    except BaseException as error:
        with contextlib.suppress(Exception):
            pipe.send(_sendable(error))
            status = 0
    finally:
        os._exit(status)  # nothing of the parent's is flushed, removed or waited for here


def _become_worker(inherited: Iterable[Connection]) -> None:
    """Let go of what only the parent may use."""
    signal.set_wakeup_fd(-1)
    for number in _OURS:
        signal.signal(number, signal.SIG_DFL if number == signal.SIGTERM else signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, set(_OURS))
    for pipe in inherited:  # while a worker holds its parent's end it wouldn't see its parent die
        pipe.close()
    # Another thread of the parent may have been printing, under a lock that stays locked here.
    sys.stdout = sys.stderr = open(2, "w", errors="replace", closefd=False)  # noqa: SIM115
    gc.freeze()  # collecting would copy the pages of all that is shared with the parent
    gc.enable()  # it may rest there


def _draw(stage: Stage, timeline: Timeline, slots: Slots, pipe: Connection) -> None:
    from render.draw.animation import draw_frames
    from render.draw.stage import drawing

    asked: deque[tuple[int, int]] = deque()

    def moments() -> Iterator[Moment]:
        while True:
            try:
                number, slot = pipe.recv()
            except (EOFError, OSError):  # all is drawn, or the parent has died
                return
            asked.append((number, slot))
            yield timeline.moments[number]

    def take(pixels: Pixels) -> None:
        number, slot = asked.popleft()
        np.copyto(slots.pixels[slot], pixels)
        pipe.send(number)

    with drawing():
        draw_frames(stage, moments(), timeline.fps, take)


def _sendable(error: BaseException) -> BaseException:
    """The error, with its traceback as a note; what can't be sent as text."""
    import pickle
    import traceback

    text = "".join(traceback.format_exception(error))
    error.add_note(f"in a process that draws frames:\n{text}")
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
