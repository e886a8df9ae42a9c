"""Points scattered about a straight line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field

from render.config.options import Number
from render.learn.datasets.base import DatasetKind, InputRange, Noise


@dataclass(frozen=True)
class LineDataset(DatasetKind):
    """y = slope·x + intercept + noise·randn."""

    noise: Noise = 0.1
    slope: Annotated[Number, Field(description="of the true line")] = 1.0
    intercept: Annotated[Number, Field(description="of the true line")] = 0.0
    x: Annotated[InputRange, Field(description="the inputs")] = field(default_factory=InputRange)

    def count(self) -> int:
        return self.x.count

    def points(self) -> tuple[Any, Any]:
        x = self.x.column()
        return x, self.slope * x + self.intercept
