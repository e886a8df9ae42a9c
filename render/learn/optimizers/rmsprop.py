"""RMSProp: each parameter's gradient is divided by its recent size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from render.config.options import Number
from render.learn.optimizers.base import Epsilon, LearningRate, Momentum, Optimizer, WeightDecay
from render.recording import Array


@dataclass(frozen=True)
class Rmsprop(Optimizer):
    """p ← p − lr · g / (√s + eps), s ← alpha · s + (1 − alpha) · g².

    Hinton, Neural Networks for Machine Learning, lecture 6e, as torch.optim.RMSprop has it:
    with `momentum`, v ← momentum · v + g / (√s + eps) and p ← p − lr · v; `weight_decay` · p
    joins the gradient g.
    """

    in_torch: ClassVar[str] = "RMSprop"

    lr: LearningRate = 0.01
    alpha: Annotated[Number, Field(ge=0, lt=1, description="share of the old mean square kept")] = (
        0.99
    )
    eps: Epsilon = 1e-8
    weight_decay: WeightDecay = 0.0
    momentum: Momentum = 0.0

    def first_step(self, params: Array, grads: Array, lr: float) -> Array:
        size = np.abs(grads + self.weight_decay * params)
        return np.asarray(lr * size / (np.sqrt(1 - self.alpha) * size + self.eps))

    @property
    def first_step_text(self) -> str:
        return "lr·|g|/(√(1 − α)·|g| + ε)"

    def init(self, params: Any, hessian: Callable[[Any], Any]) -> Any:
        return params.new_zeros(params.shape), params.new_zeros(params.shape)

    def step(self, params: Any, grads: Any, state: Any, lr: float) -> tuple[Any, Any]:
        square, velocity = state
        if self.weight_decay:
            grads = grads + self.weight_decay * params
        square = self.alpha * square + (1 - self.alpha) * grads**2
        velocity = self.momentum * velocity + grads / (square.sqrt() + self.eps)
        return params - lr * velocity, (square, velocity)
