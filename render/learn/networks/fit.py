"""What a network whose prediction is a number predicts at each kept snapshot.

Shapes: T+1 kept snapshots, N training points, F features, K points of them, M places.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from render.learn.networks.evaluation import Evaluation
from render.learn.networks.history import Weights
from render.projected import Predictions
from render.recording import Array

PLACES = 241  # M, along the only feature: a network bends more than a formula
MOST_POINTS = 1000  # K: of more, evenly chosen ones


def predictions(
    evaluation: Evaluation, weights: Weights, buffers: Mapping[str, npt.NDArray[Any]]
) -> Predictions | None:
    """The predictions along the only feature and at the points; None for other models."""

    def at(row: int) -> tuple[Array, Mapping[str, Any]]:
        own = {name: values[row] for name, values in buffers.items()}
        return np.asarray(weights[row], dtype=np.float64), own

    points = evaluation.inputs()
    if points is None or not evaluation.predicts_numbers(*at(0)):
        return None
    chosen = np.linspace(0, len(points) - 1, min(len(points), MOST_POINTS)).round().astype(int)
    inputs, asked = None, points[chosen]
    if points.size == len(points):
        inputs = np.linspace(points.min(), points.max(), PLACES)
        asked = np.concatenate([asked, inputs.reshape(-1, *points.shape[1:])])
    found = np.empty((len(weights), len(asked)))
    for row in range(len(weights)):
        predicted = evaluation.predictions(*at(row), asked)
        found[row] = predicted.double().cpu().numpy().reshape(-1)
    return Predictions(
        chosen,
        at_points=found[:, : len(chosen)],
        inputs=inputs,
        along=None if inputs is None else found[:, len(chosen) :],
    )
