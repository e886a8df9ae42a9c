"""Model, data, loss and optimizer of a run that was recorded: what a film says of them.

They take the places of a config's members, and can't be named in a config. None of them holds a
tensor: drawing a film needs no torch.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

from render import registry
from render.errors import RenderError
from render.learn.datasets.base import DatasetKind
from render.learn.losses.base import Loss
from render.learn.models.base import Network
from render.learn.notation import call
from render.learn.optimizers.base import Optimizer
from render.learn.optimizers.torch import TorchOptimizer

TRAINED = "a recorded run is not trained again"
OPTIMIZERS = "learn/optimizers"


@dataclass(frozen=True)
class RecordedModel(Network):
    """A torch.nn.Module of a user's program."""

    recorded: ClassVar[bool] = True

    seeded: ClassVar[bool] = False

    name: str = "Net"  # of its class
    weights: int = 0  # that are trained

    def module(self, inputs: int, outputs: int, seed: int) -> Any:
        """Raises RenderError: the module is the user's."""
        raise RenderError(f"model: {TRAINED}")

    def torch_imports(self) -> tuple[str, ...]:
        return ()

    def torch_module(self, inputs: int, outputs: int) -> tuple[str, ...]:
        return (f"model = {self.name}(…)",)


def names_of(features: int) -> tuple[str, ...]:
    """What the inputs and the label of data without names are called."""
    if features == 1:
        return "x", "y"
    digits = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
    return (*(f"x{str(k).translate(digits)}" for k in range(1, features + 1)), "y")


@dataclass(frozen=True)
class RecordedData(DatasetKind):
    """Points of a user's program."""

    number: int = 0  # of training points
    columns: int = 1  # of inputs
    labels: int = 1  # columns of labels
    class_names: tuple[str, ...] = ()  # if the labels are classes
    numbers: bool = True  # whether a prediction is one number for a row of numbers

    def points(self) -> tuple[Any, Any]:
        """Raises RenderError: the points are the user's."""
        raise RenderError(f"dataset: {TRAINED}")

    def count(self) -> int:
        return self.number

    def check(self, count: int, classes: tuple[str, ...] | None = None) -> None:
        """Any number of points will do."""

    @property
    def plain(self) -> bool:
        return self.numbers

    @property
    def features(self) -> int:
        return self.columns

    @property
    def targets(self) -> int:
        return self.labels

    @property
    def axis_names(self) -> tuple[str, ...]:
        return names_of(self.columns)

    @property
    def classes(self) -> tuple[str, ...] | None:
        return self.class_names or None


@dataclass(frozen=True)
class RecordedLoss(Loss):
    """A loss of a user's program."""

    name: str = "loss_fn"
    classes: bool = False  # whether it is of predictions of classes

    @property
    def classifies(self) -> bool:  # type: ignore[override]  # the run's to say, not the class's
        """Whether the labels are classes."""
        return self.classes

    @property
    def probabilities(self) -> bool:  # type: ignore[override]
        """The same: what it is given leads to a probability."""
        return self.classes

    def pointwise(self, yhat: Any, y: Any) -> Any:
        """Raises RenderError: the loss is the user's."""
        raise RenderError(f"loss: {TRAINED}")

    def torch(self, yhat: str, y: str) -> str:
        return f"{self.name}({yhat}, {y})"


@dataclass(frozen=True)
class RecordedOptimizer(Optimizer):
    """An optimizer that is not one of ours, or is not known."""

    lr: float = math.nan
    name: str = ""  # of its class; empty if it is not known
    options: dict[str, Any] = field(default_factory=dict)  # that differ from its defaults

    def init(self, params: Any, hessian: Callable[[Any], Any]) -> Any:
        """Raises RenderError: it made its steps already."""
        raise RenderError(f"optimizer: {TRAINED}")

    def step(self, params: Any, grads: Any, state: Any, lr: float) -> tuple[Any, Any]:
        """Raises RenderError: it made its steps already."""
        raise RenderError(f"optimizer: {TRAINED}")

    @property
    def title(self) -> str:
        return self.name.rpartition(".")[2]

    def torch(self, params: str) -> str:
        if not self.name:
            return ""
        known = {} if math.isnan(self.lr) else {"lr": self.lr}
        return call(self.name, params, **known, **self.options)


def optimizer_of(facts: Mapping[str, Any]) -> Optimizer:
    """The member that is a torch optimizer with these facts, or one that only has its name.

    `facts` has its class, whether that is torch's, and the options that differ from its defaults.
    """
    if not facts:
        return RecordedOptimizer()
    name, lr = facts["name"], facts["lr"]
    options = {key: as_option(value) for key, value in facts["options"].items()}
    own = [registry.member(OPTIMIZERS, kind) for kind in registry.names(OPTIMIZERS)]
    makers: list[Callable[..., Optimizer]] = [one for one in own if one.in_torch == name]
    makers.append(partial(TorchOptimizer, name=name))
    for make in makers if facts["torch"] else ():
        try:
            made = make(lr=lr, **options)
        except (TypeError, ValueError, KeyError):  # a class or an option that ours hasn't
            continue
        else:
            return made
    whole = f"torch.optim.{name}" if facts["torch"] else name
    return RecordedOptimizer(lr=lr, name=whole, options=options)


def as_option(value: Any) -> Any:
    """An option that was read from a file: a list was a tuple."""
    return tuple(value) if isinstance(value, list) else value


def optimizer_facts(optimizer: Any) -> dict[str, Any]:
    """What is told of an optimizer: its class, its rate, the options that differ from the usual.

    Empty for none. Rates and options are those of its first group of parameters.
    """
    groups = getattr(optimizer, "param_groups", None)
    if optimizer is None or not groups:
        return {}
    kind = type(optimizer)
    usual = inspect.signature(kind.__init__).parameters
    group = groups[0]
    lr = group.get("initial_lr", group.get("lr", math.nan))
    options = {
        key: value
        for key, value in group.items()
        if key in usual
        and key not in ("params", "lr")
        and isinstance(value, bool | int | float | str | tuple)
        and value != usual[key].default
    }
    return {
        "name": kind.__name__,
        "torch": kind.__module__.startswith("torch.optim"),
        "lr": float(lr),
        "options": options,
    }
