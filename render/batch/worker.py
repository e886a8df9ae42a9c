"""A process of its own: jobs in through a pipe, steps and outcomes out, until its leash is let go.

Imports nothing heavy before the process is set up.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from multiprocessing.connection import Connection

from render.batch.interrupt import leave
from render.batch.threads import one_each


def work(pipe: Connection, leash: Connection, debug: bool) -> None:
    """Make what comes, one after another."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to all: the parent decides
    one_each()
    threading.Thread(target=_follow, args=(leash,), name="leash", daemon=True).start()
    from render.batch.making import made

    with contextlib.suppress(EOFError, OSError):  # nobody is there any more
        while True:
            pipe.send(made(pipe.recv(), Steps(pipe), debug))


class Steps:
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
    leave(0)
