"""Beale's function: a plateau with a valley, and steep corners."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from render.learn.functions.base import NamedFunction, Place


@dataclass(frozen=True)
class Beale(NamedFunction):
    """(1.5 − x1 + x1·x2)² + (2.25 − x1 + x1·x2²)² + (2.625 − x1 + x1·x2³)²

    E. M. L. Beale, On an iterative method for finding a local minimum of a function of more
    than one variable (1958). Far from its minimum a valley falls towards (−∞, 1), ever slower.
    """

    names = ("x1", "x2")
    start = (1.0, 1.5)
    extents = ((-4.5, 4.5), (-4.5, 4.5))

    def __call__(self, *values: Any) -> Any:
        x1, x2 = values
        first = 1.5 - x1 + x1 * x2
        second = 2.25 - x1 + x1 * x2**2
        third = 2.625 - x1 + x1 * x2**3
        return first**2 + second**2 + third**2

    def minima(self) -> tuple[Place, ...]:
        return ((3.0, 0.5),)

    def written(self, *names: str) -> str:
        x1, x2 = names
        first = f"(1.5 − {x1} + {x1}·{x2})²"
        second = f"(2.25 − {x1} + {x1}·{x2}²)²"
        third = f"(2.625 − {x1} + {x1}·{x2}³)²"
        return f"{first} + {second} + {third}"
