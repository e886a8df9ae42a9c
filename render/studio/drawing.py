"""The one process that draws, as its parent sees it: asked for pictures, cancelled, restarted."""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from render.draw.matplotlib_import import undocumented_artists
from render.errors import ConfigError, RenderError
from render.jobs.collector import resting_collector
from render.jobs.cores import limit_threads
from render.jobs.interrupt import exit_now, exit_when_terminated
from render.jobs.processes import SPAWN, started
from render.studio.ask import SET_UP, Ask

SHOWN, AHEAD, BACKGROUND = 0, 1, 2  # what is drawn first
REPORT_S = 0.1  # between two reports of progress
MAX_WAITING = 400  # requests; a page asks for the next picture when it has the last
TRIES = 2  # of a picture whose process died
IDLE_S = 0.7  # without a request, after which the drawing process does what can wait
NEARLY_S = 0.3  # a picture that is set up so soon is finished, although a newer one was asked for


class Superseded(Exception):
    """Nobody waits for this picture any more: a newer one was asked for."""


class _Cancelled(BaseException):
    """Ends a computation that a newer change made useless."""


def serve(pipe: Connection, cancels: Connection) -> None:
    """The drawing process: answers one request after the other until `cancels` is closed."""
    exit_when_terminated()
    limit_threads()
    cancelled: set[int] = set()
    threading.Thread(target=_listen, args=(cancels, cancelled), daemon=True).start()
    with contextlib.suppress(EOFError, OSError), resting_collector(), undocumented_artists():
        from render.studio.painter import Painter

        painter = Painter(alone=True)
        imports = painter.imports()
        while True:
            while imports and not pipe.poll():
                imports.pop(0)()
            while not pipe.poll(IDLE_S if painter.late else None):
                painter.rest()
            number, kind, ask, options = pipe.recv()
            if kind == "begin":
                pipe.send(("answer", number, None))
                continue
            progress = _Progress(pipe, number, cancelled)
            try:
                reply: tuple[Any, ...] = (
                    "answer",
                    number,
                    painter.answer(kind, ask, options, progress),
                )
            except _Cancelled:
                reply = "cancelled", number, None
            except ConfigError as error:
                reply = "refused", number, (str(error), list(error.problems))
            except RenderError as error:
                reply = "refused", number, (str(error), [])
            except Exception as error:
                from render.jobs.outcome import internal_error

                reply = "refused", number, (internal_error(error, debug=False), [])
            cancelled.discard(number)
            pipe.send(reply)
            if painter.full:
                painter.rest()


def _listen(cancels: Connection, cancelled: set[int]) -> None:
    """Note what is cancelled; end this process when the parent closes its end, or dies."""
    with contextlib.suppress(EOFError, OSError):
        while True:
            cancelled.add(cancels.recv())
    exit_now(0)


@dataclass
class _Progress:
    """Reports the progress of a request, and ends it when it is cancelled."""

    pipe: Connection
    number: int
    cancelled: set[int]
    told_s: float = 0.0
    began_s: float = field(default_factory=time.monotonic)

    def __call__(self, stage: str, done: int, total: int) -> None:
        now_s = time.monotonic()
        nearly = stage == SET_UP and now_s - self.began_s < NEARLY_S
        if self.number in self.cancelled and not nearly:
            raise _Cancelled
        if now_s - self.told_s > REPORT_S:
            self.told_s = now_s
            self.pipe.send(("progress", self.number, (stage, done, total)))


@dataclass(order=True)
class Request:
    """Something that the drawing process is asked for."""

    priority: int
    number: int
    kind: str = field(compare=False)
    ask: Ask | None = field(compare=False)
    options: dict[str, Any] = field(compare=False)
    tab: str = field(compare=False)  # of the browser, whose newer changes replace this
    result: Future[Any] = field(compare=False)
    tries: int = field(default=0, compare=False)


Reported = Callable[[str, str, int, int], None]  # tab, stage, done, total


