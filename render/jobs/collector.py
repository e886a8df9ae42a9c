"""Python's collector of cycles rests while a process of ours starts.

What imports leave stays until the end, and the collector looks through it again and again: that
is a tenth of the time in which torch is imported, and a fifth of Matplotlib's.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator
from contextvars import ContextVar

Progress = Callable[[str, int, int], None]  # stage, done, total


class Rest:
    """A rest of the collector, from when it is made until it is woken for the first time."""

    def __init__(self) -> None:
        self._lasts = gc.isenabled()  # one that is off stays off
        if self._lasts:
            gc.disable()

    def end(self) -> None:
        """Let it work, and pass over all that is there by now; does nothing the second time."""
        if self._lasts:
            self._lasts = False
            gc.freeze()
            gc.enable()


_PRESENT: ContextVar[Rest | None] = ContextVar("rest", default=None)  # of the block that runs


@contextlib.contextmanager
def resting_collector() -> Iterator[None]:
    """A block in which the collector rests until `wake` is called; one that is off stays off."""
    rest = Rest()
    outer = _PRESENT.set(rest)
    try:
        yield
    finally:
        _PRESENT.reset(outer)
        rest.end()


def wake() -> None:
    """End the rest of the block that runs, if it has one that lasts."""
    if (rest := _PRESENT.get()) is not None:
        rest.end()


def waking(progress: Progress) -> Progress:
    """The same function, which also wakes it at the first step or picture: all is imported."""

    def step(stage: str, done: int, total: int) -> None:
        if done:
            wake()
        progress(stage, done, total)

    return step
