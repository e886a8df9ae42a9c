"""Adam: momentum, divided by the gradient's recent size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from render.config.options import Number
from render.learn.optimizers.base import Epsilon, LearningRate, Optimizer, WeightDecay
from render.recording import Array

Beta = Annotated[Number, Field(ge=0, lt=1)]
Betas = Annotated[tuple[Beta, Beta], Field(description="shares of the old mean and square kept")]

MAX_WRITTEN_OUT = 1000  # steps of a formula whose every step is a sum over all before


@dataclass(frozen=True)
class Adam(Optimizer):
    """p ← p − lr · m̂ / (√v̂ + eps), the running mean of g by the root of that of g².

    m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ).
    Kingma & Ba 2015, algorithm 1, as torch.optim.Adam has it: `weight_decay` · p joins the
    gradient g.
    """

    in_torch: ClassVar[str] = "Adam"

    lr: LearningRate = 0.001
    betas: Betas = (0.9, 0.999)
    eps: Epsilon = 1e-8
    weight_decay: WeightDecay = 0.0

    def first_step(self, params: Array, grads: Array, lr: float) -> Array:
        size = np.abs(grads + self.weight_decay * params)
        return np.asarray(lr * size / (size + self.eps))

    @property
    def first_step_text(self) -> str:
        return "lr·|g|/(|g| + ε)"

    def without_gradient(self, params: Array, rates: Array) -> Array:
        """Both means written out as sums over all steps before, without the running ones."""
        path = np.full((len(rates) + 1, len(params)), np.nan)
        path[0] = params
        first, second = self.betas
        for t, lr in enumerate(rates[:MAX_WRITTEN_OUT].tolist(), 1):
            pull, ages = self.weight_decay * path[:t], np.arange(t)[::-1, None]
            mean = (first**ages * pull).sum(axis=0) / (first**ages).sum()
            square = (second**ages * pull**2).sum(axis=0) / (second**ages).sum()
            path[t] = path[t - 1] - lr * mean / (np.sqrt(square) + self.eps)
        return path

    def init(self, params: Any, hessian: Callable[[Any], Any]) -> Any:
        return params.new_zeros(params.shape), params.new_zeros(params.shape), 0

    def step(self, params: Any, grads: Any, state: Any, lr: float) -> tuple[Any, Any]:
        mean, square, taken = state
        first, second = self.betas
        if self.weight_decay:
            grads = grads + self.weight_decay * params
        taken += 1
        mean = first * mean + (1 - first) * grads
        square = second * square + (1 - second) * grads**2
        size = (square / (1 - second**taken)).sqrt() + self.eps
        return params - lr * mean / (1 - first**taken) / size, (mean, square, taken)
