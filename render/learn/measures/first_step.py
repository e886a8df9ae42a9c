"""How far the first step goes, by the gradient that it is taken with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from render.learn.measures.base import LawMeasure, OfEachParameter, Theory
from render.phrases import phrase
from render.projected import Measurement
from render.recording import Array

if TYPE_CHECKING:
    from render.results import Run


@dataclass(frozen=True)
class FirstStep(OfEachParameter, LawMeasure):
    """The length of the first step in each parameter, against its gradient.

    Gradient descent goes lr·|g|. Adam's two running means are both of that one gradient, so it goes
    lr·|g| / (|g| + eps), which is lr for all but the smallest (Kingma & Ba 2015, 2.1).
    """

    prefix: ClassVar[str] = "first_step_"
    log_x: ClassVar[bool] = True
    log_y: ClassVar[bool] = True

    @property
    def titles(self) -> tuple[str, ...]:
        return (
            phrase("length of the first step in each parameter"),
            phrase("length of the first step"),
            phrase("first step"),
        )

    @property
    def x_name(self) -> str:
        return phrase("size of its gradient")

    def of_run(self, run: Run) -> Measurement:
        recording = run.recording
        columns = self.columns_of(recording.names)
        values = np.full(recording.params.shape, np.nan)
        theory = np.full(recording.params.shape, np.nan)
        if recording.last:
            values[1:] = np.abs(recording.params[1] - recording.params[0])
            first = recording.params[0], recording.grads[0], float(recording.lr[0])
            rule = run.spec.optimizer
            length = None if rule.lr_scale else rule.first_step(*first)
            theory[1:] = np.nan if length is None else length
        return Measurement("first_step", columns, values, theory)

    def x_of(self, run: Run) -> Array:
        first = np.abs(run.recording.grads[0])
        return np.broadcast_to(first, run.recording.params.shape)

    def x_range(self, runs: Sequence[Run]) -> tuple[float, float] | None:
        """Down to gradients that are too small for eps, if there is one."""
        sizes = np.abs(np.concatenate([run.recording.grads[0] for run in runs]))
        sizes = sizes[sizes > 0]
        if not len(sizes):
            return None
        return 1e-6 * float(sizes.min()), 100 * float(sizes.max())

    def theories(self, run: Run, x: Array) -> tuple[Theory, ...]:
        lr = run.spec.optimizer.lr
        if run.spec.optimizer.lr_scale:
            return ()
        length, other = (run.spec.optimizer.first_step(0 * x + at, x, lr) for at in (0, 1))
        if length is None or other is None or not np.array_equal(length, other):
            return ()  # with weight decay it depends on the parameter too
        formula = run.spec.optimizer.first_step_text
        return (Theory((f"{run.label}: {formula}", run.label), length),)
