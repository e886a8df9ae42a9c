"""Formats numbers with one width and one count of decimals in a film, so that none moves."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from render.recording import Array

BRIEF_WIDTH = 7  # letters of a brief number
DIGITS = 4  # of the largest value of a series


@dataclass(frozen=True)
class Figures:
    """Writes numbers of a series, all equally wide, with a true minus sign."""

    width: int
    decimals: int
    scientific: bool = False

    def __call__(self, value: float) -> str:
        if self.scientific:
            return f"{value:{self.width}.{self.decimals}e}".replace("-", "−")
        value = round(float(value), self.decimals) + 0.0  # no −0.00
        return f"{value:{self.width}.{self.decimals}f}".replace("-", "−")


def figures(values: Array, digits: int = DIGITS) -> Figures:
    """How to write the values of a series so that its largest shows `digits` digits.

    At least two decimals, because late losses are small; powers of ten from a million on.
    """
    largest = float(np.abs(values).max(initial=0.0))
    if largest >= 1e6:
        return Figures(width=9, decimals=2, scientific=True)
    if 0 < largest < 1e-4:
        return Figures(width=9, decimals=2, scientific=True)
    whole = len(f"{largest:.0f}")
    leading = max(0, -math.floor(math.log10(largest)) - 1) if largest > 0 else 0  # zeros
    decimals = max(2, digits - whole) + leading
    return Figures(width=whole + decimals + 2, decimals=decimals)


def brief(value: float) -> str:
    """A number in four significant digits, BRIEF_WIDTH letters wide."""
    if value and not 1e-3 <= abs(value) < 1e4:
        return f"{value:.1e}".replace("-", "−").rjust(BRIEF_WIDTH)
    before = math.floor(math.log10(abs(value))) if value else 0
    return f"{value:.{min(4, max(0, 3 - before))}f}".replace("-", "−").rjust(BRIEF_WIDTH)


def brief_width(values: Array) -> int:
    """How many letters the widest of values (N,) has in brief form.

    The power of ten of a diverged loss has three digits.
    """
    ends = values.min(), values.max(), values[np.abs(values).argmin()]
    return max(BRIEF_WIDTH, *(len(brief(float(value))) for value in ends))
