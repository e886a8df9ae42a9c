"""A saddle: down along one axis, up along the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from render.learn.functions.base import NamedFunction, Place


@dataclass(frozen=True)
class Saddle(NamedFunction):
    """x1² − x2², which has no minimum: from x2 = 0 exactly, a descent never gets away."""

    names = ("x1", "x2")
    start = (-1.5, 0.01)
    extents = ((-2.0, 2.0), (-2.0, 2.0))

    def __call__(self, *values: Any) -> Any:
        x1, x2 = values
        return x1**2 - x2**2

    def minima(self) -> tuple[Place, ...]:
        return ()

    def written(self, *names: str) -> str:
        x1, x2 = names
        return f"{x1}² − {x2}²"
