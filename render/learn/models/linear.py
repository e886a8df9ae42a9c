"""A straight line, or a plane over two features: weights and a bias."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from pydantic import Discriminator, Field, Tag

from render.config.options import Parameter, Start
from render.learn.models.base import Model, written
from render.phrases import form, phrase


def _branch(value: Any) -> str:
    return "two" if isinstance(value, list | tuple) else "one"


Weight = Annotated[
    Annotated[Start, Tag("one")] | Annotated[tuple[Start, Start], Tag("two")],
    Discriminator(_branch),
    Field(description="w, the slope; or two, w1 and w2, one for each feature"),
]


@dataclass(frozen=True)
class LinearModel(Model):
    """ŷ = w·x + b, or ŷ = w1·x1 + w2·x2 + b when `weight` is a list of two."""

    weight: Weight = field(default_factory=Parameter)
    bias: Annotated[Start, Field(description="b, the intercept")] = field(default_factory=Parameter)

    linear: ClassVar[bool] = True

    @property
    def features(self) -> int:
        return len(self._weights)

    @property
    def _weights(self) -> dict[str, Parameter]:
        if isinstance(self.weight, Parameter):
            return {"w": self.weight}
        return {"w1": self.weight[0], "w2": self.weight[1]}

    def parameters(self) -> dict[str, Parameter]:
        return {**self._weights, "b": self.bias}

    def labels(self) -> dict[str, str]:
        word = form("slope {name}") if self.features == 1 else form("weight {name}")
        named = {name: phrase(word, name=name) for name in self._weights}
        return {**named, "b": phrase("bias {name}", name="b")}

    def predict(self, values: Mapping[str, Any], x: Any) -> Any:
        if self.features == 1:
            return values["w"] * x + values["b"]
        return values["w1"] * x[0] + values["w2"] * x[1] + values["b"]

    def equation(self, values: Mapping[str, float | str]) -> str:
        units = {"w": "x", "w1": "x1", "w2": "x2", "b": ""}
        shown = [name for name, start in self.parameters().items() if not start.absent]
        return f"ŷ = {written([(values[name], units[name]) for name in shown])}"

    @property
    def flippable_bias(self) -> bool:
        return self.features == 1

    def torch(self, inputs: Sequence[str]) -> str:
        return self.torch_sum([*zip(self.parameters(), (*inputs, ""), strict=True)])
