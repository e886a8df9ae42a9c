"""The film's judge for many runs at once, where the minimum of the loss is known.

`words` makes the decisions of `render.results.judge` in the same order, with its constants, for
arrays that have a run in each row. What it does not decide, judge itself does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from render.differences import DIFFERENCE, second_differences
from render.learn.map.result import (
    CONVERGED,
    CONVERGING,
    DIVERGED,
    OSCILLATING,
    SLOW,
    STUCK,
    Codes,
    Flags,
)
from render.learn.minimum import Minimum
from render.recording import Array, Objective
from render.results import (
    ARRIVED,
    DIGITS,
    LASTING,
    LEFT,
    MIN_THIRD,
    NEAR,
    SHRUNK,
    STILL,
    SWINGING,
    ULPS,
)
from render.results import CONVERGED as CONVERGED_SHARE

SAME = 1e-9  # of a loss: minima that differ by less are equally deep
OSCILLATES = 1e-3  # of the excess loss: what has less left no longer oscillates


@dataclass(frozen=True)
class Runs:
    """R runs of T steps each, over one loss."""

    params: Array  # (R, T+1, P)
    grads: Array  # (R, 5 or fewer, P) of the last rows
    loss: Array  # (R, T+1) over the whole training set
    last_rate: Array  # (R,)
    largest_rate: Array  # (R,)
    fixed: Array  # (F,) the frozen parameters
    objective: Objective
    exact_gradients: bool  # of all data, without noise
    plain: Flags  # (R,) whether a step is nothing but −lr · gradient

    def completed(self, trained: Array) -> Array:
        """All parameters (..., A) of trained ones (..., P)."""
        rest = np.broadcast_to(self.fixed, (*trained.shape[:-1], len(self.fixed)))
        return np.concatenate([trained, rest], axis=-1)


def words(runs: Runs, minimum: Minimum) -> tuple[Codes, Array]:
    """The verdict (R,) of each run, and the step (R,) from which it has converged, else inf."""
    loss = runs.loss
    first, last = loss[:, 0], loss[:, -1]
    lowest = np.minimum(minimum.loss, loss.min(axis=1))
    share = (last - lowest) / np.maximum(first - lowest, 1e-300)
    codes = np.full(len(loss), CONVERGING, np.uint8)
    since = np.full(len(loss), np.inf)
    open_ = np.ones(len(loss), bool)

    def close(which: Flags, code: int) -> None:
        codes[open_ & which] = code
        open_[open_ & which] = False

    noise = _rounding(runs)
    started = (first - lowest <= noise) & (np.abs(last - first) <= noise)
    since[started] = 0.0
    close(started, CONVERGED)
    close(last > first, DIVERGED)
    ranges = _ranges(runs, minimum)
    rests = _rests(runs, ranges)
    close(_decide(open_ & (share > CONVERGED_SHARE), _placed, runs, ranges, rests, lowest), STUCK)
    if runs.exact_gradients:
        going = open_ & (share > OSCILLATES)
        close(going & _overshoots(runs, minimum, last - lowest), OSCILLATING)
        close(_decide(open_ & (share > OSCILLATES), _swings, runs, lowest), OSCILLATING)
    moved = np.abs(loss - first[:, None]).max(axis=1)
    close(moved < LEFT * (first - lowest), SLOW)
    vanished = rests & ~(runs.plain & (runs.last_rate > SHRUNK * runs.largest_rate))
    close((share > LEFT) & vanished, STUCK)
    there = open_ & (share <= CONVERGED_SHARE) & _arrived(runs, minimum, ranges)
    since[there] = _since(loss[there], lowest[there])
    close(there, CONVERGED)
    return codes, since


def _decide(
    which: Flags, rule: Callable[..., Flags], runs: Runs, *numbers: npt.NDArray[Any]
) -> Flags:
    """A costly rule, asked about some of the runs alone: flags (R,)."""
    found = np.zeros(len(runs.loss), bool)
    if which.any():
        some = Runs(
            runs.params[which], runs.grads[which], runs.loss[which], runs.last_rate[which],
            runs.largest_rate[which], runs.fixed, runs.objective, runs.exact_gradients,
            runs.plain[which],
        )  # fmt: skip
        found[which] = rule(some, *(one[which] for one in numbers))
    return found


def _rounding(runs: Runs) -> Array:
    """How much the loss (R,) at the start changes when every parameter is rounded once."""
    start = runs.completed(runs.params[:, 0])
    moves = start[:, None] * DIGITS * np.eye(start.shape[-1])
    with np.errstate(all="ignore"):
        losses = runs.objective(np.concatenate([start[:, None], start[:, None] + np.abs(moves)], 1))
        changes = np.abs(losses[:, 1:] - losses[:, :1])
    changes = np.where(np.isfinite(changes), changes, 0.0)
    return np.asarray(changes.sum(axis=1) + ULPS * np.abs(runs.loss[:, 0]))


def _ranges(runs: Runs, minimum: Minimum) -> Array:
    """How far each parameter may have to go (R, P): over the run and all known minima."""
    high = np.maximum(runs.params.max(axis=1), minimum.minima.max(axis=0))
    low = np.minimum(runs.params.min(axis=1), minimum.minima.min(axis=0))
    own = high - low
    return np.where(own > 0, own, np.maximum(np.abs(runs.params[:, -1]), 1e-300))


def _rests(runs: Runs, ranges: Array) -> Flags:
    """Whether the last step (R,) was next to nothing along every axis."""
    step = np.abs(runs.params[:, -1] - runs.params[:, -2])
    return np.asarray((step < STILL * ranges).all(axis=1))


def _placed(runs: Runs, ranges: Array, rests: Flags, lowest: Array) -> Flags:
    """Whether a run (R,) is stuck: at a local minimum, a saddle or on a plateau."""
    first, last = runs.loss[:, 0], runs.loss[:, -1]
    slope = runs.grads[:, -1] * ranges
    excess = last - lowest
    plateau = rests & (np.linalg.norm(slope, axis=1) <= LEFT * excess)
    far = excess > LEFT * np.maximum(first - lowest, 1e-300)
    return plateau | _decide(far, _flat, runs, ranges, slope, excess)


def _flat(runs: Runs, ranges: Array, slope: Array, excess: Array) -> Flags:
    """Whether a run (R,) comes to a local minimum or a saddle, if there is one near."""
    count = ranges.shape[1]
    scale = np.concatenate([ranges, np.ones((len(ranges), len(runs.fixed)))], axis=1)
    end = runs.completed(runs.params[:, -1]) / scale
    steps = (DIFFERENCE * np.maximum(np.abs(end), 1.0))[:, :count]
    moves = np.zeros((len(end), count, end.shape[1]))
    moves[:, range(count), range(count)] = steps
    one, other = moves[:, :, None], moves[:, None]
    corners = np.stack([one + other, one - other, other - one, -one - other], axis=1)
    with np.errstate(all="ignore"):
        plus, left, right, minus = np.moveaxis(
            runs.objective((end[:, None, None, None] + corners) * scale[:, None, None, None]), 1, 0
        )
        hessian = (plus - left - right + minus) / (4 * steps[:, :, None] * steps[:, None])
    fine = np.isfinite(hessian).all(axis=(1, 2))
    hessian = np.where(fine[:, None, None], hessian, 0.0)
    bends = np.linalg.eigvalsh(hessian)
    inverse = np.linalg.pinv(hessian, rcond=count * 2.0**-52)
    ahead = np.einsum("rij,rj->ri", inverse, slope)
    left = excess - 0.5 * (slope * ahead).sum(axis=1)
    near = fine & (np.abs(ahead).max(axis=1) < NEAR)
    local = (bends[:, 0] > np.maximum(excess, 0)) & (left > LEFT * np.maximum(excess, 1e-300))
    curved = np.maximum(excess, np.ptp(runs.loss, axis=1) * LEFT)
    saddle = (bends[:, 0] < -curved) & (bends[:, -1] > curved)
    return np.asarray(near & (local | saddle))


def _overshoots(runs: Runs, minimum: Minimum, excess: Array) -> Flags:
    """Whether the gradient (R,) along the steepest direction changed sign in the last steps."""
    steepest, bend = _steepest(runs, minimum)
    along = np.einsum("rsp,rp->rs", runs.grads, steepest)
    if along.shape[1] < 5:
        return np.zeros(len(excess), bool)
    across = along[:, -1] ** 2 / np.maximum(2 * bend, 1e-300)
    turns = (along[:, :-1] * along[:, 1:] < 0).all(axis=1)
    return np.asarray(turns & (across > SWINGING * excess))


def _steepest(runs: Runs, minimum: Minimum) -> tuple[Array, Array]:
    """The steepest direction (R, P) and its curvature (R,) at the minimum that counts for a run.

    Of several equally deep ones that is the nearest to its end.
    """
    count = len(runs.loss)
    values, vectors = minimum.curvatures()
    if len(minimum.minima) < 2:
        return np.tile(vectors[:, -1], (count, 1)), np.full(count, values[-1])
    places = runs.completed(minimum.minima)
    heights = runs.objective(places)
    deep = np.flatnonzero(heights <= heights.min() + SAME * max(abs(float(heights.min())), 1.0))
    away = np.linalg.norm(runs.params[:, -1, None] - minimum.minima[deep], axis=2)
    directions, bends = [], []
    for place in places[deep]:
        hessian = second_differences(runs.objective, place, minimum.minima.shape[1])
        values, vectors = np.linalg.eigh(hessian)
        directions.append(vectors[:, -1])
        bends.append(values[-1])
    nearest = away.argmin(axis=1)
    return np.array(directions)[nearest], np.array(bends)[nearest]


def _swings(runs: Runs, lowest: Array) -> Flags:
    return swings(runs.loss, lowest)


def swings(loss: Array, lowest: Array) -> Flags:
    """Whether losses (R, T+1) go up and down and their last crests are as high as before."""
    excess = loss - lowest[:, None]
    third = (excess.shape[1] - 1) // 3
    if third < MIN_THIRD:
        inner = excess[:, 1:-1]
        crests = (inner > excess[:, :-2]) & (inner >= excess[:, 2:])
        last = inner.shape[1] - 1 - crests[:, ::-1].argmax(axis=1) if inner.shape[1] else 0
        high = inner[range(len(inner)), last] if inner.shape[1] else np.zeros(len(inner))
        return np.asarray(crests.any(axis=1) & (high > LASTING * excess[:, 0]))
    rises = np.diff(np.sign(np.diff(excess[:, third:], axis=1)), axis=1)
    several = (rises < 0).sum(axis=1) >= 2
    late, before = excess[:, -third:].max(axis=1), excess[:, third:-third].max(axis=1)
    return np.asarray(several & (late > LASTING * before))


def _arrived(runs: Runs, minimum: Minimum, ranges: Array) -> Flags:
    """Whether a run (R,) is where a minimum is, along every axis; in a flat valley anywhere."""
    values, _ = minimum.curvatures()
    if not values[0] > 0:
        return np.ones(len(ranges), bool)
    away = np.abs(runs.params[:, -1, None] - minimum.minima) / ranges[:, None]
    near: Flags = away < ARRIVED
    return np.asarray(np.any(np.all(near, axis=2), axis=1))


def _since(loss: Array, lowest: Array) -> Array:
    """The first step (R,) from which no more than the share of the excess loss is left."""
    excess = loss - lowest[:, None]
    far = ~(excess <= CONVERGED_SHARE * excess[:, :1])
    rows = far.shape[1] - far[:, ::-1].argmax(axis=1)
    return np.where(far.any(axis=1), rows, 0).astype(float)
