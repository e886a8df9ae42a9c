"""Logistic regression: a line that is turned into a probability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from pydantic import Field

from render.config.options import Parameter, Start
from render.learn.elementwise import sigmoid
from render.learn.models.base import Model, written
from render.phrases import phrase


@dataclass(frozen=True)
class LogisticModel(Model):
    """ŷ = σ(w·x + b), σ(z) = 1 / (1 + e^−z): the probability of label 1."""

    weight: Annotated[Start, Field(description="w, how steep the step is")] = field(
        default_factory=Parameter
    )
    bias: Annotated[Start, Field(description="b; the step is at x = −b / w")] = field(
        default_factory=Parameter
    )

    probability: ClassVar[bool] = True

    def parameters(self) -> dict[str, Parameter]:
        return {"w": self.weight, "b": self.bias}

    def labels(self) -> dict[str, str]:
        return {"w": phrase("weight {name}", name="w"), "b": phrase("bias {name}", name="b")}

    def predict(self, values: Mapping[str, Any], x: Any) -> Any:
        return sigmoid(values["w"] * x + values["b"])

    def score_slope(self, name: str, x: Any) -> Any:
        return x if name == "w" else 0.0 * x + 1.0

    def equation(self, values: Mapping[str, float | str]) -> str:
        units = {"w": "x", "b": ""}
        shown = [name for name, start in self.parameters().items() if not start.absent]
        return f"ŷ = σ({written([(values[name], units[name]) for name in shown])})"

    def torch(self, inputs: Sequence[str]) -> str:
        return f"torch.sigmoid({self.torch_sum([('w', inputs[0]), ('b', '')])})"
