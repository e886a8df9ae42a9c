"""Starts processes of this package. It imports nothing heavy, so that one can be started early."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from multiprocessing import resource_tracker
from types import ModuleType
from typing import Any

SPAWN = multiprocessing.get_context("spawn")  # forks of a process with threads hang


def started(target: Callable[..., None], *args: object) -> Any:
    """A new process that runs a function of this package; it ends with this one.

    It ignores Ctrl-C, and does not run the caller's script again. Raises OSError.
    """
    process = SPAWN.Process(target=target, args=args, daemon=True)
    with _starting, _ignoring_interrupt(), _without_main():
        process.start()
    return process


_starting = threading.Lock()  # of several threads that start workers one replaces `__main__`


@contextlib.contextmanager
def _ignoring_interrupt() -> Iterator[None]:
    """A block in which a process that is started ignores Ctrl-C from its beginning."""
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # started within the block, it would unblock SIGINT
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _NoScript(ModuleType):
    """In the place of `__main__`: all that is in it, but not the file that it was read from."""

    def __init__(self, main: ModuleType) -> None:
        super().__init__("__main__")
        self.__dict__["_main"] = main

    def __getattr__(self, name: str) -> Any:
        if name == "__file__":
            raise AttributeError(name)
        return getattr(self.__dict__["_main"], name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.__dict__["_main"], name, value)


@contextlib.contextmanager
def _without_main() -> Iterator[None]:
    """A block in which a process that is started doesn't run the caller's script again.

    Other threads, which may be pickling the script's own classes, find them meanwhile.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = _NoScript(main)
    try:
        yield
    finally:
        sys.modules["__main__"] = main
