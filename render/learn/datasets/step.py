"""Two classes on a line: label 0 up to a threshold, 1 beyond it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field

from render.config.options import Number
from render.learn.datasets.base import DatasetKind, InputRange


@dataclass(frozen=True)
class StepDataset(DatasetKind):
    """y = 1 where x > threshold, else 0, as in lab 5."""

    threshold: Annotated[Number, Field(description="the largest x of class 0")] = 0.2
    x: Annotated[InputRange, Field(description="the inputs")] = field(
        default_factory=lambda: InputRange(-1.0, 1.0, 0.1)
    )

    def __post_init__(self) -> None:
        if self.noise:
            raise ValueError("noise: labels are 0 or 1 and take none; outliers can flip some")
        if any(outlier.y not in (0, 1) for outlier in self.outliers):
            raise ValueError("outliers: labels are 0 or 1")
        super().__post_init__()

    @property
    def classes(self) -> tuple[str, ...]:
        return "0", "1"

    def count(self) -> int:
        return self.x.count

    def points(self) -> tuple[Any, Any]:
        x = self.x.column()
        return x, (x > self.threshold).float()
