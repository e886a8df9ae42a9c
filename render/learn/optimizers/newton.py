"""Newton's method: the gradient is divided by the curvature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from render.learn.optimizers.base import LearningRate, Optimizer

MAX_PARAMETERS = 200  # their Hessian takes 200 backward passes in each step
FLAT_CURVATURE = 1e-14  # of the largest scaled curvature; below this it is rounding


@dataclass(frozen=True)
class Newton(Optimizer):
    """p ← p − lr · H⁻¹ · ∂L/∂p, H the second derivative of the loss.

    Boyd & Vandenberghe, Convex Optimization, 9.5. At lr 1 a quadratic loss is solved in one
    step. H is solved for parameters that are scaled to the same curvature, so that their units
    do not matter (Higham, Accuracy and Stability of Numerical Algorithms, 10.1). Along
    directions without curvature (a singular H, such as that of twin features) nothing moves.
    Where H is indefinite the step goes to the stationary point of the local quadratic, even if
    it is a saddle or a maximum.
    """

    lr: LearningRate = 1.0

    def refuse(self, count: int) -> str | None:
        if count <= MAX_PARAMETERS:
            return None
        matrix = f"newton solves for a matrix of {count:,} × {count:,} second derivatives"
        return f"{matrix} in each step: at most {MAX_PARAMETERS} parameters"

    def init(self, params: Any, hessian: Callable[[Any], Any]) -> Any:
        return hessian

    def step(self, params: Any, grads: Any, state: Any, lr: float) -> tuple[Any, Any]:
        return params - lr * _solved(state(params), grads), state


def _solved(hessian: Any, grads: Any) -> Any:
    """The step H⁻¹ · ∂L/∂p (P,); nothing along directions in which H (P, P) has no curvature.

    Not a number where H is not finite.
    """
    if hasattr(hessian, "solved"):  # traced: whoever computes it solves it in the same way
        return hessian.solved(grads)
    import torch

    if not hessian.isfinite().all():
        return torch.full_like(grads, torch.nan)
    own = hessian.diagonal().abs()
    largest = hessian.abs().amax(dim=1)
    size = own.where(own > 0, largest)  # a parameter may bend only together with others
    scale = size.where(size > 0, 1.0).rsqrt()
    curvatures, axes = torch.linalg.eigh(scale[:, None] * hessian * scale)
    flat = curvatures.abs() <= FLAT_CURVATURE * curvatures.abs().max()
    along = (axes.T @ (scale * grads) / curvatures.where(~flat, 1.0)).where(~flat, 0.0)
    step = scale * (axes @ along)
    if not flat.any():
        return step
    nowhere = torch.linalg.qr(scale[:, None] * axes[:, flat])[0]
    return step - nowhere @ (nowhere.T @ step)
