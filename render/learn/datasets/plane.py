"""Points scattered about a plane over two equal features, as in lab 4.2."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field

from render.config.options import Number
from render.learn.datasets.base import DatasetKind, InputRange, Noise


@dataclass(frozen=True)
class PlaneDataset(DatasetKind):
    """y = w₁·x₁ + w₂·x₂ + intercept + noise·randn, where x₁ and x₂ are the same numbers."""

    noise: Noise = 0.1
    weights: Annotated[
        tuple[Number, Number], Field(description="[w₁, w₂], slopes of the true plane")
    ] = (1.0, 1.0)
    intercept: Annotated[Number, Field(description="of the true plane")] = 1.0
    x: Annotated[InputRange, Field(description="the inputs, in both columns")] = field(
        default_factory=lambda: InputRange(-1.0, 1.0, 0.1)
    )

    @property
    def features(self) -> int:
        return 2

    def count(self) -> int:
        return self.x.count

    def points(self) -> tuple[Any, Any]:
        import torch

        x = self.x.column().repeat(1, 2)
        return x, torch.mm(
            x, torch.tensor([self.weights], dtype=x.dtype, device=x.device).view(-1, 1)
        ) + self.intercept
