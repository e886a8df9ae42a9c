"""Points scattered about a polynomial."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field

from render.config.options import Number
from render.learn.datasets.base import DatasetKind, InputRange, Noise

MAX_COEFFICIENTS = 16  # more are below the precision of float32


@dataclass(frozen=True)
class PolynomialDataset(DatasetKind):
    """y = c₀ + c₁·x + c₂·x² + … + noise·randn."""

    noise: Noise = 0.1
    coefficients: Annotated[
        tuple[Number, ...],
        Field(
            description="[c₀, c₁, c₂, …], that of x⁰ first",
            json_schema_extra={"minItems": 1, "maxItems": MAX_COEFFICIENTS},
        ),
    ] = (0.0, 0.0, 1.0)
    x: Annotated[InputRange, Field(description="the inputs")] = field(default_factory=InputRange)

    def __post_init__(self) -> None:
        if not 1 <= len(self.coefficients) <= MAX_COEFFICIENTS:
            allowed = f"from 1 to {MAX_COEFFICIENTS} numbers"
            raise ValueError(f"coefficients: expected {allowed}, found {len(self.coefficients)}")
        super().__post_init__()

    def count(self) -> int:
        return self.x.count

    def points(self) -> tuple[Any, Any]:
        x = self.x.column()
        return x, sum(c * x**power for power, c in enumerate(self.coefficients))
