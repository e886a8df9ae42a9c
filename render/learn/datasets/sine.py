"""Points scattered about a sine wave."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field

from render.config.options import Number
from render.learn.datasets.base import DatasetKind, InputRange, Noise


@dataclass(frozen=True)
class SineDataset(DatasetKind):
    """y = amplitude·sin(frequency·x + phase) + offset + noise·randn."""

    noise: Noise = 0.1
    amplitude: Annotated[Number, Field(description="height of the true wave")] = 1.0
    frequency: Annotated[Number, Field(description="in radians for each unit of x")] = 1.0
    phase: Annotated[Number, Field(description="in radians")] = 0.0
    offset: Annotated[Number, Field(description="of the wave's middle from 0")] = 0.0
    x: Annotated[InputRange, Field(description="the inputs")] = field(default_factory=InputRange)

    def count(self) -> int:
        return self.x.count

    def points(self) -> tuple[Any, Any]:
        x = self.x.column()
        return x, self.amplitude * (self.frequency * x + self.phase).sin() + self.offset
