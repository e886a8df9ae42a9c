"""How steep the loss of a sigmoid is, by its weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

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

COLUMN = "slope"


@dataclass(frozen=True)
class Slope(LawMeasure):
    """The length of the gradient of a sigmoid with one trained parameter.

    By the chain rule, with ŷ = σ(z): squared errors give 2(ŷ − y)·ŷ(1 − ŷ), which is 0 where ŷ is
    0 or 1, right or wrong; cross-entropy gives ŷ − y (Nielsen, Neural Networks and Deep Learning,
    chapter 3).
    """

    written: ClassVar[bool] = False

    def columns(self, model: Model, dataset: DatasetKind, loss: Loss) -> tuple[str, ...]:
        return (COLUMN,)

    def unfit(self, spec: Spec, runs: int) -> str | None:
        trained = [start for start in spec.model.parameters().values() if not start.frozen]
        if spec.model.probability and len(trained) == 1 and spec.training.batch_size == "full":
            return None
        return "slope is for a logistic model with one trained parameter, and full batches"

    @property
    def titles(self) -> tuple[str, ...]:
        return phrase("how steep the loss is"), phrase("slope of the loss"), phrase("slope")

    @property
    def x_name(self) -> str:
        return "w"

    def names(self, columns: Sequence[str]) -> tuple[str, ...]:
        return (phrase("slope"),)

    def of_run(self, run: Run) -> Measurement:
        recording = run.recording
        theory = self._formula(run, recording.params[:, 0])
        return Measurement(
            "slope",
            (COLUMN,),
            np.abs(recording.grads[:, :1]),
            None if theory is None else theory[:, None],
        )

    def x_of(self, run: Run) -> Array:
        return run.recording.params[:, :1]

    def x_range(self, runs: Sequence[Run]) -> tuple[float, float] | None:
        grids = [run.landscape.grid[0] for run in runs]
        return min(float(grid[0]) for grid in grids), max(float(grid[-1]) for grid in grids)

    def theories(self, run: Run, x: Array) -> tuple[Theory, ...]:
        y = self._formula(run, x)
        formula = run.spec.loss.slope_text
        return () if y is None else (Theory((f"{run.label}: {formula}", formula), y),)

    def _formula(self, run: Run, values: Array) -> Array | None:
        """The length of the gradient (M,) at values (M,) of the trained parameter."""
        recording, data = run.recording, run.dataset
        name = recording.names[0]
        named = {key: np.full((1, 1), value) for key, value in recording.frozen.items()}
        named[name] = values[:, None]
        by_score = run.spec.loss.slope_at(run.spec.model.predict(named, data.x), data.y)
        if by_score is None:
            return None
        return np.asarray(
            np.abs((by_score * run.spec.model.score_slope(name, data.x)).mean(axis=1))
        )
