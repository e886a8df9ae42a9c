"""Planes through the space of a network's weights, on which its runs are drawn.

The two principal components of the kept snapshots, two random directions, the two leading
eigenvectors of the Hessian, or two weights by name. Nothing of size P × P is ever made.

Shapes: N snapshots of all runs together, P weights, K components, M places.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from render.config.spec import UNSEEN_GRID, LandscapeOptions
from render.errors import RenderError
from render.learn.hessian import (
    PARALLEL,
    RESIDUAL,
    RESIDUAL_FLOAT32,
    leading_eigenvectors,
    orthonormal,
)
from render.learn.networks.history import History, Weights
from render.learn.networks.layout import Layout
from render.projected import Basis
from render.recording import Array

Buffers = Mapping[str, npt.NDArray[Any]]

BLOCK_NUMBERS = 1 << 22  # of weights, in float64 at once: 32 MB
LEAST_COLUMNS = 64  # in a block
COMPONENTS = 10  # at most, that are told
LEAST_SNAPSHOTS = 3
RANK = 1e-12  # of the first component's variance: a second one with less is rounding
WHOLE = 1000  # snapshots: of more, only the largest eigenvalues are computed
WALK_ROWS = 1000  # of a random walk that is computed; a longer one has the same shares
SIMULATED = 2e9  # multiplications that simulated walks may take
MANY, FEW = 400, 20  # walks that are simulated, at most and at least


@dataclass(frozen=True)
class PlaneOptions:
    """Which plane is drawn."""

    plane: str | tuple[str, str] = "pca"  # pca, random, hessian, ends, or the names of two weights
    centre: str = "mean"  # of pca: mean, or end as Li et al. have it
    normalize: str = "filter"  # of random: filter or none
    seed: int = 0  # of random
    walk: bool = True  # whether what a random walk would give is wanted beside pca's shares

    @classmethod
    def of(cls, landscape: LandscapeOptions, seed: int) -> PlaneOptions:
        """The plane that a config asks for, in a film with that seed."""
        return cls(
            landscape.plane or "pca",
            landscape.centre or "mean",
            landscape.normalize or "filter",
            seed if landscape.seed is None else landscape.seed,
            walk=landscape.grid > UNSEEN_GRID,
        )


class Evaluator(Protocol):
    """What planes need of an `Evaluation`."""

    layout: Layout

    @property
    def double(self) -> bool: ...

    def loss(self, weights: Any, buffers: Buffers | None = None) -> float: ...

    def hessian_product(
        self, weights: Any, direction: Any, buffers: Buffers | None = None
    ) -> Array: ...


@dataclass(frozen=True)
class NetworkPlane:
    """Points origin + coordinates @ directions; directions need not be orthogonal.

    Weights (M, P) may lie on the disk: they are read row by row.
    """

    origin: Array  # (P,)
    directions: Array  # (2, P), linearly independent
    basis: Basis
    columns: tuple[int, int] | None = None  # of two weights: which they are

    @cached_property
    def gram(self) -> Array:
        """The products (2, 2) of the directions."""
        return self.directions @ self.directions.T

    def project(self, weights: Weights) -> Array:
        """The coordinates (M, 2) of the points of the plane that are nearest to weights (M, P).

        Each row alone: the same weights have the same coordinates to the last bit in every run.
        """
        if self.columns is not None:
            return np.asarray(weights[:, list(self.columns)], dtype=np.float64)
        found = np.empty((len(weights), 2))
        for k, row in enumerate(weights):
            found[k] = self._steps(np.asarray(row, dtype=np.float64) - self.origin)
        return found

    def lift(self, coordinates: Array) -> Array:
        """The weights (..., P) at coordinates (..., 2)."""
        if self.columns is None:
            return self.origin + coordinates @ self.directions
        weights = np.empty((*coordinates.shape[:-1], len(self.origin)))
        weights[...] = self.origin
        weights[..., list(self.columns)] = coordinates
        return weights

    def lifted(self, coordinates: Array) -> Iterator[Array]:
        """The weights (P,) at coordinates (M, 2), one place after another."""
        for place in coordinates:
            yield self.lift(place)

    def distance(self, weights: Weights) -> Array:
        """How far weights (M, P) are from the plane (M,), Euclidean."""
        found = np.empty(len(weights))
        for k, row in enumerate(weights):
            away = np.asarray(row, dtype=np.float64) - self.origin
            for _ in (0, 1):  # again, so that rounding of a long way is no distance
                away -= self._steps(away) @ self.directions
            found[k] = np.linalg.norm(away)
        return found

    def slope(self, gradient: Array) -> Array:
        """The derivatives (2,) of a loss by the coordinates, of its gradient (P,)."""
        return self.directions @ gradient

    def _steps(self, away: Array) -> Array:
        """The coordinates (2,) of a way (P,), by least squares."""
        return np.asarray(self._inverse @ (self.directions @ away))

    @cached_property
    def _inverse(self) -> Array:
        return np.asarray(np.linalg.inv(self.gram))


def plane_of(
    histories: Sequence[History], evaluation: Evaluator, options: PlaneOptions
) -> NetworkPlane:
    """The plane of all these runs.

    It goes through the mean of all kept snapshots or, as every plane but that of pca does,
    through the last snapshot: of several runs that of the one that ended lowest. Its signs are
    fixed: the last snapshot has positive coordinates; where it is the origin, the run comes from
    negative ones. An eigenvector's first entry that is not 0 is positive.

    Raises RenderError for too few snapshots, for directions that are parallel, and for names of
    weights that the model has not.
    """
    allowed = {"centre": ("mean", "end"), "normalize": ("filter", "none")}
    for name, values in allowed.items():
        if (found := getattr(options, name)) not in values:
            raise RenderError(f"landscape.{name}: {found!r} is neither {' nor '.join(values)}")
    layout, last = evaluation.layout, ending(histories, evaluation)
    if layout.count < 2:
        raise RenderError("landscape.plane: the model trains one number, and a plane needs two")
    end = np.asarray(last.weights[-1], dtype=np.float64)
    snapshots = sum(len(history.weights) for history in histories)
    if not isinstance(options.plane, str):
        names = (options.plane[0], options.plane[1])
        basis = Basis("parameters", names, centre="end", snapshots=snapshots)
        return _of_weights(end, layout, basis)
    if options.plane == "pca":
        return _principal(histories, last, options)
    if options.plane == "random":
        directions = random_directions(end, layout, options)
        basis = Basis(
            "random",
            ("d1", "d2"),
            centre="end",
            normalize="filter" if options.normalize == "filter" else "",
            seed=options.seed,
            snapshots=snapshots,
        )
        return _pointed(NetworkPlane(end, _independent(directions), basis), last)
    if options.plane == "hessian":
        buffers = {name: values[-1] for name, values in last.buffers.items()}
        eigenvalues, directions = leading_eigenvectors(
            lambda v: evaluation.hessian_product(end, v, buffers),
            layout.count,
            RESIDUAL if evaluation.double else RESIDUAL_FLOAT32,
        )
        curvatures = float(eigenvalues[0]), float(eigenvalues[1])
        axes = ("h1", "h2")
        basis = Basis("hessian", axes, centre="end", snapshots=snapshots, eigenvalues=curvatures)
        return NetworkPlane(end, directions, basis)
    if options.plane == "ends":
        return _of_ends(histories, snapshots)
    raise RenderError(f"landscape.plane: {options.plane!r} is none of pca, random, hessian, ends")


def ending(histories: Sequence[History], evaluation: Evaluator) -> History:
    """The run whose last snapshot has the lowest loss; the first one of equals."""
    if len(histories) == 1:
        return histories[0]
    losses = []
    for history in histories:
        buffers = {name: values[-1] for name, values in history.buffers.items()}
        losses.append(evaluation.loss(history.weights[-1], buffers))
    return histories[int(np.nanargmin([*losses, np.inf]) % len(histories))]


def _of_weights(end: Array, layout: Layout, basis: Basis) -> NetworkPlane:
    """The plane of two weights: the others are those of the last snapshot."""
    first, second = (layout.place(name) for name in basis.axes)
    if first == second:
        raise RenderError(f"landscape.plane: both directions are {basis.axes[0]}")
    labels = layout.labels()
    axes = labels[first], labels[second]
    origin, directions = end.copy(), np.zeros((2, len(end)))
    origin[[first, second]] = 0.0
    directions[0, first] = directions[1, second] = 1.0
    return NetworkPlane(origin, directions, replace(basis, axes=axes), (first, second))


def _of_ends(histories: Sequence[History], snapshots: int) -> NetworkPlane:
    """The plane through the last snapshots of two runs and the middle of their first ones.

    Its origin is the middle between both ends, its first axis goes from the first run's to the
    second's: so the straight line between the two networks is drawn as it is.
    """
    if len(histories) != 2:
        found = f"found {len(histories)}"
        raise RenderError(f"landscape.plane: ends is for a race of two runs, {found}")
    starts, ends = (
        np.array([np.asarray(h.weights[k], dtype=np.float64) for h in histories]) for k in (0, -1)
    )
    middle = ends.mean(axis=0)
    away = starts.mean(axis=0) - middle
    directions = orthonormal(_independent(np.array([ends[1] - ends[0], away])))
    return NetworkPlane(middle, directions, Basis("ends", ("e1", "e2"), snapshots=snapshots))


def _pointed(plane: NetworkPlane, last: History) -> NetworkPlane:
    """The same plane with the signs of its directions fixed by a run's last snapshot."""
    first, end = plane.project(last.weights[[0, -1]])
    size = np.maximum(np.abs(first), np.abs(end))
    way = np.where(np.abs(end) > 1e-9 * size, end, end - first)
    signs = np.where(way < 0, -1.0, 1.0)
    for k in np.flatnonzero(way == 0):
        entries = plane.directions[k]
        signs[k] = np.sign(entries[np.flatnonzero(entries)[0]])
    return replace(plane, directions=plane.directions * signs[:, None])


