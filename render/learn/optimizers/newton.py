"""Newton's method: the gradient is divided by the curvature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from render.learn.optimizers.base import LearningRate, Optimizer

FLAT_CURVATURE = 1e-12  # of the largest curvature; below this it is rounding


@dataclass(frozen=True)
class Newton(Optimizer):
    """p ← p − lr · H⁻¹ · ∂L/∂p, H the second derivative of the loss.

    Boyd & Vandenberghe, Convex Optimization, 9.5. At lr 1 a quadratic loss is solved in one
    step. Along directions without curvature (a singular H, such as that of twin features)
    nothing moves: H⁻¹ is the pseudoinverse. Where H is indefinite the step goes to the
    stationary point of the local quadratic, even if it is a saddle or a maximum.
    """

    lr: LearningRate = 1.0

    def init(self, params: Any, hessian: Callable[[Any], Any]) -> Any:
        return hessian

    def step(self, params: Any, grads: Any, state: Any, lr: float) -> tuple[Any, Any]:
        inverse = state(params).pinverse(rcond=FLAT_CURVATURE)
        return params - lr * inverse @ grads, state
