"""The lecture's training loop: a dataset in, the recording of every snapshot out."""

from __future__ import annotations

import math

import numpy as np
import torch

from render.config.spec import Spec
from render.learn.objective import objective
from render.recording import Dataset, Recording


def train(spec: Spec, dataset: Dataset) -> Recording:
    """Run gradient descent and keep each snapshot, the start and the end included.

    A run whose loss or gradient leaves the finite numbers is recorded up to the last
    finite snapshot.
    """
    X = torch.from_numpy(dataset.x).view(-1, 1)
    Y = torch.from_numpy(dataset.y).view(-1, 1)
    model, criterion, optimizer = spec.model, spec.loss, spec.optimizer
    parameters = model.parameters()
    frozen = {name: p.value for name, p in parameters.items() if p.frozen}
    params = {
        name: torch.tensor(p.value, dtype=torch.float64, requires_grad=True)
        for name, p in parameters.items()
        if not p.frozen
    }
    states = {name: optimizer.init(p.data) for name, p in params.items()}
    epochs = spec.training.epochs
    rows: list[list[float]] = []

    for epoch in range(epochs + 1):
        yhat = model.predict({**params, **frozen}, X)
        loss = criterion(yhat, Y)
        loss.backward()
        row = [
            loss.item(),
            *(p.item() for p in params.values()),
            *(_grad(p) for p in params.values()),
        ]
        if not all(map(math.isfinite, row)):
            break
        rows.append(row)
        if epoch == epochs:  # the end point has a gradient but takes no step
            break
        for name, p in params.items():
            p.data, states[name] = optimizer.step(p.data, p.grad, states[name])
        for p in params.values():
            assert p.grad is not None
            p.grad.zero_()

    table = np.array(rows).reshape(-1, 1 + 2 * len(params))
    loss_, count = table[:, 0], len(params)
    taken = np.arange(len(table)) < len(table) - 1  # rows that a step leaves
    return Recording(
        run=spec.name,
        names=tuple(params),
        frozen=frozen,
        params=table[:, 1 : 1 + count],
        grads=table[:, 1 + count :],
        loss=loss_,
        batch_loss=np.where(taken, loss_, np.nan),
        lr=np.where(taken, optimizer.lr, np.nan),
        epoch=np.arange(len(table), dtype=float),
        broke_off=len(table) <= epochs,
        objective=objective(model, criterion, dataset, tuple(params) + tuple(frozen)),
    )


def _value(p: torch.Tensor) -> float:
    return p.item()


def _grad(p: torch.Tensor) -> float:
    assert p.grad is not None
    return p.grad.item()
