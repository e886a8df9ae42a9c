"""Adam: momentum, divided by the gradient's recent size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field

from render.config.options import Number
from render.learn.optimizers.base import Epsilon, LearningRate, Optimizer, WeightDecay

Beta = Annotated[Number, Field(ge=0, lt=1)]
Betas = Annotated[tuple[Beta, Beta], Field(description="shares of the old mean and square kept")]


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
