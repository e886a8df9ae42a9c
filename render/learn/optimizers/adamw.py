"""AdamW: Adam with a weight decay that is not divided by the gradient's size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from render.learn.optimizers.adam import Adam, Betas
from render.learn.optimizers.base import (
    Epsilon,
    LearningRate,
    Optimizer,
    WeightDecay,
    decayed,
)
from render.recording import Array


@dataclass(frozen=True)
class Adamw(Optimizer):
    """p ← (1 − lr · weight_decay) · p, then Adam's step.

    Loshchilov & Hutter 2019, algorithm 2, as torch.optim.AdamW has it.
    """

    in_torch: ClassVar[str] = "AdamW"

    lr: LearningRate = 0.001
    betas: Betas = (0.9, 0.999)
    eps: Epsilon = 1e-8
    weight_decay: WeightDecay = 0.01

    def first_step(self, params: Array, grads: Array, lr: float) -> Array:
        size = np.abs(grads)
        return np.asarray(np.abs(lr * self.weight_decay * params + lr * grads / (size + self.eps)))

    def without_gradient(self, params: Array, rates: Array) -> Array:
        return decayed(params, self.weight_decay * rates)

    @property
    def adam(self) -> Adam:
        """The rule without the decay."""
        return Adam(lr=self.lr, betas=self.betas, eps=self.eps)

    def init(self, params: Any, hessian: Callable[[Any], Any]) -> Any:
        return self.adam.init(params, hessian)

    def step(self, params: Any, grads: Any, state: Any, lr: float) -> tuple[Any, Any]:
        decayed = (1 - lr * self.weight_decay) * params
        return self.adam.step(decayed, grads, state, lr)
