"""Rosenbrock's banana: a flat, bent valley between steep walls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from render.learn.functions.base import NamedFunction, Place


@dataclass(frozen=True)
class Rosenbrock(NamedFunction):
    """(1 − x1)² + 100·(x2 − x1²)²

    H. H. Rosenbrock, An automatic method for finding the greatest or least value of a
    function, The Computer Journal 3 (1960).
    """

    names = ("x1", "x2")
    start = (-1.2, 1.0)
    extents = ((-2.0, 2.0), (-1.0, 3.0))

    def __call__(self, *values: Any) -> Any:
        x1, x2 = values
        return (1 - x1) ** 2 + 100 * (x2 - x1**2) ** 2

    def minima(self) -> tuple[Place, ...]:
        return ((1.0, 1.0),)

    def written(self, *names: str) -> str:
        x1, x2 = names
        return f"(1 − {x1})² + 100·({x2} − {x1}²)²"
