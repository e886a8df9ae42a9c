"""The singular values of what a linear network computes, and what theory says of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from render.learn.measures.base import NetworkMeasure, Subject
from render.projected import Measurement
from render.recording import Array

if TYPE_CHECKING:
    from render.config.spec import Spec
    from render.learn.datasets.base import DatasetKind
    from render.learn.losses.base import Loss
    from render.learn.models.base import Model

WHITE = 1e-6  # the inputs are white if the mean of x·xᵀ differs by no more from the identity
ALIGNED = 1e-6  # relative: so far the start is from one along the singular vectors of the data
MOST = 8  # singular values that are recorded


@dataclass(frozen=True)
class SingularValues(NetworkMeasure):
    """The singular values of the product of all weight matrices of a linear network.

    Two layers, white inputs, half the squared error summed over the outputs, and a start that is
    balanced and aligned: then each grows by itself, as u(t) = s·e^(2·s·t) / (e^(2·s·t) − 1 + s/u₀)
    with t = lr·steps, up to that of the data s (Saxe, McClelland & Ganguli 2014, 1312.6120).
    """

    def columns(self, model: Model, dataset: DatasetKind, loss: Loss) -> tuple[str, ...]:
        return tuple(f"singular_value_{k}" for k in range(1, _count(model, dataset, loss) + 1))

    def unfit(self, spec: Spec, runs: int) -> str | None:
        if spec.model.matrix_product:
            return None
        return (
            "singular_values are for a linear network, the product of its matrices:"
            " `model: {kind: mlp, activation: identity, bias: false}`"
        )

    def measure(
        self, subjects: Sequence[Subject], row_done: Callable[[], None]
    ) -> list[Measurement]:
        found = []
        for subject in subjects:
            spec = subject.spec
            columns = self.columns(spec.model, spec.dataset, spec.loss)
            values = np.zeros((subject.rows, len(columns)))
            for row in range(subject.rows):
                product = reduce(lambda left, right: right @ left, layers_of(subject, row))
                values[row] = np.linalg.svd(product, compute_uv=False)[: len(columns)]
                row_done()
            theory = theory_of(subject, len(columns))
            found.append(Measurement("singular_values", columns, values, theory))
        return found


def _count(model: Model, dataset: DatasetKind, loss: Loss) -> int:
    shapes = model.shapes(dataset.features, loss.outputs(dataset)) or {}
    return min([MOST, *(side for shape in shapes.values() for side in shape)])


def layers_of(subject: Subject, row: int) -> list[Array]:
    """The weight matrices (outputs, inputs) of each layer at a row, the first layer first."""
    parts = subject.evaluation.layout.tensors(subject.history.weights[row].astype(float))
    return [np.asarray(part) for part in parts.values()]


def growth(s: Array, start: Array, time: Array) -> Array:
    """The singular values (T, K) at times (T,) from those at the start (K,) to those of the data.

    Saxe, McClelland & Ganguli 2014, equation 6: s / (1 + (s/u₀ − 1)·e^(−2·s·t)).
    """
    return np.asarray(s / (1 + (s / start - 1) * np.exp(-2 * s * time[:, None])))


def theory_of(subject: Subject, count: int) -> Array | None:
    """(T+1, K) the singular values by the closed form, largest first; None where it is not for.

    Those that the data have not stay as they are.
    """
    spec, data = subject.spec, subject.dataset
    layers = layers_of(subject, 0)
    training, loss = spec.training, spec.loss
    suits = (
        len(layers) == 2
        and spec.optimizer.plain
        and training.batch_size == "full"
        and training.zero_grad
        and not training.noise
        and loss.summed_half_square
    )
    if not suits:
        return None
    x, y = data.x.reshape(len(data.y), -1), data.y.reshape(len(data.y), -1)
    if np.abs(x.T @ x / len(x) - np.eye(x.shape[1])).max() > WHITE:
        return None
    left, s, right = np.linalg.svd(y.T @ x / len(x), full_matrices=False)
    left, s, right = left[:, :count], s[:count], right[:count]
    first, second = layers
    start = np.diagonal(left.T @ second @ first @ right.T)
    gram = first @ first.T
    size = float(np.abs(gram).max())
    along = (left * start) @ right
    balanced = np.abs(gram - second.T @ second).max() <= ALIGNED * size
    aligned = np.abs(along - second @ first).max() <= ALIGNED * size
    if not (balanced and aligned and (start > 0).all() and (s > 0).all()):
        return None
    lr = subject.history.lr[: subject.rows]
    if len(lr) > 1 and np.ptp(lr[:-1]) > 0:
        return None
    time = spec.optimizer.lr * subject.history.step[: subject.rows]
    return -np.sort(-growth(s, start, time), axis=1)
