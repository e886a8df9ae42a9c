"""The contract of a model: named parameters and the prediction that they give."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import Field

from render import registry
from render.config.options import Integer, Options, Parameter
from render.config.problems import shown
from render.errors import RenderError
from render.learn.notation import NOT_IN_TORCH, call
from render.numerals import MAX_FIXED, fixed, scientific
from render.recording import Array

if TYPE_CHECKING:
    from render.learn.datasets.base import DatasetKind
    from render.learn.losses.base import Loss


@dataclass(frozen=True)
class Model(Options, ABC):
    """A prediction of y from x, with parameters that are fitted to the data."""

    linear: ClassVar[bool] = False  # whether the prediction is linear in the parameters
    probability: ClassVar[bool] = False  # whether the prediction is a probability
    network: ClassVar[bool] = False  # whether it is a torch module, drawn on a plane of its weights
    recorded: ClassVar[bool] = False  # whether it was trained by another program, and no config is
    needs_data: ClassVar[bool] = True  # whether it is fitted to points; else it is the loss itself

    # Options of YAML that say where training starts, and leave the loss as it is.
    start_options: ClassVar[tuple[str, ...]] = ()

    @property
    def features(self) -> int:
        """The number of input columns F; 0 for a model that takes any number."""
        return 1

    def extents(self) -> dict[str, tuple[float, float]]:
        """The ranges of parameters that are usually drawn; empty where none is usual."""
        return {}

    def without_data(self) -> tuple[DatasetKind, Loss]:
        """The dataset and the loss of a model that needs no data.

        Raises TypeError for one that needs them.
        """
        raise TypeError(f"{type(self).__name__} needs data")

    def files(self) -> tuple[Path, ...]:
        """The files that it reads."""
        return ()

    def resolve(self, folder: Path) -> Self:
        """The model for a config in that folder. Raises ValueError for a file it can't use."""
        return self

    def shapes(self, inputs: int, outputs: int) -> dict[str, tuple[int, ...]] | None:
        """The shape of each tensor of weights by its name, as far as no code has to run for it.

        None where it is not known before the module is made.
        """
        return {name: () for name in self.parameters()}

    def module(self, inputs: int, outputs: int, seed: int) -> Any:
        """The torch.nn.Module of a network, with the weights that training starts from.

        It maps (N, `inputs`) to (N, `outputs`). Raises TypeError for a model that is none,
        RenderError for a user's code that makes no module.
        """
        raise TypeError(f"{type(self).__name__} is no network")

    def minima(self) -> tuple[dict[str, float], ...] | None:
        """Every minimum by parameter, local ones too; None when they are not known.

        Only of a model that needs no data: it is the loss itself.
        """
        return None

    def chain_rule(
        self, layers: Sequence[Array], x: Array, slope: Callable[[Array], Array]
    ) -> list[Array] | None:
        """The gradient of each weight matrix of a network, written out as a product of matrices.

        `layers` are its matrices and biases in order, `x` (N, F), and `slope` gives the derivative
        (N, K) of the loss by its outputs (N, K). None where that isn't known.
        """
        return None

    @property
    def matrix_product(self) -> bool:
        """Whether its prediction is the input times all of its weight matrices, and no more."""
        return False

    def set_start(self, module: Any, x: Any, y: Any) -> None:
        """Set the weights that its module starts from, where they depend on the data.

        `x` (N, F) and `y`, tensors, are those of training. Raises RenderError for data that give
        none.
        """

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

    def score_slope(self, name: str, x: Any) -> Any:
        """The derivative of z by a parameter at x, of a model whose prediction is σ(z).

        Raises TypeError for any other.
        """
        raise TypeError(f"{type(self).__name__} has no score")

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


InitialSeed = Annotated[
    Annotated[Integer, Field(ge=0, le=2**63 - 1)] | None,
    Field(description="of the weights that it starts from; the film's own when left out"),
]


@dataclass(frozen=True)
class Network(Model, ABC):
    """A torch module of any number of weights, which is drawn on a plane through them.

    Each has an option `seed`, an InitialSeed. It has no named parameters: what is drawn of its
    weights is the landscape's to say.
    """

    network: ClassVar[bool] = True
    seeded: ClassVar[bool] = True  # whether a seed gives its first weights; else nobody knows how
    start_options: ClassVar[tuple[str, ...]] = ("seed",)

    @property
    def own_seed(self) -> int | None:
        """The option `seed`; None where it is the film's."""
        seed: int | None = getattr(self, "seed", None)
        return seed

    @property
    def features(self) -> int:
        return 0

    @property
    def title(self) -> str:
        return "model"

    def parameters(self) -> dict[str, Parameter]:
        return {}

    def labels(self) -> dict[str, str]:
        return {}

    def predict(self, values: Mapping[str, Any], x: Any) -> Any:
        """Raises TypeError: its module predicts, and nothing that is drawn evaluates it."""
        raise TypeError(f"{type(self).__name__} predicts by its module alone")

    def equation(self, values: Mapping[str, float | str]) -> str:
        return "ŷ = model(x)"

    @abstractmethod
    def module(self, inputs: int, outputs: int, seed: int) -> Any:
        """The torch.nn.Module, as `Model.module` says."""

    def fault(self, error: Exception) -> RenderError:
        """What its module raised, in one sentence."""
        text = " ".join(str(error).split()) or "no message"
        return RenderError(f"model: {type(error).__name__}: {shown(text, MAX_MESSAGE_LETTERS)}")

    def torch(self, inputs: Sequence[str]) -> str:
        return f"model({', '.join(inputs)})"

    @property
    def torch_layers(self) -> str:
        """The PyTorch code of its layers that are trained, in order."""
        return "model.children()"

    @abstractmethod
    def torch_imports(self) -> tuple[str, ...]:
        """The PyTorch code that imports what its module is made of, but for torch itself."""

    @abstractmethod
    def torch_module(self, inputs: int, outputs: int) -> tuple[str, ...]:
        """The lines of PyTorch code that make `model`, the module, after torch.manual_seed."""


MAX_MESSAGE_LETTERS = 200  # of an exception
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