def _independent(directions: Array) -> Array:
    """The directions (2, P) if they span a plane. Raises RenderError if not."""
    lengths = np.linalg.norm(directions, axis=1)
    if not (lengths > 0).all() or not np.isfinite(lengths).all():
        raise RenderError("landscape.plane: a direction has no length, so there is no plane")
    first, second = directions / lengths[:, None]
    sine = float(np.linalg.norm(second - (first @ second) * first))
    if sine < PARALLEL:
        raise RenderError("landscape.plane: the two directions are parallel: there is no plane")
    return directions


# --- principal components ---


def _principal(histories: Sequence[History], last: History, options: PlaneOptions) -> NetworkPlane:
    """The plane of the two components with the largest variance, of all runs together.

    From the products (N, N) of the snapshots, which have the same eigenvalues; their directions
    are sums of snapshots. The weights are read twice, some columns of all snapshots at a time.
    """
    snapshots, centre = sum(len(history.weights) for history in histories), options.centre
    count = histories[0].count
    if snapshots < LEAST_SNAPSHOTS:
        needed = f"the principal components need {LEAST_SNAPSHOTS} snapshots"
        raise RenderError(f"landscape.plane: {needed}, and there are {snapshots}")
    origin, gram = np.zeros(count), np.zeros((snapshots, snapshots))
    for part, block in _columns(histories):
        origin[part] = block.mean(axis=0) if centre == "mean" else last.weights[-1, part]
        block -= origin[part]
        gram += block @ block.T
    values, vectors = _largest(gram)
    if not values[0] > 0:
        raise RenderError("landscape.plane: the weights never moved, so there is no path to show")
    if values[1] <= RANK * values[0]:
        why = "the kept snapshots lie on a line, which has no second component"
        raise RenderError(f"landscape.plane: {why}: name another plane, such as random")
    directions = np.zeros((2, count))
    for part, block in _columns(histories):
        directions[:, part] = vectors[:, :2].T @ (block - origin[part])
    lengths = [len(each.weights) for each in (last, *(h for h in histories if h is not last))]
    told = min(COMPONENTS, snapshots - 1, count)
    basis = Basis(
        "pca",
        ("pc1", "pc2"),
        centre=centre,
        snapshots=snapshots,
        explained=values[:told] / np.trace(gram),
        random_walk=random_walk(lengths, count, centre) if options.walk else np.zeros(0),
    )
    return _pointed(NetworkPlane(origin, orthonormal(directions), basis), last)


