"""A polynomial with a local minimum in the way of the global one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from render.learn.functions.base import NamedFunction, Place


@dataclass(frozen=True)
class Quartic(NamedFunction):
    """2w⁴ − 9w³ − 21w² + 88w + 48, from the course's lesson on momentum.

    Its derivative is 8·(w + 2)·(w − 1.375)·(w − 4).
    """

    names = ("w",)
    start = (6.0,)
    extents = ((-4.0, 6.0),)

    def __call__(self, *values: Any) -> Any:
        (w,) = values
        return 2 * w**4 - 9 * w**3 - 21 * w**2 + 88 * w + 48

    def minima(self) -> tuple[Place, ...]:
        return ((-2.0,), (4.0,))

    def written(self, *names: str) -> str:
        (w,) = names
        return f"2{w}⁴ − 9{w}³ − 21{w}² + 88{w} + 48"
