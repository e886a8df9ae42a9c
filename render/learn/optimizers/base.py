"""The contract of an optimizer: an update rule without hidden state.

`init(params, hessian) -> state`, `step(params, grads, state, lr) -> (params, state)` on the
vector (P,) of all trained parameters; anything kept from step to step is in `state`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import AliasChoices, Field

from render import registry
from render.config.options import Number, Options, Positive
from render.learn.notation import NOT_IN_TORCH, call, changed_options
from render.recording import Array

LearningRate = Annotated[
    Positive,
    Field(
        description="learning rate: the multiple of the gradient subtracted in a step",
        validation_alias=AliasChoices("lr", "learning_rate"),
    ),
]
LearningRates = Annotated[
    tuple[Positive, ...],
    Field(
        description="learning rate of each trained parameter, of a network of each layer, in "
        "multiples of lr; all the same when left out",
        examples=[[1, 0.1]],
    ),
]
Momentum = Annotated[Number, Field(ge=0, lt=1.5, description="share of the last step kept in this")]
WeightDecay = Annotated[Number, Field(ge=0, description="pull of each parameter to 0")]
Epsilon = Annotated[Positive, Field(description="avoids a division by 0")]


@dataclass(frozen=True)
class Optimizer(Options, ABC):
    """A rule that computes a step from a gradient."""

    in_torch: ClassVar[str] = ""  # its class in torch.optim, with the same options and defaults

    lr: LearningRate = 0.1
    lr_scale: LearningRates = ()

    def rates(self, lr: Any, sizes: Sequence[int]) -> Any:
        """What multiplies the step of each trained number: `lr`, or a tensor (P,) with `lr_scale`.

        `sizes` (L,) says how many numbers each parameter, or each layer of a network, has. In a
        map of R runs `lr` and each scale may be tensors (R,), and the result is (P, R). Raises
        ValueError for another number of scales.
        """
        if not self.lr_scale:
            return lr
        if len(self.lr_scale) != len(sizes):
            raise ValueError(f"expected {len(sizes)} numbers, found {len(self.lr_scale)}")
        import torch

        parts = [torch.as_tensor(lr * scale, dtype=torch.float64) for scale in self.lr_scale]
        each = zip(torch.broadcast_tensors(*parts), sizes, strict=True)
        return torch.stack([part for part, size in each for _ in range(size)])

    @abstractmethod
    def init(self, params: Any, hessian: Callable[[Any], Any]) -> Any:
        """The state before the first step; None for a rule without a state.

        `hessian(params)` is the loss's second derivative (P, P), for rules that need it.
        """

    @abstractmethod
    def step(self, params: Any, grads: Any, state: Any, lr: float) -> tuple[Any, Any]:
        """The parameters after one update and the new state; new tensors, none changed."""

    @property
    def title(self) -> str:
        """Its name in texts; empty if it isn't known."""
        return registry.name_of(type(self))

    def refuse(self, count: int) -> str | None:
        """Why it can't train so many parameters; None if it can."""
        return None

    def first_step(self, params: Array, grads: Array, lr: float) -> Array | None:
        """How far the first step goes in each parameter (P,), by a formula; None: none is known."""
        return None

    @property
    def first_step_text(self) -> str:
        """That formula, of a gradient g, in mathematical notation."""
        return ""

    def without_gradient(self, params: Array, rates: Array) -> Array | None:
        """The parameters (T+1, P), by a formula, if the loss has no gradient: weight decay alone.

        `params` (P,) are those of the start, `rates` (T,) of each step. Where the formula ends it
        is nan; None where none is known.
        """
        return None

    @property
    def plain(self) -> bool:
        """Whether a step is exactly −lr · gradient, so that it can be written out."""
        return False

    @property
    def stable(self) -> float | None:
        """The largest lr · λ that is stable in the long run on a loss of curvature λ.

        None where no formula is known.
        """
        return None

    def torch(self, params: str) -> str:
        """The PyTorch code that makes it for tensors: `torch.optim.Adam([w, b], lr=0.1)`."""
        name = f"torch.optim.{self.in_torch}" if self.in_torch else type(self).__name__
        made = call(name, params, lr=self.lr, **changed_options(self, without=("lr", "lr_scale")))
        return made if self.in_torch else made + NOT_IN_TORCH

    def torch_by_hand(self, param: str) -> str:
        """The PyTorch code of the update of a tensor; empty unless it is written out."""
        return ""


def decayed(params: Array, shares: Array) -> Array:
    """Parameters (T+1, P) that lose these shares (T,) of themselves, one after the other."""
    left = np.append(1.0, np.cumprod(1 - shares))
    return np.asarray(left[:, None] * params)
