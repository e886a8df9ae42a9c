"""The losses along the straight line between two networks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
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

PLACES = 21  # on the line, both ends included: 5 % of it apart
COLUMNS = ("barrier", *(f"line_{k / (PLACES - 1):.2f}" for k in range(PLACES)))
SHARES = np.linspace(0, 1, PLACES)  # of the way from the first network to the second


@dataclass(frozen=True)
class Line(NetworkMeasure):
    """The losses along the straight line between the weights of two runs, at the same step.

    At 21 places, from the first run's (0) to the second's (1). The barrier is how far the highest
    of them is above the straight line between the losses of both ends (Frankle et al. 2020,
    1912.05671). Where there is one, both are minima of their own.
    """

    def columns(self, model: Model, dataset: DatasetKind, loss: Loss) -> tuple[str, ...]:
        return COLUMNS

    def unfit(self, spec: Spec, runs: int) -> str | None:
        if runs == 2 and spec.film.runs == "race":
            return None
        return "line is for a race of two runs: the line goes from one to the other"

    def measure(
        self, subjects: Sequence[Subject], row_done: Callable[[], None]
    ) -> list[Measurement]:
        first, second = subjects
        found = []
        for subject in subjects:
            table = np.empty((subject.rows, 1 + PLACES))
            for row in range(subject.rows):
                ends = [_at(one, subject.history.step[row]) for one in (first, second)]
                losses = along(subject, row, *ends)
                table[row] = barrier(losses), *losses
                row_done()
            found.append(Measurement("line", COLUMNS, table))
            if first.rows == second.rows and (first.history.step == second.history.step).all():
                return found * 2  # both runs have the same rows
        return found


def _at(subject: Subject, step: float) -> Array:
    """The weights (P,) of a run at a step; of one that has ended, its last."""
    row = int(np.searchsorted(subject.history.step[: subject.rows], step, side="right")) - 1
    return subject.weights(row)


def along(subject: Subject, row: int, start: Array, end: Array) -> Array:
    """The losses (PLACES,) on the line from one network's weights (P,) to another's."""
    places = start + SHARES[:, None] * (end - start)
    return subject.evaluation.losses(places, subject.buffers(row))


def barrier(losses: Array) -> float:
    """How far the highest of losses (PLACES,) is above the line between both ends, at least 0."""
    level = losses[0] + SHARES * (losses[-1] - losses[0])
    return float((losses - level).max())
