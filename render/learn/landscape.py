"""The loss around the run: a grid to draw, the exact optimum, the curvature."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from render.config.spec import Spec
from render.learn.objective import Quadratic
from render.recording import Array, Landscape, Recording

PADDING = 1.2  # the path ends this far inside the picture
FAR = 4.0  # a diverging path is followed to this many times its first distance
SLIMMEST = 0.15  # of the longest axis, for a parameter that hardly moves
SMALLEST = 1e-3  # half an axis, for a run that starts at its optimum


def scan(spec: Spec, recording: Recording) -> Landscape:
    """The landscape over the recording's first two parameters, by the extents of the spec."""
    bowl = recording.objective
    assert isinstance(bowl, Quadratic)
    fixed = np.array([*recording.frozen.values()])
    inner = bowl.within(len(recording.names), fixed)
    centre = np.concatenate([inner.optimum, fixed])
    first, second = recording.axes[:2]
    grid = {
        name: np.linspace(*extent, spec.landscape.grid)
        for name, extent in extents(spec, recording, bowl, centre).items()
    }
    eigenvalues, eigenvectors = np.linalg.eigh(inner.hessian)
    # Model order, not trained-first order: w runs along x whichever of the two is frozen.
    across, along = sorted((first, second), key=list(spec.model.parameters()).index)
    return Landscape(
        axes=(across, along),
        grid=(grid[across], grid[along]),
        loss=over_grid(recording, {across: grid[across], along: grid[along]}),
        optimum=dict(zip(recording.axes, centre.tolist(), strict=True)),
        minimum=inner.minimum,
        eigenvalues=eigenvalues,
        eigenvectors=eigenvectors,
        method="closed form",
    )


def extents(
    spec: Spec, recording: Recording, bowl: Quadratic, centre: Array
) -> dict[str, tuple[float, float]]:
    """The range of every parameter: what the config says, else path and optimum with room.

    A frozen parameter gets the width over which the loss rises as much as along the first
    trained one, so that the bowl looks as round as it is.
    """
    trained = len(recording.names)
    away = np.abs(recording.params - centre[:trained])
    reach = np.minimum(away.max(axis=0), FAR * np.maximum(away[0], SMALLEST))
    halves = np.maximum(PADDING * np.maximum(reach, SLIMMEST * reach.max()), SMALLEST)
    given = spec.landscape.extents
    ranges: dict[str, tuple[float, float]] = {}
    for name, middle, half in zip(recording.names, centre, halves, strict=False):
        chosen = given.get(name, "auto")
        ranges[name] = (middle - half, middle + half) if chosen == "auto" else chosen
    low, high = ranges[recording.names[0]]
    for i, name in enumerate(recording.frozen, start=trained):
        half = 0.5 * (high - low) * np.sqrt(bowl.hessian[0, 0] / bowl.hessian[i, i])
        chosen = given.get(name, "auto")
        ranges[name] = (centre[i] - half, centre[i] + half) if chosen == "auto" else chosen
    return ranges


def over_grid(recording: Recording, axes: Mapping[str, Array]) -> Array:
    """The loss (G, G), indexed [second axis, first axis], the other parameters held."""
    first, second = axes.values()
    shape = (len(second), len(first))
    held = {name: np.full(shape, value) for name, value in recording.frozen.items()}
    mesh = dict(zip(axes, np.meshgrid(first, second), strict=True))
    params = np.stack([{**held, **mesh}[name] for name in recording.axes], axis=-1)
    return recording.objective(params)
