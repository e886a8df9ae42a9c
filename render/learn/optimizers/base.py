"""The contract of an optimizer: an update rule that keeps nothing between two steps.

`init(params, hessian) -> state`, `step(params, grads, state, lr) -> (params, state)` on the
vector (P,) of all trained parameters; what the rule must remember is in `state`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import AliasChoices, Field

from render.config.options import Number, Options, Positive
from render.learn.notation import NOT_IN_TORCH, call, changed_options

LearningRate = Annotated[
    Positive,
    Field(
        description="learning rate: the share of the gradient taken off in a step",
        validation_alias=AliasChoices("lr", "learning_rate"),
    ),
]
Momentum = Annotated[Number, Field(ge=0, lt=1.5, description="share of the last step kept")]
WeightDecay = Annotated[Number, Field(ge=0, description="pull of each parameter to 0")]
Epsilon = Annotated[Positive, Field(description="keeps a division by 0 away")]


@dataclass(frozen=True)
class Optimizer(Options, ABC):
    """How a gradient becomes a step."""

    in_torch: ClassVar[str] = ""  # its class in torch.optim, with the same options and defaults

    lr: LearningRate = 0.1

    @abstractmethod
    def init(self, params: Any, hessian: Callable[[Any], Any]) -> Any:
        """The state before the first step; None for a rule without a state.

        `hessian(params)` is the loss's second derivative (P, P), for rules that need it.
        """

    @abstractmethod
    def step(self, params: Any, grads: Any, state: Any, lr: float) -> tuple[Any, Any]:
        """The parameters after one update and the new state; new tensors, none changed."""

    @property
    def plain(self) -> bool:
        """Whether a step is −lr · gradient and nothing else, so that it can be written out."""
        return False

    def torch(self, params: str) -> str:
        """The PyTorch that makes it, of a list of tensors: `torch.optim.Adam([w, b], lr=0.1)`."""
        name = f"torch.optim.{self.in_torch}" if self.in_torch else type(self).__name__
        made = call(name, params, lr=self.lr, **changed_options(self, without=("lr",)))
        return made if self.in_torch else made + NOT_IN_TORCH

    def torch_by_hand(self, param: str) -> str:
        """The update of a tensor written out as PyTorch; empty for a rule that is not."""
        return ""
