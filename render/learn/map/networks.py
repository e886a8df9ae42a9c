"""The training of many runs of a small network at once, and their verdicts.

The gradient of each run comes from `torch.func.vmap`; the rule of the optimizer, the schedule,
the batches, the noise and early stopping are those of `render.learn.networks.training`. Units of
runs that are computed together are always the same ones, filled up to one shape: what a run
computes may depend in its last bits on how many others are beside it.

Shapes: R runs of a unit, P weights, T steps.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch.func import functional_call, grad_and_value, vmap

from render.config.map import Leaf
from render.config.spec import Spec
from render.errors import RenderError
from render.learn.loop import batches, normal
from render.learn.map.result import (
    CONVERGED,
    CONVERGING,
    DIVERGED,
    OSCILLATING,
    SLOW,
    Codes,
    Flags,
    Numbers,
)
from render.learn.map.training import Rules, with_leaf
from render.learn.map.verdicts import swings
from render.learn.networks.layout import Layout
from render.learn.networks.scan import measured
from render.learn.networks.training import (
    Criterion,
    evaluation_of,
    module_of,
    seeded,
    tensors,
    train_network,
)
from render.projected import kept_steps
from render.recording import Array, Dataset
from render.results import LATE, LEFT, SETTLED

MOST_WEIGHTS = 1000  # of a network of a map: a larger one gains nothing from its neighbours
UNIT_NUMBERS = 1 << 21  # of weights × points of the runs that are trained together: 16 MB
LEAST_UNIT, LARGEST_UNIT = 8, 4096  # runs
TRIED_S = 0.3  # how long the speed of a network is measured that is too large


@dataclass(frozen=True)
class NetworkBatch:
    """What R runs recorded, as far as verdicts need it; a run's own rows are its first ones."""

    loss: Array  # (T+1, R) over the whole training set; nan where it was not computed
    slope: Array  # (T+1, R) the norm of its gradient, likewise
    weights: Array  # (P, R) the last ones
    steps: Numbers  # (R,) that were taken; −1 where the loss is no number at the start
    last: Array  # (R,) the loss of the newest snapshot that is finite; inf if there is none
    broke_off: Flags  # (R,)


def count_weights(spec: Spec, dataset: Dataset) -> int:
    """P of a run's network."""
    with seeded(spec.seed, torch.device("cpu")):
        return Layout.of(module_of(spec, dataset, torch.device("cpu"))).count


def refuse_size(spec: Spec, dataset: Dataset, pixels: int) -> int:
    """The number of weights. Raises RenderError, with its cost, for too large a network."""
    with seeded(spec.seed, torch.device("cpu")):
        module = module_of(spec, dataset, torch.device("cpu"))
    count = Layout.of(module).count
    if count <= MOST_WEIGHTS:
        return count
    X, Y = tensors(dataset, dataset, next(module.parameters()))
    criterion = Criterion.of(spec, dataset)
    tried, started_s = 0, time.perf_counter()
    while time.perf_counter() - started_s < TRIED_S:
        size = spec.training.batch_size
        some = slice(None) if size == "full" else slice(size)
        criterion(module(X[some]), Y[some]).backward()
        tried += 1
    per_step_s = (time.perf_counter() - started_s) / tried
    steps = spec.training.steps(len(dataset.y))
    hours = pixels * steps * per_step_s / 3600
    bytes_ = 8 * count * pixels
    raise spec.fault(
        ("map",),
        f"the network has {count:,} weights, and a map is of at most {MOST_WEIGHTS:,}:"
        f" {pixels:,} runs × {spec.training.epochs:,} epochs would take about"
        f" {_duration(hours)} (measured: {per_step_s * 1e3:.2g} ms a step) and"
        f" {_memory(bytes_)} for the weights alone: take fewer hidden units",
    )


def _duration(hours: float) -> str:
    if hours < 1:
        return f"{max(1, round(60 * hours)):,} minutes"
    return f"{hours:,.1f} hours" if hours < 48 else f"{hours / 24:,.0f} days"


def _memory(bytes_: float) -> str:
    return f"{bytes_ / 1e9:,.1f} GB" if bytes_ >= 1e9 else f"{max(bytes_ / 1e6, 0.1):,.1f} MB"


