"""How far a long computation is, reported often enough for a progress bar."""

from __future__ import annotations

from collections.abc import Callable

REPORTS = 200  # at most so many of one computation: a bar needs no more, and each costs time

Progress = Callable[[int, int], None]  # done, of how many in all


def silent(done: int, total: int) -> None:
    """Report nothing."""


class Counter:
    """Counts what is done up to a total, and reports it at even distances and at the total."""

    def __init__(self, total: int, progress: Progress) -> None:
        self._total, self._progress = total, progress
        self._stride = max(1, -(-total // REPORTS))
        self._done, self._next = 0, min(self._stride, total)

    def __call__(self) -> None:
        """One more is done."""
        self._done += 1
        if self._done == self._next:
            self._next = min(self._next + self._stride, self._total)
            self._progress(self._done, self._total)
