"""The loss over all data as a function of the parameters, in numpy.

It doesn't use the training loop, so that comparing the two is a real check.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from render.learn.losses.base import Loss
from render.learn.models.base import Model
from render.recording import Array, Objective, Points

ACCURATE = 1e-6  # of the largest singular value: with a smaller one, columns are scaled first
ROUNDING = 4 * 2.0**-52  # of the largest singular value, for each column: a smaller one is 0
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
    root: Array | None = None  # (A or fewer, A), H = 2 rootᵀ root: for a large condition

    def __call__(self, params: Array) -> Array:
        away = params - self.optimum
        with np.errstate(over="ignore", invalid="ignore"):
            if self._long is not None:  # squares of small differences, not differences of squares
                return np.asarray(self.minimum + ((away @ self._long.T) ** 2).sum(axis=-1))
            rise = np.einsum("...i,ij,...j->...", away, self.hessian, away)
        return np.asarray(self.minimum + 0.5 * rise)

    @cached_property
    def _long(self) -> Array | None:
        """The root, where the condition is so large that the Hessian loses too many digits."""
        lowest = min(self._flat, len(self.optimum) - 1)  # that is not 0
        eigenvalues = np.linalg.eigvalsh(self.hessian)
        return self.root if eigenvalues[lowest] < ACCURATE**2 * eigenvalues[-1] else None

    @cached_property
    def _flat(self) -> int:
        """Along how many directions there is no curvature, whatever the units of the columns."""
        if self.root is None:
            return 0
        length = np.linalg.norm(self.root, axis=0)
        sizes = np.linalg.svd(self.root / np.where(length > 0, length, 1), compute_uv=False)
        count = len(self.optimum)
        return count - int((sizes > ROUNDING * count * sizes[0]).sum())

    def within(self, free: int, fixed: Array) -> QuadraticLoss:
        """The same quadratic over its first `free` parameters, with the others at `fixed`."""
        if free == len(self.optimum):
            return self
        inner, cross = self.hessian[:free, :free], self.hessian[:free, free:]
        away = fixed - self.optimum[free:]
        root = None if self.root is None else self.root[:, :free]
        if root is not None and self._long is not None:
            move = least_squares(root, self._long[:, free:] @ away)
        else:
            move = np.asarray(np.linalg.lstsq(inner, cross @ away, rcond=None)[0], float)
        best = self.optimum[:free] - move
        lowest = float(self(np.concatenate([best, fixed])))
        return QuadraticLoss(best, lowest, inner, root)

    def curvatures(self) -> tuple[Array, Array]:
        """The eigenvalues (A,) of the Hessian, ascending, and the eigenvectors, one a column.

        Where the condition is large, from the singular values of the root: they have twice the
        digits that the Hessian's own eigenvalues have (Golub & Van Loan, Matrix Computations,
        5.3). It is 0 along directions in which columns depend on each other, whatever their units.
        """
        values, vectors = np.linalg.eigh(self.hessian)
        if self._long is not None:
            _, sizes, directions = np.linalg.svd(self._long)
            sizes = np.pad(sizes, (0, len(values) - len(sizes)))
            values, vectors = 2 * sizes[::-1] ** 2, directions[::-1].T
        values[: self._flat] = 0
        return values, vectors


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
    optimum = least_squares(rows, targets)
    minimum = float(((rows @ optimum - targets) ** 2).sum())
    return QuadraticLoss(optimum, minimum, 2 * rows.T @ rows, np.linalg.qr(rows)[1])


def least_squares(rows: Array, targets: Array) -> Array:
    """The parameters (A,) with the least squared error of rows (N, A) against targets (N,).

    Columns of very different size are scaled to one length first: so a power of a raw input
    isn't taken for rounding (Higham, Accuracy and Stability of Numerical Algorithms, 20.1).
    Where columns depend on each other it is the shortest of the best.
    """
    best, _, _, sizes = np.linalg.lstsq(rows, targets, rcond=None)
    if len(sizes) and sizes[-1] > ACCURATE * sizes[0]:
        return np.asarray(best)
    length = np.linalg.norm(rows, axis=0)
    length[length == 0] = 1
    scaled, _, rank, _ = np.linalg.lstsq(rows / length, targets, rcond=None)
    return np.asarray(scaled / length if rank == rows.shape[1] else best)


def design_matrix(model: Model, points: Points, parameters: tuple[str, ...]) -> tuple[Array, Array]:
    """The design matrix (N, A) of a model that is linear in its parameters, and its targets (N,).

    A column is the model's prediction at a unit vector of the parameters, less that at 0.
    """
    nothing = np.zeros_like(points.y)
    zero = model.predict(dict.fromkeys(parameters, 0.0), points.columns) + nothing
    units = [dict(zip(parameters, unit, strict=True)) for unit in np.eye(len(parameters))]
    columns = [model.predict(unit, points.columns) + nothing - zero for unit in units]
    return np.stack(columns, axis=-1), points.y - zero
