"""How long the gradient of each layer is, and the product that makes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from render.learn.measures.base import NetworkMeasure, Subject
from render.phrases import phrase
from render.projected import Measurement
from render.recording import Array

if TYPE_CHECKING:
    from render.config.spec import Spec
    from render.learn.datasets.base import DatasetKind
    from render.learn.losses.base import Loss
    from render.learn.models.base import Model

NAME = "gradient_layer_"
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True)
class LayerGradients(NetworkMeasure):
    """The length of the gradient of the weights of each layer, over the whole training set.

    By the chain rule it is a product with a factor Wᵀ·diag(activation′(z)) for each layer behind.
    The slope of a sigmoid is at most 1/4, so with sigmoids the first layers hardly learn
    (Hochreiter 1991; Glorot & Bengio 2010; Nielsen, Neural Networks and Deep Learning, chapter 5).
    """

    log_y: ClassVar[bool] = True

    def columns(self, model: Model, dataset: DatasetKind, loss: Loss) -> tuple[str, ...]:
        shapes = model.shapes(dataset.features, loss.outputs(dataset)) or {}
        count = sum(len(shape) == 2 for shape in shapes.values())
        return tuple(f"{NAME}{k}" for k in range(1, count + 1))

    def unfit(self, spec: Spec, runs: int) -> str | None:
        if self.columns(spec.model, spec.dataset, spec.loss):
            return None
        return "layer_gradients are of a network of layers, such as mlp"

    @property
    def titles(self) -> tuple[str, ...]:
        return (
            phrase("length of the gradient of each layer"),
            phrase("gradient of each layer"),
            phrase("gradients"),
        )

    @property
    def law(self) -> tuple[str, ...]:
        formula = "W·σ′(z)"
        return (
            phrase("theory: a factor {formula} for each layer behind", formula=formula),
            phrase("theory: product of {formula}", formula=formula),
            phrase("theory"),
        )

    def names(self, columns: Sequence[str]) -> tuple[str, ...]:
        numbers = (column.removeprefix(NAME) for column in columns)
        return tuple(f"W{number.translate(SUBSCRIPTS)}" for number in numbers)

    def measure(
        self, subjects: Sequence[Subject], row_done: Callable[[], None]
    ) -> list[Measurement]:
        return [self._of(subject, row_done) for subject in subjects]

    def _of(self, subject: Subject, row_done: Callable[[], None]) -> Measurement:
        spec = subject.spec
        columns = self.columns(spec.model, spec.dataset, spec.loss)
        values = np.empty((subject.rows, len(columns)))
        theory = np.full_like(values, np.nan)
        for row in range(subject.rows):
            gradient = subject.evaluation.gradient(subject.weights(row), subject.buffers(row))
            parts = subject.evaluation.layout.tensors(gradient).values()
            values[row] = [np.linalg.norm(part) for part in parts if part.ndim == 2]
            product = self._product(subject, row)
            if product is not None:
                theory[row] = [np.linalg.norm(part) for part in product]
            row_done()
        known = bool(np.isfinite(theory).all())
        return Measurement("layer_gradients", columns, values, theory if known else None)

    def _product(self, subject: Subject, row: int) -> list[Array] | None:
        """The gradient of each matrix, by the chain rule written out; None: it isn't known."""
        spec, data = subject.spec, subject.dataset
        if spec.loss.l1 or spec.loss.l2:
            return None
        tensors = subject.evaluation.layout.tensors(subject.weights(row))
        layers = [np.asarray(part) for part in tensors.values()]
        x = data.x.reshape(len(data.y), -1)
        return spec.model.chain_rule(layers, x, lambda outputs: _slope(spec, outputs, data.y))


def _slope(spec: Spec, outputs: Array, y: Array) -> Array:
    """The derivative (N, K) of the loss by the outputs (N, K) of a network."""
    import torch

    given: Any = torch.from_numpy(outputs.copy()).requires_grad_()
    labels = torch.from_numpy(y.copy())
    spec.loss.of_network(given, labels).backward()
    return np.asarray(given.grad.numpy())
