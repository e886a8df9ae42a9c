"""The loss over all data as a function of the parameters, in numpy.

It doesn't use the training loop, so that comparing the two is a real check.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from render.learn.losses.base import Loss
from render.learn.models.base import Model
from render.recording import Array, Objective, Points

CHUNK = 1 << 20  # predictions in one computation: 8 MB for each intermediate result


@dataclass(frozen=True)
class QuadraticLoss:
    """L(p) = minimum + ½ (p − optimum)ᵀ H (p − optimum): squared errors of a linear model.

    Exact, and as cheap for a million points as for sixty (Boyd & Vandenberghe, Convex
    Optimization, 1.2.1: least squares).
    """

    optimum: Array  # (A,)
    minimum: float
    hessian: Array  # (A, A)

    def __call__(self, params: Array) -> Array:
        away = params - self.optimum
        with np.errstate(over="ignore", invalid="ignore"):
            rise = np.einsum("...i,ij,...j->...", away, self.hessian, away)
        return np.asarray(self.minimum + 0.5 * rise)

    def within(self, free: int, fixed: Array) -> QuadraticLoss:
        """The same quadratic over its first `free` parameters, with the others at `fixed`."""
        if free == len(self.optimum):
            return self
        inner, cross = self.hessian[:free, :free], self.hessian[:free, free:]
        away = fixed - self.optimum[free:]
        best = self.optimum[:free] - np.linalg.lstsq(inner, cross @ away, rcond=None)[0]
        lowest = float(self(np.concatenate([best, fixed])))
        return QuadraticLoss(best, lowest, inner)


@dataclass(frozen=True)
class MeanLoss:
    """The loss of any model: the mean over the points plus the penalty, in bounded chunks."""

    model: Model
    loss: Loss
    points: Points
    parameters: tuple[str, ...]  # (A,)
    trained: int  # number of parameters, from the first, that are penalised

    def __call__(self, params: Array) -> Array:
        flat = params.reshape(-1, len(self.parameters))
        losses = np.empty(len(flat))
        rows = max(1, CHUNK // len(self.points.y))
        for start in range(0, len(flat), rows):
            losses[start : start + rows] = self._mean(flat[start : start + rows])
        return losses.reshape(params.shape[:-1])

    def _mean(self, params: Array) -> Array:
        values = {name: params[:, i, None] for i, name in enumerate(self.parameters)}
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            yhat = self.model.predict(values, self.points.columns)
            mean = self.loss.pointwise(yhat, self.points.y).mean(axis=-1)
            return np.asarray(mean + self.loss.penalty(params[:, : self.trained]))


def objective(
    model: Model, loss: Loss, points: Points, parameters: tuple[str, ...], trained: int
) -> Objective:
    """The loss over the points as a function of the parameters (..., A), in this order.

    The first `trained` of them are penalised.
    """
    if model.linear and loss.quadratic and not loss.l1:
        return quadratic_loss(model, loss, points, parameters, trained)
    return MeanLoss(model, loss, points, parameters, trained)


def quadratic_loss(
    model: Model, loss: Loss, points: Points, parameters: tuple[str, ...], trained: int
) -> QuadraticLoss:
    """The squared errors of a model linear in its parameters, from the normal equations.

    An l2 penalty adds a point for each trained parameter p, with prediction √l2 · p and label 0.
    """
    assert loss.quadratic is not None
    design, target = design_matrix(model, points, parameters)
    weight = np.sqrt(loss.quadratic / len(points.y))
    ridge = np.sqrt(loss.l2) * np.eye(len(parameters))[:trained]
    rows = np.concatenate([weight * design, ridge])
    targets = np.concatenate([weight * target, np.zeros(trained)])
    optimum = np.linalg.lstsq(rows, targets, rcond=None)[0]
    minimum = float(((rows @ optimum - targets) ** 2).sum())
    return QuadraticLoss(optimum, minimum, 2 * rows.T @ rows)


def design_matrix(model: Model, points: Points, parameters: tuple[str, ...]) -> tuple[Array, Array]:
    """The design matrix (N, A) of a model that is linear in its parameters, and its targets (N,).

    A column is the model's prediction at a unit vector of the parameters, less that at 0.
    """
    nothing = np.zeros_like(points.y)
    zero = model.predict(dict.fromkeys(parameters, 0.0), points.columns) + nothing
    units = [dict(zip(parameters, unit, strict=True)) for unit in np.eye(len(parameters))]
    columns = [model.predict(unit, points.columns) + nothing - zero for unit in units]
    return np.stack(columns, axis=-1), points.y - zero
