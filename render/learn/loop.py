"""The training loop of the lecture, which records every snapshot."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np
import torch

from render.config.spec import EarlyStopping, Spec, Training
from render.errors import RenderError
from render.learn.objective import MeanLoss, objective
from render.learn.record import Progress, Recorder, silent
from render.learn.torch_state import own_torch
from render.recording import Array, Dataset, Points, Recording


class TrainedParameters:
    """All trained parameters in one tensor: `data` and `grad`, both (P,).

    `each` maps a name to a scalar with `requires_grad`, whose value and gradient are views of
    them. So `loss.backward()` fills `grad`, and writing to `data` moves every parameter.
    """

    def __init__(self, starts: Mapping[str, float]) -> None:
        self.data = torch.tensor([*starts.values()], dtype=torch.float64, device="cpu")
        self.grad = torch.zeros_like(self.data)
        self.each = {name: self.data[i].requires_grad_() for i, name in enumerate(starts)}
        for i, parameter in enumerate(self.each.values()):
            parameter.grad = self.grad[i]


@own_torch()
def train(
    spec: Spec,
    dataset: Dataset,
    progress: Progress = silent,
    start: Mapping[str, float] | None = None,
) -> Recording:
    """Run gradient descent and record each snapshot, the start and the end included.

    `start` has values of trained parameters that start elsewhere than the model's own.

    A run whose loss or gradient is no longer finite is recorded up to the last finite
    snapshot. A session's settings of torch change nothing, and stay as they are.
    `progress(done, steps)` is called up to 200 times: training ends before all steps
    are done if it stops early. Raises RenderError when the start is not finite.
    """
    model, criterion, optimizer, training = spec.model, spec.loss, spec.optimizer, spec.training
    X, Y = inputs(dataset), column(dataset.y)
    starts = model.parameters()
    frozen = {name: one.value for name, one in starts.items() if one.frozen}
    own = {name: one.value for name, one in starts.items() if not one.frozen}
    p = TrainedParameters({**own, **(start or {})})
    values = {**p.each, **frozen}
    penalised = bool(criterion.l1 or criterion.l2)

    def loss_at(vector: torch.Tensor) -> torch.Tensor:
        values = {**dict(zip(p.each, vector.unbind(), strict=True)), **frozen}
        return criterion(model.predict(values, X), Y) + criterion.penalty(vector)

    def hessian(vector: torch.Tensor) -> torch.Tensor:
        return torch.autograd.functional.hessian(loss_at, vector)

    state = optimizer.init(p.data, hessian)
    generator = torch.Generator("cpu").manual_seed(spec.seed)
    recorder = Recorder(training.steps(len(Y)), len(p.each), progress)
    patience, per_epoch = Patience(training.stop), training.steps_per_epoch(len(Y))

    for epoch in range(training.epochs):
        lr = optimizer.lr * spec.schedule.factor(epoch, training.epochs)
        rates = optimizer.rates(lr, [1] * len(p.each))
        for x, y in batches(X, Y, training, generator):
            yhat = model.predict(values, x)
            loss = criterion(yhat, y)
            if penalised:
                loss = loss + criterion.penalty(torch.stack([*p.each.values()]))
            loss.backward()
            if training.noise:
                p.grad += training.noise * normal(len(p.grad), generator)
            if not recorder.record(p.data, p.grad, loss.item(), lr):
                break
            p.data[:], state = optimizer.step(p.data, p.grad, state, rates)
            if training.zero_grad:
                p.grad.zero_()
        if recorder.broke_off or patience.ends(recorder.loss[-per_epoch:]):
            break

    if not len(recorder.params):
        raise RenderError("the loss is not finite at the start: nothing can be learnt from there")
    if not recorder.broke_off:  # the end has a gradient too, over all data, but takes no step
        end = p.data.clone().requires_grad_()
        loss = loss_at(end)
        loss.backward()
        recorder.record(p.data, end.grad, loss.item(), math.nan)
    return _recording(spec, dataset, recorder, tuple(p.each), frozen)


def normal(count: int, generator: torch.Generator) -> torch.Tensor:
    """Normally distributed float32 numbers (count,), as the labs have them."""
    return torch.randn(count, generator=generator, dtype=torch.float32, device="cpu")


def column(values: Array) -> torch.Tensor:
    """Numbers (N,) as a column (N, 1), as the lecture has them."""
    return torch.from_numpy(values.copy()).view(-1, 1)


def inputs(points: Points) -> torch.Tensor:
    """The inputs as columns: (N, 1), or (F, N, 1) for several features."""
    if points.x.ndim == 1:
        return column(points.x)
    return torch.stack([column(feature) for feature in points.columns])


class Patience:
    """Ends training once the loss no longer falls: early stopping by the training loss.

    An epoch makes progress if its mean loss is less than the best one so far by more than
    `tol`; only then it becomes the best. After `patience` epochs in a row without progress,
    training ends. So slow progress adds up, noise counts only where it reaches a new best, and
    a loss that rises, repeats or is not a number is no progress.
    As tf.keras.callbacks.EarlyStopping with min_delta and patience.
    """

    def __init__(self, stop: EarlyStopping) -> None:
        self._stop = stop
        self._best = math.inf
        self._waited = 0  # epochs since the best

    def ends(self, losses: Array) -> bool:
        """Whether training ends after an epoch with these batch losses (B,)."""
        if not self._stop.patience:
            return False
        with np.errstate(over="ignore"):
            mean = float(losses.mean())
        if mean < self._best - self._stop.tol:
            self._best, self._waited = mean, 0
        else:
            self._waited += 1
        return self._waited >= self._stop.patience


def batches(
    X: torch.Tensor, Y: torch.Tensor, training: Training, generator: torch.Generator
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """The batches of one epoch as DataLoader makes them; the last one may be smaller."""
    size, points = training.batch_size, len(Y)
    if size == "full" or size >= points:
        yield X, Y
        return
    order = torch.randperm(points, generator=generator, device="cpu") if training.shuffle else None
    for first in range(0, points, size):
        chosen = slice(first, first + size) if order is None else order[first : first + size]
        yield X[..., chosen, :], Y[chosen]


def _recording(
    spec: Spec,
    dataset: Dataset,
    recorder: Recorder,
    names: tuple[str, ...],
    frozen: dict[str, float],
) -> Recording:
    """What was recorded, and the losses over all data, which the loop does not need."""
    parameters = (*names, *frozen)
    over_all = objective(spec.model, spec.loss, dataset, parameters, len(names))
    table = np.broadcast_to([*frozen.values()], (len(recorder.params), len(frozen)))
    values = np.concatenate([recorder.params, table], axis=1)
    per_epoch = spec.training.steps_per_epoch(len(dataset.y))
    full = per_epoch == 1
    validation = None
    if dataset.validation is not None:
        unseen = MeanLoss(spec.model, spec.loss.bare, dataset.validation, parameters, len(names))
        validation = unseen(values)
    return Recording(
        run=spec.label,
        names=names,
        frozen=frozen,
        params=recorder.params,
        grads=recorder.grads,
        loss=recorder.loss if full else over_all(values),
        batch_loss=np.where(np.isnan(recorder.lr), np.nan, recorder.loss),
        validation_loss=validation,
        lr=recorder.lr,
        epoch=np.arange(len(recorder.params)) / per_epoch,
        full_batch=full,
        noisy=spec.training.noise > 0,
        plain=spec.optimizer.plain and spec.training.zero_grad,
        broke_off=recorder.broke_off,
        objective=over_all,
    )
