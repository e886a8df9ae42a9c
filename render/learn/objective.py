"""The loss over the whole data as a function of the parameters, without going through torch.

Computed apart from the training loop, so that comparing the two is a real check.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from render.learn.losses.base import Loss
from render.learn.models.base import Model
from render.recording import Array, Dataset, Objective


@dataclass(frozen=True)
class Quadratic:
    """L(p) = minimum + ½ (p − optimum)ᵀ H (p − optimum): squared errors of a linear model.

    Exact, and as cheap for a million points as for sixty (Boyd & Vandenberghe, Convex
    Optimization, 1.2.1: least squares).
    """

    optimum: Array  # (A,)
    minimum: float
    hessian: Array  # (A, A)

    def __call__(self, params: Array) -> Array:
        away = params - self.optimum
        rise = np.einsum("...i,ij,...j->...", away, self.hessian, away)
        return np.asarray(self.minimum + 0.5 * rise)

    def within(self, free: int, fixed: Array) -> Quadratic:
        """The same bowl over its first `free` parameters, the others held at `fixed`."""
        if free == len(self.optimum):
            return self
        inner, cross = self.hessian[:free, :free], self.hessian[:free, free:]
        away = fixed - self.optimum[free:]
        best = self.optimum[:free] - np.linalg.lstsq(inner, cross @ away, rcond=None)[0]
        lowest = float(self(np.concatenate([best, fixed])))
        return Quadratic(best, lowest, inner)


def objective(model: Model, loss: Loss, dataset: Dataset, axes: tuple[str, ...]) -> Objective:
    """The loss over `dataset` as a function of the parameters in the order of `axes`."""
    return least_squares(model, loss, dataset, axes)


def least_squares(model: Model, loss: Loss, dataset: Dataset, axes: tuple[str, ...]) -> Quadratic:
    """Mean squared error of a model linear in its parameters, from the normal equations.

    The design matrix's columns are the model's predictions at the unit vectors.
    """
    units = [dict(zip(axes, unit, strict=True)) for unit in np.eye(len(axes))]
    zero = model.predict(dict.fromkeys(axes, 0.0), dataset.x) + np.zeros_like(dataset.x)
    design = np.stack([model.predict(unit, dataset.x) - zero for unit in units], axis=-1)
    optimum = np.linalg.lstsq(design, dataset.y - zero, rcond=None)[0]
    residual = dataset.y - zero - design @ optimum
    hessian = 2 * design.T @ design / len(dataset.x)
    return Quadratic(optimum, float(loss(residual, np.zeros_like(residual))), hessian)
