"""A bowl along the axes, round or long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from render.config.options import Number
from render.learn.functions.base import NamedFunction, Place

MAX_PARAMETERS = 20


@dataclass(frozen=True)
class Quadratic(NamedFunction):
    """a1·x1² + a2·x2² + …, by default x1² + x2²; [0.1, 2] is that of Dive into Deep Learning."""

    axes: Annotated[
        tuple[Number, ...], Field(description="a1, a2, …: how steep it is along each parameter")
    ] = (1.0, 1.0)

    def __post_init__(self) -> None:
        if not 1 <= len(self.axes) <= MAX_PARAMETERS:
            allowed = f"from 1 to {MAX_PARAMETERS} numbers"
            raise ValueError(f"axes: expected {allowed}, found {len(self.axes)}")
        if 0 in self.axes:
            raise ValueError("axes: 0 would make the function the same along that parameter")

    @property
    def names(self) -> tuple[str, ...]:
        count = len(self.axes)
        return ("w",) if count == 1 else tuple(f"x{i}" for i in range(1, count + 1))

    @property
    def start(self) -> Place:
        return (-5.0, *[-2.0] * (len(self.axes) - 1))

    def __call__(self, *values: Any) -> Any:
        first, *others = (a * value**2 for a, value in zip(self.axes, values, strict=True))
        return sum(others, start=first)

    def minima(self) -> tuple[Place, ...]:
        return ((0.0,) * len(self.axes),) if min(self.axes) > 0 else ()

    def written(self, *names: str) -> str:
        text = ""
        for a, name in zip(self.axes, names, strict=True):
            sign = (" − " if a < 0 else " + ") if text else ("−" if a < 0 else "")
            text += f"{sign}{'' if abs(a) == 1 else f'{abs(a):g}·'}{name}²"
        return text
