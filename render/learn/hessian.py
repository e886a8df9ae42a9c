"""The largest eigenvalues of a loss's Hessian, which is known by its products with vectors alone.

Shapes: P weights.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from render.errors import RenderError
from render.recording import Array

Product = Callable[[Array], Array]

PARALLEL = 1e-6  # the sine of the angle between two directions, at least
ITERATIONS = 120  # of Lanczos' method, at most
RESIDUAL = 1e-10  # of the largest eigenvalue: an eigenpair that is as exact is found
RESIDUAL_FLOAT32 = 1e-5
LEAST_ITERATIONS = 20
BASIS_NUMBERS = 1 << 26  # of the vectors that are kept: 512 MB
BROKEN = 1e-12  # of the largest: a next vector that is shorter is rounding


def leading_eigenvectors(
    product: Product, count: int, residual: float = RESIDUAL
) -> tuple[Array, Array]:
    """The two largest eigenvalues (2,) of a symmetric matrix and its eigenvectors (2, count).

    By the band Lanczos method from two vectors, so that an eigenvalue may be there twice, with
    full re-orthogonalisation: `product(v)` is the matrix times v (Golub & Van Loan, Matrix
    Computations, 10.3). The first entry of each eigenvector that is not 0 is positive. Raises
    RenderError for a matrix that is 0 or not finite.
    """
    random = np.random.default_rng(0)
    most = min(count, ITERATIONS, max(LEAST_ITERATIONS, BASIS_NUMBERS // count))
    basis = np.zeros((most, count))
    inner = np.zeros((most, most))  # basis @ matrix @ basis.T, as far as it is known
    known = 0  # rows of the basis
    for done in range(most):
        while known < min(2, most) or known == done:  # an invariant subspace: there may be more
            known += _extend(basis, known, random.normal(size=count), 0.0)[1]
        image = product(basis[done])
        if not np.isfinite(image).all():
            raise RenderError("landscape.plane: the Hessian at the last snapshot is not finite")
        inner[:known, done] = basis[:known] @ image
        scale = float(np.abs(inner).max())
        if known < most:
            length, added = _extend(basis, known, image, BROKEN * scale)
            inner[known : known + added, done] = length
            known += added
        part = slice(0, done + 1)
        values, vectors = np.linalg.eigh((inner[part, part] + inner[part, part].T) / 2)
        off = np.linalg.norm(inner[done + 1 : known, part] @ vectors[:, -2:], axis=0)
        if done > 1 and known > done + 1 and (off <= residual * np.abs(values).max()).all():
            break
    if not np.abs(values).max() > 0:
        raise RenderError("landscape.plane: the Hessian at the last snapshot is 0: it is flat")
    directions = orthonormal(vectors[:, [-1, -2]].T @ basis[part])
    for direction in directions:
        first = np.flatnonzero(np.abs(direction) > PARALLEL * np.abs(direction).max())[0]
        direction *= np.sign(direction[first])
    return values[[-1, -2]], directions


def _extend(basis: Array, known: int, vector: Array, least: float) -> tuple[float, int]:
    """Add the part of a vector that is at a right angle to all rows of a basis, at length 1.

    Returns its length and 1, or 0 and 0 if it is not longer than `least`.
    """
    rest = vector
    for _ in (0, 1):  # twice is enough (Kahan)
        rest = rest - (basis[:known] @ rest) @ basis[:known]
    length = float(np.linalg.norm(rest))
    if length <= least:
        return 0.0, 0
    basis[known] = rest / length
    return length, 1


def orthonormal(directions: Array) -> Array:
    """Two directions (2, P) of length 1 at a right angle, the first one as it was."""
    first = directions[0] / np.linalg.norm(directions[0])
    second = directions[1] / np.linalg.norm(directions[1])
    for _ in (0, 1):
        second = second - (first @ second) * first
        second /= np.linalg.norm(second)
    return np.stack([first, second])


SHARP = 1e-4  # of the largest eigenvalue: what is left of its vector; of it 1e-8 is


def largest_eigenvalue(
    product: Product, count: int, start: Array | None = None, residual: float = SHARP
) -> tuple[float, Array]:
    """The largest eigenvalue of a symmetric matrix and its eigenvector (count,).

    By Lanczos' method with full re-orthogonalisation from `start` (count,), such as the vector of
    a matrix that is nearly the same, with a tenth of a random one: so no other is missed.
    `product(v)` is the matrix times v. The eigenvalue is nan for a matrix that is not finite.
    """
    vector = np.random.default_rng(0).normal(size=count)
    if start is not None:
        vector = start / np.linalg.norm(start) + 0.1 * vector / np.linalg.norm(vector)
    most = min(count, ITERATIONS, max(LEAST_ITERATIONS, BASIS_NUMBERS // count))
    basis, inner = np.zeros((most + 1, count)), np.zeros((most, most))
    known = _extend(basis, 0, vector, 0.0)[1]
    for done in range(most):
        image = product(basis[done])
        if not np.isfinite(image).all():
            return float("nan"), basis[0]
        inner[: done + 1, done] = inner[done, : done + 1] = basis[: done + 1] @ image
        values, vectors = np.linalg.eigh(inner[: done + 1, : done + 1])
        length, added = _extend(basis, known, image, BROKEN * float(np.abs(values).max()))
        known += added
        off = length * abs(float(vectors[-1, -1]))
        if not added or off <= residual * abs(float(values[-1])):
            break
    return float(values[-1]), vectors[:, -1] @ basis[: done + 1]
