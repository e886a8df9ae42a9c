"""The contract of a model: named parameters and a prediction from them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator

from render.config.options import Flag, Number, Options


@dataclass(frozen=True)
class Parameter(Options):
    """A parameter's starting value, and whether training leaves it alone."""

    value: Number = 0.0
    frozen: Flag = False


def _bare_number(value: Any) -> Any:
    """`weight: -10` is short for `weight: {value: -10}`."""
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return {"value": value} if plain else value


Start = Annotated[Parameter, BeforeValidator(_bare_number)]


@dataclass(frozen=True)
class Model(Options, ABC):
    """What is fitted to the data."""

    @abstractmethod
    def parameters(self) -> dict[str, Parameter]:
        """Every parameter by its symbol, in the order they are shown."""

    @abstractmethod
    def labels(self) -> dict[str, str]:
        """What each parameter is called on an axis: `slope w`."""

    @abstractmethod
    def predict(self, values: Mapping[str, Any], x: Any) -> Any:
        """The prediction at x; tensors or arrays, any shapes that broadcast."""

    @abstractmethod
    def equation(self, values: Mapping[str, float]) -> str:
        """The fitted function in words, numbers of constant width: `ŷ = −5.79 x + 0.31`."""
