"""A straight line: one weight, one bias."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field

from render.learn.models.base import Model, Parameter, Start


@dataclass(frozen=True)
class Linear(Model):
    """ŷ = w·x + b."""

    weight: Annotated[Start, Field(description="w, the slope")] = field(default_factory=Parameter)
    bias: Annotated[Start, Field(description="b, the intercept")] = field(default_factory=Parameter)

    def parameters(self) -> dict[str, Parameter]:
        return {"w": self.weight, "b": self.bias}

    def labels(self) -> dict[str, str]:
        return {"w": "slope w", "b": "bias b"}

    def predict(self, values: Mapping[str, Any], x: Any) -> Any:
        return values["w"] * x + values["b"]

    def equation(self, values: Mapping[str, float]) -> str:
        slope = f"ŷ = {values['w']:6.2f} x"
        if self.bias.frozen and self.bias.value == 0:
            return slope.replace("-", "−")
        bias = f"{'-' if values['b'] < 0 else '+'} {abs(values['b']):.2f}"
        return f"{slope} {bias:>7}".replace("-", "−")
