"""The run in the eigenbasis: its distance from the minimum along each eigenvector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from render.errors import RenderError
from render.learn.measures.base import RunMeasure
from render.phrases import phrase
from render.projected import Measurement
from render.recording import Array

if TYPE_CHECKING:
    from render.learn.datasets.base import DatasetKind
    from render.learn.losses.base import Loss
    from render.learn.models.base import Model
    from render.results import Run

NAME = "component_"


@dataclass(frozen=True)
class Components(RunMeasure):
    """The distance from the minimum along each eigenvector of the Hessian, the steepest first.

    On a quadratic loss plain gradient descent multiplies each by its own 1 − lr·λ in every step
    (Goh 2017, Why Momentum Really Works), whatever the others do.
    """

    log_y: ClassVar[bool] = True

    def columns(self, model: Model, dataset: DatasetKind, loss: Loss) -> tuple[str, ...]:
        trained = [start for start in model.parameters().values() if not start.frozen]
        return tuple(f"{NAME}{k}" for k in range(1, len(trained) + 1))

    @property
    def titles(self) -> tuple[str, ...]:
        return (
            phrase("distance from the minimum along each eigenvector"),
            phrase("distance along each eigenvector"),
            phrase("along each eigenvector"),
            phrase("eigenvectors"),
        )

    @property
    def law(self) -> tuple[str, ...]:
        formula = "1 − lr·λ"
        return (
            phrase("theory: times {formula} in each step", formula=formula),
            phrase("theory: times {formula}", formula=formula),
            formula,
        )

    def names(self, columns: Sequence[str]) -> tuple[str, ...]:
        return tuple(f"λ{chr(ord('₀') + int(c.removeprefix(NAME)))}" for c in columns)

    def of_run(self, run: Run) -> Measurement:
        recording, landscape = run.recording, run.landscape
        if not landscape.exact or not len(landscape.eigenvalues):
            raise RenderError("measure: components are of a loss with a minimum, and this has none")
        best = np.array([landscape.optimum[name] for name in recording.names])
        along = (recording.params - best) @ directions(landscape.eigenvectors)
        columns = tuple(f"{NAME}{k}" for k in range(1, len(best) + 1))
        suits = recording.plain and recording.full_batch and not recording.noisy
        if not (suits and landscape.bowl):
            return Measurement("components", columns, along)
        factors = 1 - recording.lr[:-1, None] * landscape.eigenvalues[::-1]
        theory = along[0] * np.vstack([np.ones(len(best)), np.cumprod(factors, axis=0)])
        return Measurement("components", columns, along, theory)


def directions(eigenvectors: Array) -> Array:
    """The eigenvectors (P, P), one a column, the steepest first, the largest entry positive."""
    steepest = eigenvectors[:, ::-1]
    largest = np.abs(steepest).argmax(axis=0)
    return np.asarray(steepest * np.sign(steepest[largest, np.arange(len(largest))]))
