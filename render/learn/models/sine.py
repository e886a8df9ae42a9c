"""A sine wave of unknown amplitude and frequency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from render.config.options import Parameter, Start
from render.learn.elementwise import sin
from render.learn.models.base import Model, written
from render.phrases import phrase


def _from_one(value: Any) -> Any:
    """A parameter whose default is 1, because the gradient is 0 at 0."""
    return {"value": 1.0, **value} if isinstance(value, dict) else value


StartAtOne = Annotated[Start, BeforeValidator(_from_one)]


@dataclass(frozen=True)
class SineModel(Model):
    """ŷ = a·sin(f·x): squared errors have many valleys along f."""

    amplitude: Annotated[StartAtOne, Field(description="a, the height of the wave")] = field(
        default_factory=lambda: Parameter(1.0)
    )
    frequency: Annotated[
        StartAtOne, Field(description="f, in radians per unit of x; wavelength 2π / f")
    ] = field(default_factory=lambda: Parameter(1.0))

    def parameters(self) -> dict[str, Parameter]:
        return {"a": self.amplitude, "f": self.frequency}

    def labels(self) -> dict[str, str]:
        return {
            "a": phrase("amplitude {name}", name="a"),
            "f": phrase("frequency {name}", name="f"),
        }

    def predict(self, values: Mapping[str, Any], x: Any) -> Any:
        return values["a"] * sin(values["f"] * x)

    def equation(self, values: Mapping[str, float | str]) -> str:
        return f"ŷ = {written([(values['a'], '')])} sin({written([(values['f'], 'x')])})"

    def torch(self, inputs: Sequence[str]) -> str:
        return f"a * torch.sin(f * {inputs[0]})"
