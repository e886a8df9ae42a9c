"""Python's collector of cycles rests while a process of ours starts.

What imports leave stays until the end, and the collector looks through it again and again: that
is a tenth of the time in which torch is imported, and a fifth of Matplotlib's.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator

Progress = Callable[[str, int, int], None]  # stage, done, total

_resting = False


@contextlib.contextmanager
def resting_collector() -> Iterator[None]:
    """A block in which the collector rests until `wake` is called; one that is off stays off."""
    global _resting
    if not gc.isenabled():
        yield
        return
    _resting = True
    gc.disable()
    try:
        yield
    finally:
        wake()


def wake() -> None:
    """Let it work, and pass over all that is there by now; does nothing where it doesn't rest."""
    global _resting
    if _resting:
        _resting = False
        gc.freeze()
        gc.enable()


def waking(progress: Progress) -> Progress:
    """The same function, which also wakes it at the first step or picture: all is imported."""

    def step(stage: str, done: int, total: int) -> None:
        if done:
            wake()
        progress(stage, done, total)

    return step
