"""How large the ball is in which noisy gradients keep a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from pydantic import Field

from render.config.options import Integer
from render.errors import RenderError
from render.learn.measures.base import LawMeasure, Theory
from render.phrases import phrase
from render.projected import Measurement
from render.recording import Array

if TYPE_CHECKING:
    from render.config.spec import Spec
    from render.learn.datasets.base import DatasetKind
    from render.learn.losses.base import Loss
    from render.learn.models.base import Model
    from render.results import Run

COLUMN = "variance"


@dataclass(frozen=True)
class Ball(LawMeasure):
    """The mean square of the distance from the minimum, for each parameter, after a burn-in.

    On a quadratic loss with noise of variance σ² in every gradient it is lr·σ²/(λ·(2 − lr·λ)) in
    the long run (Liu, Ziyin & Ueda 2020, 2012.03636), not lr·σ²/(2λ), which is for small rates.
    """

    burn_in: Annotated[
        Integer, Field(ge=0, description="steps that are left out, while the run comes nearer")
    ] = 100

    log_y: ClassVar[bool] = True

    def columns(self, model: Model, dataset: DatasetKind, loss: Loss) -> tuple[str, ...]:
        return (COLUMN,)

    def unfit(self, spec: Spec, runs: int) -> str | None:
        if spec.training.noise and spec.optimizer.plain and spec.training.zero_grad:
            return None
        return "ball is for plain gradient descent with noise: `training: {noise: 1}`"

    @property
    def titles(self) -> tuple[str, ...]:
        return (
            phrase("size of the ball: variance of each parameter"),
            phrase("variance of each parameter"),
            phrase("variance"),
        )

    @property
    def x_name(self) -> str:
        return phrase("learning rate")

    def names(self, columns: Sequence[str]) -> tuple[str, ...]:
        return (phrase("variance"),)

    def of_run(self, run: Run) -> Measurement:
        recording, landscape = run.recording, run.landscape
        if not landscape.exact:
            raise RenderError("measure: a ball is around a minimum, and this loss has none")
        best = np.array([landscape.optimum[name] for name in recording.names])
        squares = ((recording.params - best) ** 2).mean(axis=1)
        values = np.full((len(squares), 1), np.nan)
        after = squares[self.burn_in + 1 :]
        values[self.burn_in + 1 :, 0] = np.cumsum(after) / np.arange(1, len(after) + 1)
        theory = np.full_like(values, float(self._exact(run, np.array([run.spec.optimizer.lr]))[0]))
        return Measurement("ball", (COLUMN,), values, theory)

    def x_of(self, run: Run) -> Array:
        return np.full((run.recording.last + 1, 1), run.spec.optimizer.lr)

    def x_range(self, runs: Sequence[Run]) -> tuple[float, float] | None:
        return 0.0, min(run.landscape.lr_max for run in runs)

    def theories(self, run: Run, x: Array) -> tuple[Theory, ...]:
        curvatures, noise = run.landscape.eigenvalues, run.spec.training.noise
        with np.errstate(divide="ignore"):
            small = (x[:, None] * noise**2 / (2 * curvatures)).mean(axis=1)
        rough = "lr·σ²/(2λ)"
        return (
            Theory(("lr·σ²/(λ(2 − lr·λ))",), self._exact(run, x)),
            Theory((phrase("for small rates: {formula}", formula=rough), rough), small, true=False),
        )

    def _exact(self, run: Run, rates: Array) -> Array:
        """The variance (M,) at rates (M,), infinite where they are too large."""
        curvatures, noise = run.landscape.eigenvalues, run.spec.training.noise
        step = rates[:, None] * curvatures
        with np.errstate(divide="ignore", invalid="ignore"):
            each = rates[:, None] * noise**2 / (curvatures * (2 - step))
        each = np.where((step > 0) & (step < 2), each, np.inf)
        return np.asarray(each.mean(axis=1))
