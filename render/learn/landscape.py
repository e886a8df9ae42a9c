"""The loss around the run: a grid to draw, the exact optimum, the curvature."""

from __future__ import annotations

import numpy as np

from render.config.spec import Spec
from render.curvature import second_differences
from render.learn.minimum import Minimum, find
from render.recording import Array, Landscape, Recording

PADDING = 1.2  # an axis is this much longer than what it must hold
FAR = 4.0  # a diverging path is followed to this many times its first distance
SLIMMEST = 0.15  # of the longest axis, for a parameter that hardly moves
SMALLEST = 1e-3  # half an axis, of its middle, for a run that starts at its optimum
BEYOND = 10.0  # ceilings: in place of a loss that isn't finite
SHALLOW = 1e-6  # of the picture's height: a run that moves less leaves it whole
HIGH = 4.0  # the surface is cut off at so many times the highest loss of the run in the picture


def scan(spec: Spec, recording: Recording) -> Landscape:
    """The landscape over two parameters: the first trained ones, or one and a frozen one."""
    minimum = find(spec, recording)
    best = dict(zip(recording.names, minimum.params.tolist(), strict=True))
    order = list(spec.model.parameters())
    # Model order, not trained-first order: w runs along x whichever of the two is frozen.
    shown = sorted(recording.axes[:2], key=order.index)
    held = {name: value for name, value in best.items() if name not in shown}
    ranges = extents(spec, recording, minimum, shown)
    grid = [np.linspace(*ranges[name], spec.landscape.grid) for name in shown]
    loss = over_grid(recording, shown, grid, held)
    top = ceiling(recording, ranges, loss)
    eigenvalues, eigenvectors = np.linalg.eigh(minimum.hessian)
    return Landscape(
        axes=(shown[0], shown[1]),
        grid=(grid[0], grid[1]),
        loss=np.where(np.isfinite(loss), loss, BEYOND * max(top, 1.0)),
        ceiling=top,
        held=held,
        optimum={**best, **recording.frozen},
        minimum=minimum.loss,
        exact=minimum.exact,
        eigenvalues=eigenvalues,
        eigenvectors=eigenvectors,
        method=minimum.method,
    )


def extents(
    spec: Spec, recording: Recording, minimum: Minimum, shown: list[str]
) -> dict[str, tuple[float, float]]:
    """The range of each parameter shown: what the config says, else path and optimum with room.

    A frozen parameter gets the width over which the loss rises as much as along the first
    trained one, so that a bowl looks as round as it is.
    """
    given = spec.landscape.extents
    halves = _reaches(recording, minimum)
    centre = _centre(recording, minimum)
    ranges: dict[str, tuple[float, float]] = {}
    for i, name in enumerate(recording.names):
        chosen = given.get(name, "auto")
        ranges[name] = (
            (centre[i] - halves[i], centre[i] + halves[i]) if chosen == "auto" else chosen
        )
    low, high = ranges[recording.names[0]]
    for name in set(shown) & set(recording.frozen):
        middle = recording.frozen[name]
        half = 0.5 * (high - low) * _roundness(recording, minimum, name)
        chosen = given.get(name, "auto")
        ranges[name] = (middle - half, middle + half) if chosen == "auto" else chosen
    return ranges


def _centre(recording: Recording, minimum: Minimum) -> Array:
    """The middle of the picture (P,): the optimum, or of the path when there is none near."""
    path = recording.params
    middle = (path.min(axis=0) + path.max(axis=0)) / 2
    return minimum.params if minimum.exact else middle


def _reaches(recording: Recording, minimum: Minimum) -> Array:
    """Half the width of each trained parameter's axis (P,)."""
    centre = _centre(recording, minimum)
    away = np.abs(recording.params - centre)
    least = SMALLEST * np.where(centre == 0, away.max() == 0, np.abs(centre))
    reach = np.minimum(away.max(axis=0), FAR * np.maximum(away[0], least))
    return np.maximum(PADDING * np.maximum(reach, SLIMMEST * reach.max()), least)


def _roundness(recording: Recording, minimum: Minimum, name: str) -> float:
    """How much wider a frozen parameter's axis must be than the first trained one's."""
    point = np.array([*minimum.params, *recording.frozen.values()])
    hessian = second_differences(recording.objective, point, len(point))
    first, other = hessian[0, 0], hessian[recording.axes.index(name), recording.axes.index(name)]
    return float(np.sqrt(first / other)) if first > 0 and other > 0 else 1.0


def over_grid(
    recording: Recording, shown: list[str], grid: list[Array], held: dict[str, float]
) -> Array:
    """The loss (G, G), indexed [second axis, first axis], all other parameters held."""
    shape = (len(grid[1]), len(grid[0]))
    rest = {**recording.frozen, **held}
    values = {name: np.full(shape, value) for name, value in rest.items()}
    values.update(zip(shown, np.meshgrid(*grid), strict=True))
    return recording.objective(np.stack([values[name] for name in recording.axes], axis=-1))


def ceiling(recording: Recording, ranges: dict[str, tuple[float, float]], loss: Array) -> float:
    """Where the surface is cut off: not much higher than what the run is about."""
    inside = np.ones(len(recording.loss), bool)
    for i, name in enumerate(recording.names):
        low, high = ranges[name]
        inside &= (recording.params[:, i] >= low) & (recording.params[:, i] <= high)
    finite = loss[np.isfinite(loss)]
    lowest, highest = float(finite.min(initial=0.0)), float(finite.max(initial=0.0))
    if not inside.any():
        return highest
    run = float(recording.loss[inside].max())
    if run - lowest < SHALLOW * (highest - lowest):
        return highest
    return min(highest, lowest + HIGH * (run - lowest))
