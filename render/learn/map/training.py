"""The lecture's training loop for many runs at once: the last axis of each tensor is the run.

It computes what `render.learn.loop` computes, element by element, so that a run does not depend
on the others beside it. An option that differs from run to run is a tensor (R,).
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from render.config.map import Leaf, value_at
from render.config.spec import Spec
from render.learn.loop import batches, column, inputs, normal
from render.learn.map.result import Flags, Numbers
from render.recording import Array, Dataset


class PerRun(torch.Tensor):
    """An option with a value (R,) for each run.

    As a condition it is true if any of them isn't 0: `if self.momentum` then takes the way that
    is right for all, since a rule with momentum 0 computes what one without momentum does. What
    is computed with it is a plain tensor.
    """

    __torch_function__ = torch._C._disabled_torch_function_impl  # type: ignore[assignment]

    def __bool__(self) -> bool:
        return bool(self.ne(0).any())


def per_run(values: Array) -> PerRun:
    """Numbers (R,) as an option."""
    return torch.from_numpy(np.ascontiguousarray(values, float)).as_subclass(PerRun)


@dataclass(frozen=True)
class Batch:
    """What R runs recorded; a run's own rows are its first `length`."""

    params: Array  # (T+1, P, R)
    grads: Array  # (T+1, P, R)
    loss: Array  # (T+1, R) of the batch of the step from this row on
    rate: Array  # (T, R)
    length: Numbers  # (R,) rows of each; 0 where the loss is no number at the start
    broke_off: Flags  # (R,)

    def of(self, runs: Numbers) -> Batch:
        """Some of the runs."""
        return Batch(
            self.params[:, :, runs], self.grads[:, :, runs], self.loss[:, runs],
            self.rate[:, runs], self.length[runs], self.broke_off[runs],
        )  # fmt: skip


def with_leaf(part: Any, leaf: Leaf, value: Any) -> Any:
    """A part of a run with a tensor in place of a number: nothing is checked."""
    if not leaf:
        return value
    name, *rest = leaf
    inner = with_leaf(value_at(part, (name,)), tuple(rest), value)
    if isinstance(part, Mapping):
        return {**part, name: inner}
    if isinstance(part, tuple):
        return tuple(inner if i == name else item for i, item in enumerate(part))
    made = copy.copy(part)
    object.__setattr__(made, str(name), inner)
    return made


@dataclass(frozen=True)
class Rules:
    """What R runs are trained by; an option that differs from run to run is a tensor (R,)."""

    optimizer: Any
    noise: Any
    schedules: Sequence[Any]  # each different one
    which: Numbers  # (R,) the schedule of each run
    starts: Mapping[Leaf, Array]  # what differs in the model, each (R,)

    @classmethod
    def of(cls, spec: Spec, varied: Mapping[Leaf, Array], count: int) -> Rules:
        """Those of a run of `spec`, with the `varied` options (R,) in their places."""
        optimizer: Any = spec.optimizer
        noise: Any = spec.training.noise
        schedules, which = [spec.schedule], np.zeros(count, int)
        starts: dict[Leaf, Array] = {}
        for (part, *rest), values in varied.items():
            inside = tuple(rest)
            if part == "optimizer":
                optimizer = with_leaf(optimizer, inside, per_run(values))
            elif part == "schedule":
                each, which = np.unique(values, return_inverse=True)
                schedules = [with_leaf(spec.schedule, inside, v) for v in each.tolist()]
            elif part == "training":
                noise = per_run(values)
            else:
                starts[inside] = values
        return cls(optimizer, noise, schedules, which, starts)

    def lr(self, epoch: int, epochs: int) -> Any:
        """The learning rate in an epoch, a number or (R,)."""
        factors = np.array([one.factor(epoch, epochs) for one in self.schedules])
        alike = len(factors) == 1
        factor = float(factors[0]) if alike else torch.from_numpy(factors[self.which])
        return self.optimizer.lr * factor

    def rates(self, lr: Any, sizes: Sequence[int]) -> Any:
        """What multiplies the steps (P, R): a number, (R,), (P, 1) or (P, R)."""
        found = self.optimizer.rates(lr, sizes)
        return found[:, None] if self.optimizer.lr_scale and found.ndim == 1 else found


