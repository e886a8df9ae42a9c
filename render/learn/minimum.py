"""Where the loss is least, as exactly as it can be known, and how it curves there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from render.config.spec import Spec
from render.curvature import second_differences
from render.learn.objective import Quadratic
from render.recording import Array, Recording

FAR = 20.0  # a search that ends this many path lengths away ran off to infinity
FLAT = 1e-6  # of the largest curvature: less than nothing by so little counts as nothing
RIVAL = 1e-9  # relative: of minima that differ by less, the one by the path is meant
HUGE = 1e300  # in place of infinity, which a search can't compare


@dataclass(frozen=True)
class Minimum:
    """The best trained parameters, the others held."""

    params: Array  # (P,)
    loss: float
    hessian: Array  # (P, P) there
    method: str  # in words
    exact: bool  # there is such a point; else these are the best found


def find(spec: Spec, recording: Recording) -> Minimum:
    """The minimum over the trained parameters: closed form where there is one, else a search.

    The searches start from the best recorded parameters and from the best of a coarse net in
    each quarter around them, so they find the global minimum of a tame loss.
    """
    bowl = recording.objective
    fixed = np.array([*recording.frozen.values()])
    if isinstance(bowl, Quadratic):
        inner = bowl.within(len(recording.names), fixed)
        method = "ridge regression" if spec.loss.l2 else "least squares"
        return Minimum(inner.optimum, inner.minimum, inner.hessian, method, True)
    return _search(spec, recording, fixed)


def _search(spec: Spec, recording: Recording, fixed: Array) -> Minimum:
    from scipy.optimize import minimize

    count = len(recording.names)

    def loss(params: Array) -> Array:
        rest = np.broadcast_to(fixed, (*params.shape[:-1], len(fixed)))
        found = recording.objective(np.concatenate([params, rest], axis=-1))
        return np.where(np.isfinite(found), found, HUGE)

    path = recording.params
    best = path[np.argmin(recording.loss)]
    spread = np.maximum(np.ptp(path, axis=0), np.maximum(np.abs(best), 1.0))
    options = {"xatol": 1e-11, "fatol": 1e-15, "maxiter": 2000 * count, "adaptive": count > 2}
    searches = [
        minimize(lambda p: float(loss(p)), start, method="Nelder-Mead", options=options)
        for start in _starts(loss, best, spread)
    ]
    lowest = min(float(search.fun) for search in searches)
    deep = [s for s in searches if s.fun <= lowest + RIVAL * max(1.0, abs(lowest))]
    found = min(deep, key=lambda search: float(np.abs((search.x - best) / spread).sum()))
    params = np.asarray(found.x)
    near = (np.abs(params - best) < FAR * spread).all()
    smooth = spec.loss.smooth and not spec.loss.l1
    # Of a loss that falls for ever, the curvature where the run ended is all there is to say.
    place = params if near else path[-1]
    hessian = second_differences(loss, place, count) if smooth else np.zeros((count, count))
    curved = np.linalg.eigvalsh(hessian)[0] > -FLAT * max(np.abs(hessian).max(), 1e-300)
    range_ = max(float(recording.loss.max()) - float(found.fun), 1e-300)
    steep = not smooth or np.abs(hessian).max() * (spread**2).max() > FLAT * range_
    exact = bool(found.success and near and curved and steep)
    method = "search" if exact else "none: the loss falls as far as it was searched"
    return Minimum(params, float(found.fun), hessian, method, exact)


def _starts(loss: Callable[[Array], Array], best: Array, spread: Array) -> list[Array]:
    """The best recorded parameters, and the best of a coarse net in each quarter around them."""
    axes = np.linspace(-1.5, 1.5, 14)  # even: no point is in two quarters
    plane = np.meshgrid(*[axes] * min(len(best), 2))
    offsets = np.stack([axis.ravel() for axis in plane], axis=-1)
    net = best + spread * np.pad(offsets, [(0, 0), (0, len(best) - offsets.shape[1])])
    height = loss(net)
    quarters = [(offsets > 0) @ [1, 2][: offsets.shape[1]] == i for i in range(2 ** len(plane))]
    return [best, *(net[np.where(quarter, height, np.inf).argmin()] for quarter in quarters)]
