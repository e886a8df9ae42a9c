"""The sharpness: how strongly the loss bends where it bends most."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from render.learn.measures.base import NetworkMeasure, Subject
from render.projected import Measurement
from render.recording import Array

if TYPE_CHECKING:
    from render.learn.datasets.base import DatasetKind
    from render.learn.losses.base import Loss
    from render.learn.models.base import Model


@dataclass(frozen=True)
class Sharpness(NetworkMeasure):
    """The largest eigenvalue of the Hessian of the loss over the whole training set.

    By Lanczos' method, to about 1e-8 of it. Beside it is 2/lr: on a quadratic that bends more,
    plain gradient descent with that rate diverges. That of a network rises there and stays
    (Cohen et al. 2021, 2103.00065).
    """

    def columns(self, model: Model, dataset: DatasetKind, loss: Loss) -> tuple[str, ...]:
        return ("sharpness",)

    def measure(
        self, subjects: Sequence[Subject], row_done: Callable[[], None]
    ) -> list[Measurement]:
        return [self._of(subject, row_done) for subject in subjects]

    def _of(self, subject: Subject, row_done: Callable[[], None]) -> Measurement:
        from render.learn.hessian import largest_eigenvalue

        found, vector = np.full((subject.rows, 1), np.nan), None
        for row in range(subject.rows):
            product = partial(_product, subject, row)
            found[row, 0], vector = largest_eigenvalue(product, subject.history.count, vector)
            row_done()
        return Measurement("sharpness", ("sharpness",), found, self._limit(subject), "limit")

    def _limit(self, subject: Subject) -> Array | None:
        """2/lr (T+1, 1) of the update after each row; None where updates are not plain."""
        if not (subject.spec.optimizer.plain and subject.spec.training.zero_grad):
            return None
        lr = subject.history.lr[: subject.rows].copy()
        lr[-1] = lr[-2] if len(lr) > 1 else subject.spec.optimizer.lr
        return 2 / lr[:, None]


def _product(subject: Subject, row: int, direction: Array) -> Array:
    weights, buffers = subject.weights(row), subject.buffers(row)
    return subject.evaluation.hessian_product(weights, direction, buffers)
