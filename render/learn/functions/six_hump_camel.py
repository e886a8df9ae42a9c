"""The six-hump camel: two global minima, four local ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from render.learn.functions.base import NamedFunction, Place

HALF = (  # of the minima, deepest first; the function is the same at (−x1, −x2)
    (0.08984201310031807, -0.7126564030207396),
    (1.7036067149699812, -0.7960835686726251),
    (1.6071047529201976, 0.5686514548841313),
)


@dataclass(frozen=True)
class SixHumpCamel(NamedFunction):
    """(4 − 2.1·x1² + x1⁴/3)·x1² + x1·x2 + 4·(x2² − 1)·x2²

    Dixon & Szegö, Towards Global Optimisation 2 (1978).
    """

    names = ("x1", "x2")
    start = (-1.0, 0.9)
    extents = ((-3.0, 3.0), (-2.0, 2.0))

    def __call__(self, *values: Any) -> Any:
        x1, x2 = values
        hump = (4 - 2.1 * x1**2 + x1**4 / 3) * x1**2
        return hump + x1 * x2 + 4 * (x2**2 - 1) * x2**2

    def minima(self) -> tuple[Place, ...]:
        return (*HALF, *((-x1, -x2) for x1, x2 in HALF))

    def written(self, *names: str) -> str:
        x1, x2 = names
        return f"(4 − 2.1·{x1}² + {x1}⁴/3)·{x1}² + {x1}·{x2} + 4·({x2}² − 1)·{x2}²"