class Drawing:
    """The drawing process, which is started again when it dies."""

    def __init__(self, reported: Reported = lambda tab, stage, done, total: None) -> None:
        self._reported = reported
        self._condition = threading.Condition()
        self._waiting: list[Request] = []
        self._current: Request | None = None
        self._numbers = itertools.count(1)
        self._closed = False
        self._process: Any = None
        self._pipe: Connection | None = None
        self._cancels: Connection | None = None
        self._thread = threading.Thread(target=self._run, name="drawing", daemon=True)
        self._thread.start()

    def ask(
        self,
        kind: str,
        ask: Ask | None = None,
        tab: str = "",
        priority: int = SHOWN,
        **options: Any,
    ) -> Future[Any]:
        """The answer to come; its exception is RenderError, or Superseded."""
        result: Future[Any] = Future()
        request = Request(priority, next(self._numbers), kind, ask, options, tab, result)
        with self._condition:
            if self._closed or len(self._waiting) >= MAX_WAITING:
                result.set_exception(Superseded())
                return result
            self._waiting.append(request)
            self._condition.notify_all()
        return result

    def supersede(self, tab: str, key: str) -> None:
        """Drop what a tab asked of other films than this one, and cancel what is computed."""
        with self._condition:
            dropped = [one for one in self._waiting if _outdated(one, tab, key)]
            self._waiting = [one for one in self._waiting if one not in dropped]
            current, cancels = self._current, self._cancels
            if current is not None and cancels is not None and _outdated(current, tab, key):
                with contextlib.suppress(OSError):
                    cancels.send(current.number)
        _forget(dropped)

    def cancel(self, result: Future[Any]) -> None:
        """Forget a request that has not begun: its reader has gone."""
        with self._condition:
            found = [one for one in self._waiting if one.result is result]
            self._waiting = [one for one in self._waiting if one.result is not result]
        _forget(found)

    @property
    def pid(self) -> int | None:
        """The number of the process, while it runs."""
        return None if self._process is None else self._process.pid

    @property
    def waiting(self) -> int:
        """How many requests wait."""
        return len(self._waiting)

    def close(self) -> None:
        """End the process; what is still asked is superseded."""
        with self._condition:
            self._closed = True
            left, self._waiting = self._waiting, []
            self._condition.notify_all()
        _forget(left)
        self._thread.join(0.2 if self._current else 2)
        self._end()
        self._thread.join(2)

    def _run(self) -> None:
        while True:
            with self._condition:
                while not self._waiting and not self._closed:
                    self._condition.wait()
                if self._closed:
                    return
                request = min(self._waiting)
                self._waiting.remove(request)
                if not request.result.set_running_or_notify_cancel():
                    continue
                self._current = request
            self._serve(request)
            with self._condition:
                self._current = None

    def _serve(self, request: Request) -> None:
        """Have one request answered; a process that dies of it is started again once."""
        error = "the drawing process can't be started"
        while request.tries < TRIES and not self._closed:
            request.tries += 1
            try:
                self._start()
                assert self._pipe is not None
                self._pipe.send((request.number, request.kind, request.ask, request.options))
                self._receive(request)
                return
            except (EOFError, OSError) as fault:
                error = self._cause(fault)
        request.result.set_exception(Superseded() if self._closed else RenderError(error))

    def _receive(self, request: Request) -> None:
        assert self._pipe is not None
        while True:
            word, number, content = self._pipe.recv()
            if word == "progress":
                self._reported(request.tab, *content)
            elif number == request.number:
                break
        if word == "answer":
            request.result.set_result(content)
        elif word == "cancelled":
            request.result.set_exception(Superseded())
        else:
            text, problems = content
            error = ConfigError(text, problems) if problems else RenderError(text)
            request.result.set_exception(error)

    def _start(self) -> None:
        if self._process is not None and self._process.is_alive():
            return
        self._end()
        pipe, theirs = SPAWN.Pipe()
        cancels_theirs, cancels = SPAWN.Pipe(duplex=False)
        process = started(serve, theirs, cancels_theirs)
        theirs.close()
        cancels_theirs.close()
        with self._condition:
            self._process, self._pipe, self._cancels = process, pipe, cancels

    def _cause(self, fault: Exception) -> str:
        process = self._process
        if process is None:
            return f"the drawing process can't be started: {fault}"
        process.join(1)
        code = process.exitcode
        self._end()
        if code is not None and code < 0:
            memory = ", perhaps because there was too little memory" if code == -9 else ""
            return f"the drawing process was killed by signal {-code}{memory}"
        return f"the drawing process ended with status {code}"

    def _end(self) -> None:
        with self._condition:
            process, pipe, cancels = self._process, self._pipe, self._cancels
            self._process = self._pipe = self._cancels = None
        for one in (cancels, pipe):
            if one is not None:
                one.close()
        if process is not None:
            process.join(1)
            if process.is_alive():
                process.kill()
                process.join()


def _forget(requests: list[Request]) -> None:
    """End requests that have not begun."""
    for one in requests:
        if one.result.set_running_or_notify_cancel():
            one.result.set_exception(Superseded())


def _outdated(request: Request, tab: str, key: str) -> bool:
    of_tab = bool(tab) and request.tab == tab and request.ask is not None
    return of_tab and request.ask is not None and request.ask.key != key
