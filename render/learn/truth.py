"""The promise that comes first: nothing is drawn that contradicts the recording."""

from __future__ import annotations

import numpy as np

from render.config.spec import Spec
from render.errors import TruthError
from render.recording import Array, Dataset, Landscape, Recording

TOLERANCE = 1e-6  # relative


def check(spec: Spec, dataset: Dataset, recording: Recording, landscape: Landscape) -> None:
    """Hold what will be drawn against the recorded losses, the model and least squares.

    Raises TruthError naming the first step, grid point or optimum that disagrees.
    """
    steps = np.arange(recording.steps + 1, dtype=float)
    surface = recording.objective(recording.values(steps))
    if (k := _first_off(surface, recording.loss)) is not None:
        raise _lie(f"the surface is {surface[k]:.9g} at step {k}", f"{recording.loss[k]:.9g}")

    places = np.linspace(0, len(landscape.loss) - 1, 5).astype(int)
    for row in places:
        for column in places:
            point = dict(recording.frozen)
            point[landscape.axes[0]] = landscape.grid[0][column]
            point[landscape.axes[1]] = landscape.grid[1][row]
            direct = spec.loss(spec.model.predict(point, dataset.x), dataset.y)
            drawn = landscape.loss[row, column]
            if _first_off(np.array([drawn]), np.array([direct])) is not None:
                raise _lie(f"the surface is {drawn:.9g} at {point}", f"{direct:.9g}")

    fitted = least_squares(spec, dataset, recording)
    found = np.array([landscape.optimum[name] for name in recording.names])
    if not np.allclose(found, fitted, rtol=TOLERANCE, atol=TOLERANCE):
        raise _lie(f"the landscape's minimum is at {found}", f"{fitted} by least squares")


def least_squares(spec: Spec, dataset: Dataset, recording: Recording) -> Array:
    """The best trained parameters (P,), the frozen ones held, by their own columns alone."""
    still = {**dict.fromkeys(recording.names, 0.0), **recording.frozen}
    offset = spec.model.predict(still, dataset.x) + np.zeros_like(dataset.x)
    columns = [
        spec.model.predict({**still, name: 1.0}, dataset.x) - offset for name in recording.names
    ]
    best: Array = np.linalg.lstsq(np.stack(columns, -1), dataset.y - offset, rcond=None)[0]
    return best


def _first_off(found: Array, expected: Array) -> int | None:
    off = ~(np.abs(found - expected) <= TOLERANCE * np.maximum(np.abs(expected), 1e-9))
    return int(off.argmax()) if off.any() else None


def _lie(claim: str, fact: str) -> TruthError:
    return TruthError(f"{claim}, but it is {fact}: the film would lie, so it is not made")