def unit_of(weights: int, points: int, steps: int, most: int) -> int:
    """How many runs are trained together: always the same for a network, its data and its map."""
    fitting = min(UNIT_NUMBERS // max(weights * points, 1, steps), most)
    return int(2 ** np.clip(np.log2(max(fitting, 1)) // 1, *np.log2([LEAST_UNIT, LARGEST_UNIT])))


def train_networks(
    spec: Spec, dataset: Dataset, varied: Mapping[Leaf, Array], count: int
) -> NetworkBatch:
    """Train `count` runs, which differ from a run of `spec` by the `varied` options (R,).

    Those are options of the optimizer, of the network's start or of the schedule, or the noise.
    """
    with seeded(spec.seed, torch.device("cpu")):
        return _train(spec, dataset, varied, count)


def _train(spec: Spec, dataset: Dataset, varied: Mapping[Leaf, Array], count: int) -> NetworkBatch:
    training, criterion_ = spec.training, spec.loss
    rules = Rules.of(spec, varied, count)
    optimizer, noise = rules.optimizer, rules.noise
    module = module_of(spec, dataset, torch.device("cpu"))
    module.train()
    layout = Layout.of(module)
    p = _starts(spec, dataset, module, layout, rules.starts, count)
    X, Y = tensors(dataset, dataset, next(module.parameters()))
    criterion = Criterion.of(spec, dataset)
    penalised = bool(criterion_.l1 or criterion_.l2)

    def loss_of(weights: torch.Tensor, x: torch.Tensor, y: torch.Tensor) -> Any:
        loss = criterion(functional_call(module, layout.tensors(weights), (x,)), y)
        return loss + criterion_.penalty(weights) if penalised else loss

    gradients = vmap(grad_and_value(loss_of), in_dims=(1, None, None), out_dims=(1, 0))
    steps, per_epoch = training.steps(len(Y)), training.steps_per_epoch(len(Y))
    own = per_epoch == 1 and not training.noise and ("training", "noise") not in varied
    watched = {*range(steps + 1)} if training.stop.patience else {*kept_steps(steps).astype(int)}
    loss_rows, slope_rows = np.full((2, steps + 1, count), np.nan)
    taken, last = np.full(count, -1), np.full(count, np.inf)
    broke, active = np.zeros(count, bool), np.ones(count, bool)
    best, waited = np.full(count, np.inf), np.zeros(count, int)
    state = optimizer.init(p, None)
    generator = torch.Generator("cpu").manual_seed(spec.seed)
    grads, done, before = torch.zeros_like(p), 0, p

    def over_all(weights: torch.Tensor, row: int, who: Flags) -> None:
        """The loss over the whole set at a row, of the runs `who`."""
        slopes, losses = gradients(weights, X, Y)
        values = losses.numpy()
        loss_rows[row, who] = values[who]
        slope_rows[row, who] = slopes.norm(dim=0).numpy()[who]
        last[who] = np.where(np.isfinite(values), values, last)[who]

    for epoch in range(training.epochs):
        rates = rules.rates(rules.lr(epoch, training.epochs), layout.layers)
        rates = rates.to(p.dtype) if torch.is_tensor(rates) else rates
        means = []
        for x, y in batches(X, Y, training, generator):
            slopes, loss = gradients(p, x, y)
            grads = slopes if training.zero_grad else grads + slopes
            if noise:
                grads = (grads + noise * normal(len(p), generator)[:, None]).to(p.dtype)
            finite = (loss.isfinite() & grads.isfinite().all(dim=0)).numpy()
            gone = active & ~finite
            if gone.any() and not own and done:
                over_all(before, done - 1, gone)
            broke |= gone
            active &= finite
            taken[active] = done
            if own:
                values = loss.numpy()
                loss_rows[done, active] = values[active]
                slope_rows[done, active] = slopes.norm(dim=0).numpy()[active]
                last[active] = values[active]
            elif done in watched:
                over_all(p, done, active)
            means.append(loss.numpy())
            moved, state = optimizer.step(p, grads, state, rates)
            before = p
            moved = moved.to(p.dtype)
            p = moved if active.all() else torch.where(torch.from_numpy(active), moved, p)
            done += 1
        if training.stop.patience:
            with np.errstate(all="ignore"):
                mean = np.mean(means, axis=0)
            better = mean < best - training.stop.tol
            best = np.where(better, mean, best)
            waited = np.where(better, 0, waited + 1)
            active &= ~(waited >= training.stop.patience)
        if not active.any():
            break
    there = ~broke & (taken >= 0)
    ends = taken + 1
    slopes, losses = gradients(p, X, Y)
    fine = (losses.isfinite() & p.isfinite().all(dim=0)).numpy()
    broke |= there & ~fine
    arrived = np.flatnonzero(there & fine)
    loss_rows[ends[arrived], arrived] = losses.numpy()[arrived]
    slope_rows[ends[arrived], arrived] = slopes.norm(dim=0).numpy()[arrived]
    last[arrived] = losses.numpy()[arrived]
    if not own:  # the newest snapshot of a run whose end is not finite
        over_all(before, max(done - 1, 0), there & ~fine)
    taken[arrived] += 1
    return NetworkBatch(loss_rows, slope_rows, p.numpy(), taken, last, broke)


def _starts(
    spec: Spec,
    dataset: Dataset,
    module: torch.nn.Module,
    layout: Layout,
    varied: Mapping[Leaf, Array],
    count: int,
) -> torch.Tensor:
    """The weights (P, R) that each run starts from."""
    first = layout.vector(module)
    if not varied:
        return first[:, None].repeat(1, count)
    columns: dict[tuple[float, ...], torch.Tensor] = {}
    found = []
    for values in zip(*varied.values(), strict=True):
        key = tuple(float(value) for value in values)
        if key not in columns:
            own = spec.model
            for leaf, value in zip(varied, key, strict=True):
                kind = type(_value(spec.model, leaf))
                own = with_leaf(own, leaf, int(value) if kind is int else value)
            one = module_of(replace(spec, model=own), dataset, torch.device("cpu"))
            columns[key] = layout.vector(one)
        found.append(columns[key])
    return torch.stack(found, dim=1)


def _value(whole: Any, leaf: Leaf) -> Any:
    from render.config.map import value_at

    return value_at(whole, leaf)


def judged(spec: Spec, points: int, batch: NetworkBatch) -> tuple[Codes, Array]:
    """The verdict (R,) of each run as films have it, and the step since which it has converged.

    The decisions of `render.results` about a run in many parameters, in the same order.
    """
    count = len(batch.steps)
    codes, since = np.full(count, DIVERGED, np.uint8), np.full(count, np.inf)
    exact = spec.training.steps_per_epoch(points) == 1 and not spec.training.noise
    for steps in np.unique(batch.steps[~batch.broke_off & (batch.steps >= 0)]).tolist():
        runs = np.flatnonzero((batch.steps == steps) & ~batch.broke_off)
        rows = kept_steps(steps).astype(int)
        fine = np.isfinite(batch.loss[rows][:, runs]).all(axis=0)  # a batch may be, and not all
        runs = runs[fine]
        if len(runs):
            table = batch.loss[rows][:, runs].T, batch.slope[rows][:, runs].T
            codes[runs], since[runs] = words(*table, rows, exact)
    return codes, since


def words(loss: Array, slope: Array, step: Numbers, exact: bool) -> tuple[Codes, Array]:
    """The verdicts (R,) from losses and norms of gradients (R, T+1) of steps (T+1,)."""
    first, end, lowest = loss[:, 0], loss[:, -1], loss.min(axis=1)
    codes = np.full(len(loss), CONVERGING, np.uint8)
    since, open_ = np.full(len(loss), np.inf), np.ones(len(loss), bool)

    def close(which: Flags, code: int) -> None:
        codes[open_ & which] = code
        open_[open_ & which] = False

    least, fallen = LEFT * np.abs(first), np.ptp(loss, axis=1)
    close(end > first + least, DIVERGED)
    close(first - lowest < least, SLOW)
    close(first - end < least, OSCILLATING)
    if exact:
        close((end - lowest > 1e-3 * fallen) & swings(loss, lowest), OSCILLATING)
    far = np.abs(loss - end[:, None]) > SETTLED * fallen[:, None]
    late = step >= (1 - LATE) * step[-1]
    calm = slope[:, -1] <= LEFT * slope.max(axis=1)
    there = open_ & calm & ~far[:, late].any(axis=1)
    rows = far.shape[1] - far[:, ::-1].argmax(axis=1)
    since[there] = step[np.minimum(rows, len(step) - 1)][there]
    close(there, CONVERGED)
    return codes, since


def alone(spec: Spec, dataset: Dataset) -> tuple[int, float, float]:
    """Verdict, since, and last loss of one run that is trained by the film's own loop."""
    try:
        history = train_network(spec, dataset)
    except RenderError:  # not finite at the start
        return DIVERGED, np.inf, np.inf
    own = measured(history, evaluation_of(spec, dataset), _nothing)
    rows = range(len(own.loss))
    slope = [np.linalg.norm(own.evaluation.gradient(own.weights(r), own.buffers(r))) for r in rows]
    if own.history.broke_off:
        return DIVERGED, np.inf, float(own.loss[-1])
    exact = spec.training.steps_per_epoch(len(dataset.y)) == 1 and not spec.training.noise
    codes, since = words(own.loss[None], np.array([slope]), own.history.step.astype(int), exact)
    return int(codes[0]), float(since[0]), float(own.loss[-1])


def _nothing() -> None:
    """No progress is told."""


def agrees(
    tried: Mapping[int, Spec], dataset: Dataset, train: Callable[[], NetworkBatch], near: float
) -> bool:
    """Whether training together computes what the film's own loop does, for some runs."""
    try:
        batch = train()
        for column, own in tried.items():
            try:
                history = train_network(own, dataset)
            except RenderError:  # not finite at the start
                if batch.steps[column] >= 0:
                    return False
                continue
            if history.broke_off != batch.broke_off[column]:
                return False
            mine, theirs = batch.weights[:, column], np.asarray(history.weights[-1], float)
            if not history.broke_off and not np.allclose(mine, theirs, rtol=near, atol=near):
                return False
    except RenderError:
        raise
    except Exception:  # a module may do anything that many of it at once can't
        return False
    return True
