"""What weight decay leaves of each parameter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from render.learn.measures.base import OfEachParameter, RunMeasure
from render.phrases import phrase
from render.projected import Measurement

if TYPE_CHECKING:
    from render.results import Run


@dataclass(frozen=True)
class Decay(OfEachParameter, RunMeasure):
    """The share of each parameter's start that is left.

    Where the loss has no gradient only weight decay moves them. AdamW multiplies each by
    1 − lr·weight_decay in every step; Adam with L2 divides the decay by its own size, so all move
    as far, about lr (Loshchilov & Hutter 2019, 1711.05101).
    """

    prefix: ClassVar[str] = "left_"

    @property
    def titles(self) -> tuple[str, ...]:
        return (
            phrase("share of each parameter that is left"),
            phrase("share that is left"),
            phrase("left"),
        )

    def of_run(self, run: Run) -> Measurement:
        recording = run.recording
        start = recording.params[0]
        columns = self.columns_of(recording.names)
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = np.where(start != 0, recording.params / start, np.nan)
        moved = None
        if not (recording.grads.any() or run.spec.optimizer.lr_scale):
            moved = run.spec.optimizer.without_gradient(start, recording.lr[:-1])
        if moved is None:
            return Measurement("decay", columns, shares)
        return Measurement("decay", columns, shares, np.where(start != 0, moved / start, np.nan))
