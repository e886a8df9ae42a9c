"""Points scattered about a straight line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from render.config.options import Number, Options, Positive
from render.learn.datasets.base import DatasetKind
from render.recording import Dataset


@dataclass(frozen=True)
class Steps(Options):
    """Evenly spaced inputs, `torch.arange(start, stop, step)`: stop itself is left out."""

    start: Number = -3.0
    stop: Number = 3.0
    step: Positive = 0.1

    def __post_init__(self) -> None:
        if not 2 <= (self.stop - self.start) / self.step <= 1_000_000:
            raise ValueError("start, stop and step must give between 2 and 1,000,000 points")


@dataclass(frozen=True)
class Line(DatasetKind):
    """y = slope·x + intercept + noise·randn."""

    slope: Annotated[Number, Field(description="of the true line")] = 1.0
    intercept: Annotated[Number, Field(description="of the true line")] = 0.0
    x: Annotated[Steps, Field(description="the inputs")] = field(default_factory=Steps)
    noise: Annotated[Number, Field(ge=0, description="standard deviation about the line")] = 0.1

    def make(self, seed: int) -> Dataset:
        import torch

        generator = torch.Generator().manual_seed(seed)
        x = torch.arange(self.x.start, self.x.stop, self.x.step, dtype=torch.float32).view(-1, 1)
        clean = self.slope * x + self.intercept
        y = clean + self.noise * torch.randn(x.size(), generator=generator)
        return Dataset(*(column.double().numpy().ravel() for column in (x, y, clean)))
