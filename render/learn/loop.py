"""The lecture's training loop: a dataset in, the recording of every snapshot out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np
import torch

from render.config.spec import EarlyStopping, Spec, Training
from render.errors import RenderError
from render.learn.objective import MeanLoss, objective
from render.learn.record import Tape
from render.recording import Array, Dataset, Points, Recording


class TrainedParameters:
    """`each` maps a name to a scalar with `requires_grad`, whose value and gradient are views.

    So `loss.backward()` fills `grad` (P,), and writing to `data` (P,) moves every parameter.
    """

    def __init__(self, starts: Mapping[str, float]) -> None:
        self.data = torch.tensor([*starts.values()], dtype=torch.float64)
        self.grad = torch.zeros_like(self.data)
        self.each = {name: self.data[i].requires_grad_() for i, name in enumerate(starts)}
        for i, parameter in enumerate(self.each.values()):
            parameter.grad = self.grad[i]


def train(spec: Spec, dataset: Dataset) -> Recording:
    """Run gradient descent and keep each snapshot, the start and the end included.

    A run whose loss or gradient leaves the finite numbers is recorded up to the last
    finite snapshot.
    """
    model, criterion, optimizer, training = spec.model, spec.loss, spec.optimizer, spec.training
    X, Y = inputs(dataset), column(dataset.y)
    starts = model.parameters()
    frozen = {name: start.value for name, start in starts.items() if start.frozen}
    p = TrainedParameters({name: start.value for name, start in starts.items() if not start.frozen})
    values = {**p.each, **frozen}
    penalised = bool(criterion.l1 or criterion.l2)

    def loss_at(vector: torch.Tensor) -> torch.Tensor:
        values = {**dict(zip(p.each, vector.unbind(), strict=True)), **frozen}
        return criterion(model.predict(values, X), Y) + criterion.penalty(vector)

    def hessian(vector: torch.Tensor) -> torch.Tensor:
        return torch.autograd.functional.hessian(loss_at, vector)

    state = optimizer.init(p.data, hessian)
    generator = torch.Generator().manual_seed(spec.seed)
    tape = Tape(training.steps(len(Y)), len(p.each))

    for epoch in range(training.epochs):
        lr = optimizer.lr * spec.schedule.factor(epoch, training.epochs)
        for x, y in batches(X, Y, training, generator):
            yhat = model.predict(values, x)
            loss = criterion(yhat, y)
            if penalised:
                loss = loss + criterion.penalty(torch.stack([*p.each.values()]))
            loss.backward()
            if training.noise:
                p.grad += training.noise * torch.randn(len(p.grad), generator=generator)
            if not tape.record(p.data, p.grad, loss.item(), lr):
                break
            p.data[:], state = optimizer.step(p.data, p.grad, state, lr)
            if training.zero_grad:
                p.grad.zero_()
        if tape.broke_off or stalled(training.stop, tape, training.steps_per_epoch(len(Y))):
            break

    if not len(tape.params):
        raise RenderError("the loss is not finite at the start: nothing can be learnt from there")
    if not tape.broke_off:  # the end has a gradient too, over all data, but takes no step
        end = p.data.clone().requires_grad_()
        loss = loss_at(end)
        loss.backward()
        tape.record(p.data, end.grad, loss.item(), math.nan)
    return _recording(spec, dataset, tape, tuple(p.each), frozen)


def column(values: Array) -> torch.Tensor:
    """Numbers (N,) as a column (N, 1), as the lecture has them."""
    return torch.from_numpy(values.copy()).view(-1, 1)


def inputs(points: Points) -> torch.Tensor:
    """The inputs as columns: (N, 1), or (F, N, 1) for several features."""
    if points.x.ndim == 1:
        return column(points.x)
    return torch.stack([column(feature) for feature in points.columns])


def stalled(stop: EarlyStopping, tape: Tape, per_epoch: int) -> bool:
    """Whether the mean loss of an epoch has not fallen by `tol` for `patience` epochs."""
    epochs = stop.patience + 1
    if not stop.patience or len(tape.loss) < epochs * per_epoch:
        return False
    means = tape.loss[-epochs * per_epoch :].reshape(epochs, per_epoch).mean(axis=1)
    return bool(means[0] - means[1:].min() < stop.tol)


def batches(
    X: torch.Tensor, Y: torch.Tensor, training: Training, generator: torch.Generator
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """One epoch's batches, the last one smaller if need be, as DataLoader makes them."""
    size, points = training.batch_size, len(Y)
    if size == "full" or size >= points:
        yield X, Y
        return
    order = torch.randperm(points, generator=generator) if training.shuffle else None
    for first in range(0, points, size):
        chosen = slice(first, first + size) if order is None else order[first : first + size]
        yield X[..., chosen, :], Y[chosen]


def _recording(
    spec: Spec, dataset: Dataset, tape: Tape, names: tuple[str, ...], frozen: dict[str, float]
) -> Recording:
    """What is on the tape, with the losses over all data, which the loop did not need."""
    axes = (*names, *frozen)
    over_all = objective(spec.model, spec.loss, dataset, axes, len(names))
    table = np.broadcast_to([*frozen.values()], (len(tape.params), len(frozen)))
    values = np.concatenate([tape.params, table], axis=1)
    per_epoch = spec.training.steps_per_epoch(len(dataset.y))
    full = per_epoch == 1
    validation = None
    if dataset.validation is not None:
        unseen = MeanLoss(spec.model, spec.loss.bare, dataset.validation, axes, len(names))
        validation = unseen(values)
    return Recording(
        run=spec.label,
        names=names,
        frozen=frozen,
        params=tape.params,
        grads=tape.grads,
        loss=tape.loss if full else over_all(values),
        batch_loss=np.where(np.isnan(tape.lr), np.nan, tape.loss),
        validation_loss=validation,
        lr=tape.lr,
        epoch=np.arange(len(tape.params)) / per_epoch,
        full_batch=full,
        noisy=spec.training.noise > 0,
        plain=spec.optimizer.plain and spec.training.zero_grad,
        broke_off=tape.broke_off,
        objective=over_all,
    )
