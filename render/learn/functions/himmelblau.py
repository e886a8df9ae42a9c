"""Himmelblau's function: four minima, all equally deep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from render.learn.functions.base import NamedFunction, Place


@dataclass(frozen=True)
class Himmelblau(NamedFunction):
    """(x1² + x2 − 11)² + (x1 + x2² − 7)²

    D. M. Himmelblau, Applied Nonlinear Programming (1972).
    """

    names = ("x1", "x2")
    start = (0.0, 0.0)
    extents = ((-5.0, 5.0), (-5.0, 5.0))

    def __call__(self, *values: Any) -> Any:
        x1, x2 = values
        return (x1**2 + x2 - 11) ** 2 + (x1 + x2**2 - 7) ** 2

    def minima(self) -> tuple[Place, ...]:
        return (
            (3.0, 2.0),
            (-2.805118086952745, 3.131312518250573),
            (-3.779310253377747, -3.2831859912861696),
            (3.5844283403304917, -1.8481265269644034),
        )

    def written(self, *names: str) -> str:
        x1, x2 = names
        return f"({x1}² + {x2} − 11)² + ({x1} + {x2}² − 7)²"
