"""Rastrigin's function: a bowl with many local minima."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import cos, pi, sin
from typing import Any

from render.learn import elementwise
from render.learn.functions.base import NamedFunction, Place

DENTS = 5  # on each side of 0 in the range that is usually drawn
NEWTON_STEPS = 6  # the fourth one changes nothing any more


@dataclass(frozen=True)
class Rastrigin(NamedFunction):
    """20 + x1² − 10·cos(2π·x1) + x2² − 10·cos(2π·x2)

    L. A. Rastrigin, Systems of Extremal Control (1974), in two dimensions. The known minima
    are the 121 in the usual range; there are more outside.
    """

    names = ("x1", "x2")
    start = (-3.6, 2.4)
    extents = ((-5.12, 5.12), (-5.12, 5.12))

    def __call__(self, *values: Any) -> Any:
        x1, x2 = values
        first = x1**2 - 10 * elementwise.cos(2 * pi * x1)
        second = x2**2 - 10 * elementwise.cos(2 * pi * x2)
        return 20 + first + second

    def minima(self) -> tuple[Place, ...]:
        return tuple(product([_dent(near) for near in range(-DENTS, DENTS + 1)], repeat=2))

    def written(self, *names: str) -> str:
        x1, x2 = names
        return f"20 + {x1}² − 10·cos(2π·{x1}) + {x2}² − 10·cos(2π·{x2})"


def _dent(x: float) -> float:
    """The root of the derivative 2x + 20π·sin(2πx) near a whole number."""
    for _ in range(NEWTON_STEPS):
        x -= (2 * x + 20 * pi * sin(2 * pi * x)) / (2 + 40 * pi**2 * cos(2 * pi * x))
    return x
