"""The contract of a model: named parameters and a prediction from them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from render.config.options import Options, Parameter

if TYPE_CHECKING:
    from render.learn.datasets.base import DatasetKind
    from render.learn.losses.base import Loss


@dataclass(frozen=True)
class Model(Options, ABC):
    """What is fitted to the data."""

    linear: ClassVar[bool] = False  # whether the prediction is linear in the parameters
    probability: ClassVar[bool] = False  # whether the prediction is one
    needs_data: ClassVar[bool] = True  # whether it is fitted to points; else it is the loss itself

    @property
    def features(self) -> int:
        """How many input columns it takes."""
        return 1

    def extents(self) -> dict[str, tuple[float, float]]:
        """The ranges of parameters that are usually drawn, where there is such a custom."""
        return {}

    def without_data(self) -> tuple[DatasetKind, Loss]:
        """The dataset and the loss of a model that needs no data.

        Raises TypeError for one that needs them.
        """
        raise TypeError(f"{type(self).__name__} needs data")

    @abstractmethod
    def parameters(self) -> dict[str, Parameter]:
        """Every parameter by its symbol, in the order they are shown."""

    @abstractmethod
    def labels(self) -> dict[str, str]:
        """What each parameter is called on an axis: `slope w`."""

    @abstractmethod
    def predict(self, values: Mapping[str, Any], x: Any) -> Any:
        """The prediction at x; tensors or arrays, any shapes that broadcast.

        With several features x is a sequence of columns.
        """

    @abstractmethod
    def equation(self, values: Mapping[str, float]) -> str:
        """The fitted function in words, numbers of constant width: `ŷ = −5.79 x + 0.31`."""


HUGE = 1e6  # numbers from here on are written in powers of ten


def written(terms: Sequence[tuple[float, str]]) -> str:
    """A sum in words, numbers of constant width: [(−5.79, "x"), (0.31, "")] is `−5.79 x + 0.31`."""
    text = ""
    for number, unit in terms:
        size = f"{abs(number):.2f}" if abs(number) < HUGE else f"{abs(number):.1e}"
        if text:
            text += f" {'-' if number < 0 else '+'} {size}".rjust(8)
        else:
            text = f"{'-' if number < 0 else ''}{size}".rjust(6)
        text = f"{text} {unit}".rstrip()
    return text.replace("-", "−") or "0"