def train_batch(spec: Spec, dataset: Dataset, varied: Mapping[Leaf, Array], count: int) -> Batch:
    """Train `count` runs, which differ from a run of `spec` by the `varied` options (R,).

    Those are options of the optimizer, of the model's start or of the schedule, or the noise.
    Raises whatever a rule raises that can't work on many runs.
    """
    rules = Rules.of(spec, varied, count)
    optimizer, noise = rules.optimizer, rules.noise
    model, training, criterion = spec.model, spec.training, spec.loss
    for inside, values in rules.starts.items():
        model = with_leaf(model, inside, per_run(values))
    X, Y = inputs(dataset), column(dataset.y)
    starts = {name: one.value for name, one in model.parameters().items() if not one.frozen}
    frozen = {n: one.value for n, one in model.parameters().items() if one.frozen}
    p = torch.stack([torch.as_tensor(v, dtype=torch.float64).expand(count).clone()
                     for v in starts.values()])  # fmt: skip
    p.requires_grad_()
    slopes = p.grad = torch.zeros_like(p)  # backward adds to it in place
    plain = spec.model  # whose prediction does not depend on where it starts

    def loss_of(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """The loss (R,) of each run over these points."""
        yhat = plain.predict({**dict(zip(starts, p.unbind(), strict=True)), **frozen}, x)
        loss = criterion.pointwise(yhat, y).mean(0)
        if criterion.l1 or criterion.l2:
            loss = loss + criterion.penalty(p.T)
        return loss.expand(count)

    steps, per_epoch = training.steps(len(Y)), training.steps_per_epoch(len(Y))
    rows = steps + 1
    params, grads = np.zeros((rows, *p.shape)), np.zeros((rows, *p.shape))
    losses, rates = np.zeros((rows, count)), np.zeros((steps, count))
    length, broke = np.zeros(count, int), np.zeros(count, bool)
    active = np.ones(count, bool)  # that still step
    best, waited = np.full(count, np.inf), np.zeros(count, int)
    state = optimizer.init(p.data, None)
    generator = torch.Generator("cpu").manual_seed(spec.seed)
    done = 0

    def record(row: int, who: Flags, loss: torch.Tensor) -> None:
        """A row of the runs `who`; those that are not finite break off."""
        with torch.no_grad():
            finite = (p.sum(0) + slopes.sum(0) + loss).isfinite().numpy()
        broke[who & ~finite] = True
        kept = who & finite
        length[kept] += 1
        at = length - 1 if row < 0 else np.full(count, row)
        runs = np.flatnonzero(kept)
        if row >= 0:
            params[row], grads[row], losses[row] = p.data.numpy(), slopes.numpy(), loss.numpy()
            return
        params[at[runs], :, runs] = p.data.numpy()[:, runs].T
        grads[at[runs], :, runs] = slopes.numpy()[:, runs].T
        losses[at[runs], runs] = loss.numpy()[runs]

    for epoch in range(training.epochs):
        lr = rules.lr(epoch, training.epochs)
        scaled = rules.rates(lr, [1] * len(p))
        for x, y in batches(X, Y, training, generator):
            loss = loss_of(x, y)
            loss.sum().backward()
            loss = loss.detach()
            if noise:
                slopes += noise * normal(len(p), generator)[:, None]
            record(done, active, loss)
            rates[done] = lr if isinstance(lr, float) else lr.numpy()
            active &= ~broke
            moved, state = optimizer.step(p.data, p.grad, state, scaled)
            moving = torch.from_numpy(active)
            p.data[:] = moved if active.all() else torch.where(moving, moved, p.data)
            if training.zero_grad:
                slopes.zero_()
            done += 1
        if training.stop.patience:
            mean = losses[done - per_epoch : done].mean(axis=0)
            better = mean < best - training.stop.tol
            best = np.where(better, mean, best)
            waited = np.where(better, 0, waited + 1)
            active &= ~(waited >= training.stop.patience)
        if not active.any():
            break
    slopes.zero_()
    loss = loss_of(X, Y)
    loss.sum().backward()
    record(-1, ~broke & (length > 0), loss.detach())
    return Batch(params, grads, losses, rates, length, broke)