def _columns(histories: Sequence[History]) -> Iterator[tuple[slice, Array]]:
    """Some columns at a time, and the snapshots of all runs in them (N, B), in float64."""
    count, rows = histories[0].count, sum(len(history.weights) for history in histories)
    size = max(LEAST_COLUMNS, BLOCK_NUMBERS // rows)
    for first in range(0, count, size):
        part = slice(first, min(first + size, count))
        block = np.empty((rows, part.stop - first))
        begin = 0
        for history in histories:
            end = begin + len(history.weights)
            block[begin:end] = history.weights[:, part]
            begin = end
        yield part, block


def _largest(gram: Array) -> tuple[Array, Array]:
    """The largest eigenvalues (K,) of a symmetric matrix and their vectors (N, K), in columns."""
    if len(gram) <= WHOLE:
        values, vectors = np.linalg.eigh(gram)
    else:
        from scipy.linalg import eigh

        last = len(gram) - 1
        values, vectors = eigh(gram, subset_by_index=[last - COMPONENTS + 1, last])
    return np.maximum(values[::-1], 0.0)[:COMPONENTS], vectors[:, ::-1][:, :COMPONENTS]


def random_walk(
    snapshots: int | Sequence[int], dimensions: int, centre: str = "mean", seed: int = 0
) -> Array:
    """The shares (K,) of variance that the components of a random walk have, largest first.

    Of several runs: walks that start at one point. The variance is about the mean, or about the
    last snapshot of the first run (`end`).

    In many dimensions the variances of one walk of N snapshots are in proportion to
    1 / (4 sin²(kπ / 2N)), 6/π² for the first in the limit; about its end to
    1 / (4 sin²((2k − 1)π / (4N − 2))), 8/π² in the limit (Antognini & Sohl-Dickstein 2018).
    In fewer dimensions than snapshots they are the mean of simulated walks.
    """
    lengths = [snapshots] if isinstance(snapshots, int) else [*snapshots]
    total = sum(lengths)
    if total < 2 or dimensions < 1:
        return np.zeros(0)
    if len(lengths) == 1 and dimensions >= total:
        if centre == "end":
            k = np.arange(1, total)
            sizes = 1 / (4 * np.sin((2 * k - 1) * np.pi / (4 * total - 2)) ** 2)
        else:
            k = np.arange(1, total)
            sizes = 1 / (4 * np.sin(k * np.pi / (2 * total)) ** 2)
        return np.asarray((sizes / sizes.sum())[: min(COMPONENTS, dimensions)])
    if total > WALK_ROWS and dimensions >= WALK_ROWS:
        lengths = [max(2, round(length * WALK_ROWS / total)) for length in lengths]
        total = sum(lengths)
    told = min(COMPONENTS, total - 1, dimensions)
    if dimensions >= total:
        return _shares(_centred(_walk_covariance(lengths), lengths, centre))[:told]
    random = np.random.default_rng(seed)
    walks = int(np.clip(SIMULATED / (total * dimensions * min(total, dimensions)), FEW, MANY))
    shares = np.zeros(told)
    for _ in range(walks):
        rows = np.concatenate([_walk(random, length, dimensions) for length in lengths])
        rows -= rows[lengths[0] - 1] if centre == "end" else rows.mean(axis=0)
        shares += _shares(rows.T @ rows)[:told] / walks
    return shares


def _walk(random: np.random.Generator, length: int, dimensions: int) -> Array:
    rows = np.zeros((length, dimensions))
    rows[1:] = random.normal(size=(length - 1, dimensions)).cumsum(axis=0)
    return rows


def _walk_covariance(lengths: Sequence[int]) -> Array:
    """The covariance (N, N) of the snapshots of walks from one point, in one dimension."""
    total = sum(lengths)
    covariance, begin = np.zeros((total, total)), 0
    for length in lengths:
        steps = np.arange(length)
        part = slice(begin, begin + length)
        covariance[part, part] = np.minimum.outer(steps, steps)
        begin += length
    return covariance


def _centred(gram: Array, lengths: Sequence[int], centre: str) -> Array:
    if centre == "end":
        at = lengths[0] - 1
        return gram - gram[at] - gram[:, at : at + 1] + gram[at, at]
    return gram - gram.mean(axis=0) - gram.mean(axis=1)[:, None] + gram.mean()


def _shares(matrix: Array) -> Array:
    """The eigenvalues of a symmetric matrix as shares of their sum, largest first."""
    values = np.maximum(np.linalg.eigvalsh(matrix)[::-1], 0.0)
    return np.asarray(values / values.sum())


# --- random directions ---


def random_directions(end: Array, layout: Layout, options: PlaneOptions) -> Array:
    """Two directions (2, P) of normally distributed numbers.

    With `filter` each filter of a direction has the norm of the same filter of the weights
    `end`, and biases and all other vectors are 0 (Li et al. 2018, 1712.09913): so the picture
    does not depend on the scale of the weights. Their tool does the same, `ignore=biasbn`.
    """
    directions = np.random.default_rng(options.seed).normal(size=(2, layout.count))
    if options.normalize != "filter":
        return directions
    normal = np.zeros_like(directions)
    for part, filters in layout.filters():
        sizes = np.linalg.norm(end[part].reshape(filters, -1), axis=1)
        for k in (0, 1):
            rows = directions[k, part].reshape(filters, -1)
            lengths = np.linalg.norm(rows, axis=1)
            normal[k, part] = (rows / lengths[:, None] * sizes[:, None]).ravel()
    if not normal.any():
        why = "the model has no filters, weights of two dimensions that are not 0: none is for it"
        raise RenderError(f"landscape.normalize: {why}")
    return normal
