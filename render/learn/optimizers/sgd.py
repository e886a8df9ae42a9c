"""Gradient descent, with momentum if it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from render.config.options import Flag
from render.learn.optimizers.base import Momentum, Optimizer, WeightDecay, decayed
from render.recording import Array


@dataclass(frozen=True)
class Sgd(Optimizer):
    """p ← p − lr · v, v ← momentum · v + ∂L/∂p.

    With `nesterov`: p ← p − lr · (∂L/∂p + momentum · v). `weight_decay` · p joins the
    gradient. As torch.optim.SGD without dampening.
    """

    aliases: ClassVar[tuple[str, ...]] = ("gd",)
    in_torch: ClassVar[str] = "SGD"

    momentum: Momentum = 0.0
    nesterov: Annotated[Flag, Field(description="look ahead along the momentum")] = False
    weight_decay: WeightDecay = 0.0

    def __post_init__(self) -> None:
        if self.nesterov and not self.momentum:
            raise ValueError("nesterov looks ahead along the momentum: give a momentum above 0")

    def init(self, params: Any, hessian: Callable[[Any], Any]) -> Any:
        return params.new_zeros(params.shape) if self.momentum else None

    def step(self, params: Any, grads: Any, state: Any, lr: float) -> tuple[Any, Any]:
        if self.weight_decay:
            grads = grads + self.weight_decay * params
        if not self.momentum:
            return params - lr * grads, None
        velocity = self.momentum * state + grads
        towards = grads + self.momentum * velocity if self.nesterov else velocity
        return params - lr * towards, velocity

    def first_step(self, params: Array, grads: Array, lr: float) -> Array:
        ahead = 1 + self.momentum if self.nesterov else 1.0
        return np.asarray(lr * ahead * np.abs(grads + self.weight_decay * params))

    @property
    def first_step_text(self) -> str:
        return "lr·|g|"

    def without_gradient(self, params: Array, rates: Array) -> Array | None:
        return None if self.momentum else decayed(params, self.weight_decay * rates)

    @property
    def plain(self) -> bool:
        return not (self.momentum or self.weight_decay or self.lr_scale)

    @property
    def stable(self) -> float | None:
        """2 + 2β (Goh 2017), with Nesterov's step (2 + 2β) / (1 + 2β); β = 0 is 2/λ."""
        if self.weight_decay or self.momentum >= 1 or self.lr_scale:
            return None
        limit = 2 + 2 * self.momentum
        return limit / (1 + 2 * self.momentum) if self.nesterov else limit

    def torch_by_hand(self, param: str) -> str:
        return f"{param}.data = {param}.data - {self.lr!r} * {param}.grad" if self.plain else ""
