"""The contract of a measure: numbers of a network at each kept snapshot of its run.

They are measured after training, and never change it. Each is a column of the table.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from render.config.options import Options
from render.projected import Measurement
from render.recording import Array

if TYPE_CHECKING:
    from render.config.spec import Spec
    from render.learn.datasets.base import DatasetKind
    from render.learn.losses.base import Loss
    from render.learn.models.base import Model
    from render.learn.networks.evaluation import Buffers, Evaluation
    from render.learn.networks.history import History
    from render.recording import Dataset


@dataclass(frozen=True)
class Subject:
    """A run that is measured."""

    spec: Spec
    dataset: Dataset
    history: History
    evaluation: Evaluation
    rows: int  # T+1, those of its recording: the others are not finite

    def weights(self, row: int) -> Array:
        """(P,) of a row, in float64."""
        return self.history.weights[row].astype(float)

    def buffers(self, row: int) -> Buffers:
        """Those of a row."""
        return {name: values[row] for name, values in self.history.buffers.items()}


@dataclass(frozen=True)
class Measure(Options, ABC):
    """Numbers of a network at each kept snapshot of its run."""

    @abstractmethod
    def columns(self, model: Model, dataset: DatasetKind, loss: Loss) -> tuple[str, ...]:
        """(K,) the names of its numbers in the table, and in captions."""

    def unfit(self, spec: Spec, runs: int) -> str | None:
        """Why it can't be measured of this run of a film with so many; None if it can."""
        return None

    @abstractmethod
    def measure(
        self, subjects: Sequence[Subject], row_done: Callable[[], None]
    ) -> list[Measurement]:
        """What is found of each of the runs; `row_done()` is called for each row of each run."""
