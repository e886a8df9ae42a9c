"""A cube: flat at 0, and falling on without end behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from render.learn.functions.base import NamedFunction, Place


@dataclass(frozen=True)
class Cubic(NamedFunction):
    """w³, from the course's lesson on momentum; it has no minimum, and is flat at 0."""

    names = ("w",)
    start = (4.0,)
    extents = ((-4.0, 4.0),)

    def __call__(self, *values: Any) -> Any:
        (w,) = values
        return w**3

    def minima(self) -> tuple[Place, ...]:
        return ()

    def written(self, *names: str) -> str:
        (w,) = names
        return f"{w}³"
