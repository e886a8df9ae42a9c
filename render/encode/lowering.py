"""A file that is too large in, what to give up and in which order out.

First colours, which the eye misses least; then the rate; then the size, which costs words.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

COLOURS = (128, 64)
RATES = (20, 15, 12, 10)  # frames per second
SIZES = (0.85, 0.7, 0.6, 0.5, 0.4, 0.3, 0.25)  # of its width
NARROWEST_PX = 160


@dataclass(frozen=True)
class Step:
    """What a file is made with."""

    size_px: tuple[int, int]
    fps: int
    colours: int

    def __str__(self) -> str:
        width, height = self.size_px
        return f"{width}×{height} at {self.fps} fps in {self.colours} colours"

    def given_up(self, first: Step) -> str:
        """What it has less of than the first."""
        pairs = (
            (f"{self.colours} colours", f"{first.colours}", self.colours != first.colours),
            (f"{self.fps} fps", f"{first.fps}", self.fps != first.fps),
            (_sized(self), _sized(first), self.size_px != first.size_px),
        )
        return ", ".join(f"{now} instead of {was}" for now, was, other in pairs if other)


def _sized(step: Step) -> str:
    return "×".join(map(str, step.size_px))


def steps(first: Step) -> tuple[Step, ...]:
    """The first and all that may follow, each with less than the one before."""
    return tuple(_steps(first))


def _steps(now: Step) -> Iterator[Step]:
    yield now
    (width, height) = now.size_px
    for colours in COLOURS:
        if colours < now.colours:
            yield (now := replace(now, colours=colours))
    for fps in RATES:
        if fps < now.fps:
            yield (now := replace(now, fps=fps))
    for part in SIZES:
        narrow = round(width * part)
        if narrow >= NARROWEST_PX:
            yield (now := replace(now, size_px=(narrow, round(narrow * height / width))))


def weight(step: Step) -> float:
    """How large its file is compared to those of others, roughly: measured on our films."""
    width, _ = step.size_px
    return math.log2(step.colours) ** 0.6 * step.fps**0.65 * width**1.2


def next_try(ladder: tuple[Step, ...], made: Mapping[int, int], most: int) -> int | None:
    """Which step to make next, given the bytes of those that were; None if the best is known.

    The first that should fit, judged by the nearest one made. The last if even that doesn't:
    then there is none.
    """
    low = max((i for i, size in made.items() if size > most), default=-1)
    high = min((i for i, size in made.items() if size <= most), default=len(ladder))
    between = range(low + 1, high)
    for i in between:
        near = min(made, key=lambda j: abs(j - i), default=i)
        if made.get(near, 0) * weight(ladder[i]) / weight(ladder[near]) <= most:
            return i
    return between[-1] if between else None
