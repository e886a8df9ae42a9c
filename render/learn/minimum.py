"""The minimum of the loss, as exactly as it can be known, and the curvature there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from render.config.spec import Spec
from render.differences import second_differences, sizes
from render.learn.objective import QuadraticLoss
from render.recording import Array, Recording

MAX_DISTANCE = 20.0  # path lengths: a search that ends further away has no minimum to find
ROUNDING = 1e-6  # of the largest curvature: a negative one that is smaller counts as 0
FLAT = 1e-12  # of the largest curvature: a smaller one, of differences of the loss, is rounding
SAME_LOSS = 1e-9  # relative: of minima that differ by less, the one nearest to the path counts
NOT_FINITE = 1e300  # the loss where it is infinite or nan, which a search cannot compare
ENDLESS = "none: the loss falls without end"
EDGE = "none: the loss falls up to an edge or a pole"
CLOSE = 1e-6  # of the spread: over so short a way a loss without edge and pole hardly changes
DIGITS = 1e-12  # of a parameter: a shorter way is rounding
JUMP = 0.05  # of what the search went down, at most


@dataclass(frozen=True)
class Minimum:
    """The best trained parameters, the others held."""

    params: Array  # (P,)
    loss: float
    hessian: Array  # (P, P) there
    method: str  # how it was found, in words
    exact: bool  # there is such a point; else these are the best parameters that are known
    # (M, P) every minimum that is known, local ones too; (0, P) when there is none
    minima: Array = field(default_factory=lambda: np.empty((0, 0)))
    bowl: QuadraticLoss | None = None  # the loss, where it is a quadratic

    def curvatures(self) -> tuple[Array, Array]:
        """The eigenvalues (P,) of the Hessian, ascending, and the eigenvectors, one a column.

        One that is no more than rounding is 0.
        """
        if self.bowl is not None:
            return self.bowl.curvatures()
        values, vectors = np.linalg.eigh(self.hessian)
        return np.where(np.abs(values) <= FLAT * np.abs(values).max(), 0.0, values), vectors


def find(spec: Spec, recording: Recording) -> Minimum:
    """The minimum over the trained parameters: in closed form where there is one, else by search.

    The searches start from the best recorded parameters and from the best point of a coarse
    net in each quarter around them. So they find the global minimum of a loss with few others.
    """
    bowl = recording.objective
    fixed = np.array([*recording.frozen.values()])
    if isinstance(bowl, QuadraticLoss):
        inner = bowl.within(len(recording.names), fixed)
        method = "ridge regression" if spec.loss.l2 else "least squares"
        best = inner.optimum
        return Minimum(best, inner.minimum, inner.hessian, method, True, best[None], inner)
    model, loss = spec.model, spec.loss
    places = model.minima()
    if places is not None and not (len(fixed) or loss.l1 or loss.l2):
        known = [[place[name] for name in recording.names] for place in places]
        return _known(np.reshape(known, (-1, len(recording.names))), recording)
    return _search(spec, recording, fixed)


def _known(minima: Array, recording: Recording) -> Minimum:
    """The lowest of all minima (M, P); of equal ones the nearest to where the run ended."""
    end = recording.params[-1]
    if not len(minima):
        best = int(np.argmin(recording.loss))
        loss, hessian = float(recording.loss[best]), _curvature(recording, end)
        return Minimum(recording.params[best], loss, hessian, ENDLESS, False, minima)
    heights = recording.objective(minima)
    lowest = float(heights.min())
    deep = minima[heights <= lowest + _same(recording, lowest)]
    params = deep[np.linalg.norm(deep - end, axis=1).argmin()]
    loss = float(recording.objective(params))
    return Minimum(params, loss, _curvature(recording, params), "known", True, minima)


def _same(recording: Recording, lowest: float) -> float:
    """The difference of two losses that count as the same."""
    return SAME_LOSS * max(float(np.ptp(recording.loss)), abs(lowest))


def _curvature(recording: Recording, at: Array) -> Array:
    """The Hessian (P, P) at trained parameters; 0 where the loss is too large to compute it."""
    point = recording.completed(at)
    with np.errstate(over="ignore", invalid="ignore"):
        hessian = second_differences(recording.objective, point, len(at), sizes(recording, point))
    return np.nan_to_num(hessian, nan=0.0, posinf=0.0, neginf=0.0)


def _search(spec: Spec, recording: Recording, fixed: Array) -> Minimum:
    """The minimum by Nelder and Mead's method, and whether it is one."""
    from scipy.optimize import minimize

    count = len(recording.names)

    def loss(params: Array) -> Array:
        rest = np.broadcast_to(fixed, (*params.shape[:-1], len(fixed)))
        losses = recording.objective(np.concatenate([params, rest], axis=-1))
        return np.where(np.isfinite(losses), losses, NOT_FINITE)

    path = recording.params
    best = path[np.argmin(recording.loss)]
    unit = sizes(recording, recording.completed(path[0]))[:count]
    spread = np.maximum(np.ptp(path, axis=0), np.abs(best))
    spread = np.where(spread > unit / 10, spread, unit)  # a unit is rounded up to a power of ten
    own = np.maximum(np.ptp(path, axis=0), unit)
    # Nelder and Mead's tolerances are absolute: they search from the best point in its own units.
    height = float(recording.loss[0]) or 1.0
    options = {"xatol": 1e-11, "fatol": 1e-15, "maxiter": 2000 * count, "adaptive": count > 2}
    with np.errstate(all="ignore"):  # next to a pole
        found = [
            minimize(
                lambda q: float(loss(best + q * unit)) / abs(height),
                (start - best) / unit,
                method="Nelder-Mead",
                options=options,
            )
            for start in _starts(loss, best, spread)
        ]
        for search in found:
            search.x = best + search.x * unit
            search.fun = float(loss(search.x))
        start = float(recording.loss.max())
        searches = [s for s in found if _open(loss, np.asarray(s.x), own, start - float(s.fun))]
    if not searches:
        return Minimum(
            best,
            float(recording.loss.min()),
            _curvature(recording, path[-1]),
            EDGE,
            False,
            np.empty((0, count)),
        )
    lowest = min(float(search.fun) for search in searches)
    deep = [s for s in searches if s.fun <= lowest + _same(recording, lowest)]
    nearest = min(deep, key=lambda search: float(np.abs((search.x - best) / spread).sum()))
    params, lowest = np.asarray(nearest.x), float(nearest.fun)
    near = (np.abs(params - best) < MAX_DISTANCE * spread).all()
    smooth = spec.loss.smooth and not spec.loss.l1
    # A loss that falls for ever has no curvature at a minimum, so that at the run's end counts.
    place = params if near else path[-1]
    hessian = _curvature(recording, place) if smooth else np.zeros((count, count))
    curved = np.linalg.eigvalsh(hessian)[0] > -ROUNDING * max(np.abs(hessian).max(), 1e-300)
    range_ = max(float(recording.loss.max()) - lowest, 1e-300)
    steep = not smooth or np.abs(hessian).max() * (spread**2).max() > ROUNDING * range_
    single = steep or _enclosed(loss, params, spread / 2, lowest + ROUNDING * range_)
    exact = bool(nearest.success and near and curved and single)
    method = "search" if exact else "none: the loss falls as far as it was searched"
    minima = params[None] if exact else np.empty((0, count))
    return Minimum(params, lowest, hessian, method, exact, minima)


