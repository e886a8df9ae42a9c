"""AdaGrad: parameters that had large gradients take smaller steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from render.config.options import Number
from render.learn.optimizers.base import Epsilon, LearningRate, Optimizer, WeightDecay
from render.recording import Array


@dataclass(frozen=True)
class Adagrad(Optimizer):
    """p ← p − lr · g / (√s + eps), s ← s + g².

    Duchi, Hazan & Singer 2011, as torch.optim.Adagrad has it: lr is divided by
    1 + `lr_decay` · (steps taken so far), and `weight_decay` · p joins the gradient g.
    """

    in_torch: ClassVar[str] = "Adagrad"

    lr: LearningRate = 0.01
    lr_decay: Annotated[Number, Field(ge=0, description="how fast lr falls with the steps")] = 0.0
    weight_decay: WeightDecay = 0.0
    initial_accumulator_value: Annotated[
        Number, Field(ge=0, description="the sum of squares before the first step")
    ] = 0.0
    eps: Epsilon = 1e-10

    def first_step(self, params: Array, grads: Array, lr: float) -> Array:
        size = np.abs(grads + self.weight_decay * params)
        total = self.initial_accumulator_value + size**2
        return np.asarray(lr * size / (np.sqrt(total) + self.eps))

    @property
    def first_step_text(self) -> str:
        return "lr·|g|/(√(s + g²) + ε)"

    def init(self, params: Any, hessian: Callable[[Any], Any]) -> Any:
        return params.new_full(params.shape, self.initial_accumulator_value), 0

    def step(self, params: Any, grads: Any, state: Any, lr: float) -> tuple[Any, Any]:
        total, taken = state
        if self.weight_decay:
            grads = grads + self.weight_decay * params
        total = total + grads**2
        lr = lr / (1 + self.lr_decay * taken)
        return params - lr * grads / (total.sqrt() + self.eps), (total, taken + 1)
