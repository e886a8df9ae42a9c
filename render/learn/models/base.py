"""The contract of a model: named parameters and the prediction that they give."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from render import registry
from render.config.options import Options, Parameter
from render.learn.notation import NOT_IN_TORCH, call
from render.numerals import MAX_FIXED, fixed, scientific

if TYPE_CHECKING:
    from render.learn.datasets.base import DatasetKind
    from render.learn.losses.base import Loss


@dataclass(frozen=True)
class Model(Options, ABC):
    """A prediction of y from x, with parameters that are fitted to the data."""

    linear: ClassVar[bool] = False  # whether the prediction is linear in the parameters
    probability: ClassVar[bool] = False  # whether the prediction is a probability
    network: ClassVar[bool] = False  # whether it is a torch module, drawn on a plane of its weights
    needs_data: ClassVar[bool] = True  # whether it is fitted to points; else it is the loss itself

    @property
    def features(self) -> int:
        """The number of input columns F."""
        return 1

    def extents(self) -> dict[str, tuple[float, float]]:
        """The ranges of parameters that are usually drawn; empty where none is usual."""
        return {}

    def without_data(self) -> tuple[DatasetKind, Loss]:
        """The dataset and the loss of a model that needs no data.

        Raises TypeError for one that needs them.
        """
        raise TypeError(f"{type(self).__name__} needs data")

    def minima(self) -> tuple[dict[str, float], ...] | None:
        """Every minimum by parameter, local ones too; None when they are not known.

        Only of a model that needs no data: it is the loss itself.
        """
        return None

    @property
    def title(self) -> str:
        """Its name in texts and in the code panel; empty for a function without a name."""
        return registry.name_of(type(self))

    @property
    def formula_text(self) -> str:
        """The function that is the loss itself, in mathematical notation; else empty."""
        return ""

    @property
    def flippable_bias(self) -> bool:
        """Whether it is the labs' w·x + b, whose surface they draw with the sign of b flipped."""
        return False

    @abstractmethod
    def parameters(self) -> dict[str, Parameter]:
        """Every parameter by its symbol, in the order on screen."""

    @abstractmethod
    def labels(self) -> dict[str, str]:
        """The label of each parameter on an axis: `slope w`."""

    @abstractmethod
    def predict(self, values: Mapping[str, Any], x: Any) -> Any:
        """The prediction at x; tensors or arrays, any shapes that broadcast.

        With several features x is a sequence of columns.
        """

    @abstractmethod
    def equation(self, values: Mapping[str, float | str]) -> str:
        """The fitted function, numbers of constant width: `ŷ = −5.79 x + 0.31`.

        A value may be a text, of constant width too, in which the number is written already.
        """

    # In the code panel ---------------------------------------------------------------------

    @property
    def torch_vector(self) -> str:
        """The name of the tensor of all parameters; empty if each has its own tensor."""
        return ""

    def torch(self, inputs: Sequence[str]) -> str:
        """The PyTorch code of the prediction from the input columns: `w * X + b`.

        For a model that needs no data it is that of the function of the parameters.
        """
        return call(self.title, *self.parameters(), *inputs) + NOT_IN_TORCH

    def torch_sum(self, terms: Sequence[tuple[str, str]]) -> str:
        """`w * X + b` of [("w", "X"), ("b", "")], without the parameters that stay 0."""
        starts = self.parameters()
        present = [(name, factor) for name, factor in terms if not starts[name].absent]
        return " + ".join(f"{name} * {factor}" if factor else name for name, factor in present)


DECIMALS, WIDTH = 2, 6  # of a number that nobody has written yet


def written(terms: Sequence[tuple[float | str, str]]) -> str:
    """A sum with numbers of constant width: [(−5.79, "x"), (0.31, "")] is `−5.79 x + 0.31`."""
    text = ""
    for number, unit in terms:
        given = isinstance(number, str)
        first = str(number) if given else _number(float(number)).rjust(WIDTH)
        if text:
            size = first.strip()
            sign = "−" if size.startswith("−") else "+"
            text += f" {sign} {size.removeprefix('−')}".rjust(len(first) + 2)
        else:
            text = first
        text = f"{text} {unit}".rstrip()
    return text or "0"


def _number(value: float) -> str:
    return fixed(value, DECIMALS) if abs(value) < MAX_FIXED else scientific(value, 1)
