"""Points written out in the config."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field

from render.config.options import Number
from render.learn.datasets.base import DatasetKind


@dataclass(frozen=True)
class PointsDataset(DatasetKind):
    """The points of two lists, x and y."""

    formula: ClassVar[bool] = False

    x: Annotated[
        tuple[Number | tuple[Number, Number], ...],
        Field(description="the inputs: numbers, or pairs for two features"),
    ] = (1.0, 2.0)
    y: Annotated[tuple[Number, ...], Field(description="the labels")] = (300.0, 500.0)

    def __post_init__(self) -> None:
        if len(self.x) != len(self.y):
            raise ValueError(f"x has {len(self.x):,} points and y has {len(self.y):,}")
        if len({isinstance(value, tuple) for value in self.x}) > 1:
            raise ValueError("x: expected numbers or pairs of numbers, found some of each")
        super().__post_init__()

    @property
    def features(self) -> int:
        return 2 if isinstance(self.x[0], tuple) else 1

    def count(self) -> int:
        return len(self.y)

    def points(self) -> tuple[Any, Any]:
        import torch

        x, y = (
            torch.tensor(values, dtype=torch.float32, device="cpu") for values in (self.x, self.y)
        )
        return x.view(len(self.x), -1), y.view(-1, 1)
