"""How numbers that were measured are written, and the ends of the axis that holds them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from render.draw.numbers import figures
from render.numerals import significant
from render.recording import Array

DECADES = 12  # of a logarithmic axis at most: smaller numbers are drawn at its foot
DIGITS = 3  # of a number on a logarithmic axis
PAD = 0.08  # above and below the curves, in their extent
MAX_WRITTEN = 20_000  # numbers that are written to find the widest
WIDEST = 11  # letters of a number in three digits


def writer(values: Array, log: bool) -> Callable[[float], str]:
    """How to write numbers (M,), all equally wide; in three digits where they span decades."""
    finite = values[np.isfinite(values)]
    if not log:
        return figures(finite)
    if len(finite) > MAX_WRITTEN:
        wide = WIDEST
    else:
        wide = max((len(significant(value, DIGITS)) for value in finite.tolist()), default=1)
    return lambda value: significant(value, DIGITS).rjust(wide)


def limits(drawn: list[Array], log: bool) -> tuple[float, float]:
    """The ends of an axis that holds numbers (…,), which may be nan."""
    every = np.concatenate([numbers.ravel() for numbers in drawn])
    every = every[np.isfinite(every)]
    if log:
        every = every[every > 0]
        if not len(every):
            return 0.1, 10.0
        high = float(every.max())
        low = max(float(every.min()), high / 10.0**DECADES)
        return 0.4 * low, 3 * high
    if not len(every):
        return -1.0, 1.0
    low, high = float(every.min()), float(every.max())
    pad = PAD * (high - low) or max(0.25 * abs(high), 0.5)
    return low - pad, high + pad
