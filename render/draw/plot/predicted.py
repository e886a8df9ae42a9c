"""What a run predicts at the places of a panel of data: its formula, or what was recorded."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from render.draw.plot.ranges import Across, recorded_predictions
from render.recording import Array

if TYPE_CHECKING:
    from render.draw.context import RunState
    from render.results import Run

Indices = npt.NDArray[np.intp]


class Predicted(ABC):
    """A run's predictions: along an axis of data, and at some of its points."""

    @abstractmethod
    def along(self, state: RunState) -> Array:
        """What is predicted (M,) along the axis."""

    @abstractmethod
    def at_points(self, state: RunState) -> Array:
        """What is predicted (K,) at the points."""


class OfFormula(Predicted):
    """Those of a model that is evaluated while it is drawn, between two recorded rows too."""

    def __init__(self, run: Run, across: Across, points: Indices) -> None:
        """`points` (K,): the indices of the points."""
        self._model = run.spec.model
        self._points = run.dataset.columns[..., points]
        self._inputs = across.inputs if across.curve else self._points

    def along(self, state: RunState) -> Array:
        return np.asarray(self._model.predict(state.snapshot.values, self._inputs))

    def at_points(self, state: RunState) -> Array:
        return np.asarray(self._model.predict(state.snapshot.values, self._points))


class OfNetwork(Predicted):
    """Those that were recorded of a network, at the last row that has landed."""

    def __init__(self, run: Run, across: Across, points: Indices) -> None:
        """`points` (K,): indices of points whose predictions are known."""
        self._known = recorded_predictions(run)
        self._points = np.searchsorted(self._known.chosen, points)
        self._curve = across.curve

    def along(self, state: RunState) -> Array:
        if self._curve and self._known.along is not None:
            return self._known.along[state.row]
        return self.at_points(state)

    def at_points(self, state: RunState) -> Array:
        return self._known.at_points[state.row, self._points]


def predicted_of(run: Run, across: Across, points: Indices) -> Predicted:
    """The predictions of a run. Raises RenderError for a network that predicts no number."""
    return (OfNetwork if run.spec.model.network else OfFormula)(run, across, points)


def few_of(x: Array, most: int, known: Indices | None = None) -> Indices:
    """The indices of at most so many points, evenly chosen along x (N,), in its order.

    `known`: those of the points to choose from, if not all.
    """
    among = np.arange(len(x)) if known is None else known
    order = among[np.argsort(x[among])]
    return order[np.unique(np.linspace(0, len(order) - 1, min(len(order), most)).astype(int))]