def _open(loss: Callable[[Array], Array], at: Array, spread: Array, depth: float) -> bool:
    """Whether a place has finite losses all around that hardly differ from its own.

    At an edge of the domain or at a pole a loss may be lowest, but has no minimum.
    """
    moves = np.diag(np.maximum(CLOSE * spread, DIGITS * np.abs(at)))
    around = loss(np.concatenate([at[None], at + moves, at - moves]))
    jump = float(np.ptp(around))
    return bool(np.abs(around).max() < NOT_FINITE) and jump <= JUMP * max(depth, 1e-300)


def _enclosed(loss: Callable[[Array], Array], at: Array, reach: Array, height: float) -> bool:
    """Whether the loss rises above a height on both sides along each axis, as x⁴ around 0."""
    moves = np.diag(reach)
    return bool((loss(np.concatenate([at + moves, at - moves])) > height).all())


def _starts(loss: Callable[[Array], Array], best: Array, spread: Array) -> list[Array]:
    """Points (P,) to start from: `best`, and the best of a net in each quarter around it."""
    axes = np.linspace(-1.5, 1.5, 14)  # even: no point is in two quarters
    plane = np.meshgrid(*[axes] * min(len(best), 2))
    offsets = np.stack([axis.ravel() for axis in plane], axis=-1)
    net = best + spread * np.pad(offsets, [(0, 0), (0, len(best) - offsets.shape[1])])
    height = loss(net)
    quarters = [(offsets > 0) @ [1, 2][: offsets.shape[1]] == i for i in range(2 ** len(plane))]
    return [best, *(net[np.where(quarter, height, np.inf).argmin()] for quarter in quarters)]
