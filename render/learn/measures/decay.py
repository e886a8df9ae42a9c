"""What weight decay leaves of each parameter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from render.learn.measures.base import RunMeasure
from render.phrases import phrase
from render.projected import Measurement

if TYPE_CHECKING:
    from render.learn.datasets.base import DatasetKind
    from render.learn.losses.base import Loss
    from render.learn.models.base import Model
    from render.results import Run

NAME = "left_"


@dataclass(frozen=True)
class Decay(RunMeasure):
    """The share of each parameter's start that is left.

    Where the loss has no gradient only weight decay moves them. AdamW multiplies each by
    1 − lr·weight_decay in every step; Adam with L2 divides the decay by its own size, so all move
    as far, about lr (Loshchilov & Hutter 2019, 1711.05101).
    """

    def columns(self, model: Model, dataset: DatasetKind, loss: Loss) -> tuple[str, ...]:
        starts = model.parameters().items()
        return tuple(f"{NAME}{name}" for name, start in starts if not start.frozen)

    @property
    def titles(self) -> tuple[str, ...]:
        return (
            phrase("share of each parameter that is left"),
            phrase("share that is left"),
            phrase("left"),
        )

    def names(self, columns: Sequence[str]) -> tuple[str, ...]:
        return tuple(column.removeprefix(NAME) for column in columns)

    def of_run(self, run: Run) -> Measurement:
        recording = run.recording
        start = recording.params[0]
        columns = tuple(f"{NAME}{name}" for name in recording.names)
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = np.where(start != 0, recording.params / start, np.nan)
        moved = None
        if not recording.grads.any():
            moved = run.spec.optimizer.without_gradient(start, recording.lr[:-1])
        if moved is None:
            return Measurement("decay", columns, shares)
        return Measurement("decay", columns, shares, np.where(start != 0, moved / start, np.nan))
