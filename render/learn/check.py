"""Checks before a film is drawn that its landscape agrees with its recording, model and data."""

from __future__ import annotations

import itertools

import numpy as np

from render.config.spec import Spec
from render.errors import RenderError, TruthError
from render.learn import objective
from render.learn.objective import QuadraticLoss, design_matrix
from render.projected import Projected
from render.recording import Array, Dataset, Landscape, Recording
from render.results import Run

TOLERANCE = 1e-6  # relative
ROUNDING = 1e-8  # of the largest loss: sums of large terms are no more exact than that
MAX_ROWS = 200  # of a mini-batch run that are computed again
PLACES = 5  # along each axis of the surface


def check_data(spec: Spec, dataset: Dataset) -> None:
    """Raise RenderError if the loss or the model of a run can't use its data."""
    probable = spec.loss.probabilities and not spec.model.network
    if probable and not np.isin(dataset.y, (0, 1)).all():
        raise RenderError("loss: cross-entropy is for labels 0 and 1, and the data have others")
    if not spec.model.network and len(dataset.classes or ()) > 2:
        count = len(dataset.classes or ())
        raise RenderError(f"model: the dataset has {count} classes: they need a network, as mlp is")
    equal = (dataset.columns == dataset.columns[..., :1]).all()
    if spec.model.needs_data and equal:
        raise RenderError("dataset: all inputs are the same, so nothing can be learnt from them")


def check(run: Run) -> None:
    """Compare what will be drawn with the recorded losses, the model and least squares.

    Raises TruthError that names the first step, grid point or optimum that disagrees, and
    RenderError for a landscape over a range that no picture can have. Networks are compared with
    their models when they are evaluated; here only their numbers are left.
    """
    spec, dataset, recording, landscape = run.spec, run.dataset, run.recording, run.landscape
    _check_ranges(landscape)
    if recording.projected is not None:
        _check_rows(recording, recording.projected, landscape)
        return
    height = _height(landscape)
    _check_run(spec, dataset, recording, height)
    _check_surface(spec, dataset, recording, landscape, height)
    if isinstance(recording.objective, QuadraticLoss) and not spec.loss.l2:
        _check_optimum(spec, dataset, recording, landscape)


def _check_ranges(landscape: Landscape) -> None:
    """Check that the places along each axis are different numbers."""
    for name, grid in zip(landscape.axes, landscape.grid, strict=True):
        with np.errstate(all="ignore"):
            width = grid[-1] - grid[0]
            if np.isfinite(width) and (np.diff(grid) > 0).all():
                continue
        why = "narrow" if np.isfinite(width) else "wide"
        raise RenderError(f"landscape: the range of {name} is too {why} to be drawn")


def _check_rows(recording: Recording, away: Projected, landscape: Landscape) -> None:
    """Check that the rows of a network's run are in order, and that its surface is its grid."""
    if not (np.isfinite(recording.loss).all() and (np.diff(away.step) > 0).all()):
        raise TruthError(f"the rows of {recording.run} are not those of one run")
    places = np.stack(np.meshgrid(*landscape.grid), axis=-1)
    drawn = recording.objective(places)
    known = np.ones(drawn.shape, bool) if landscape.missing is None else landscape.missing == 0
    off = _first_off(drawn[known], landscape.loss[known], _height(landscape))
    if off is not None:
        claim = f"the surface is {drawn[known][off]:.9g}"
        raise _contradiction(claim, f"{landscape.loss[known][off]:.9g}")


def _check_run(spec: Spec, dataset: Dataset, recording: Recording, height: float) -> None:
    """Check that the objective at every step is the recorded loss, and that of the model.

    `height` is the largest loss that is drawn.
    """
    steps = np.arange(recording.last + 1, dtype=float)
    values = recording.values(steps)
    surface = recording.objective(values)
    size = max(float(np.abs(recording.loss).max()), height)
    if (k := _first_off(surface, recording.loss, size)) is not None:
        raise _contradiction(
            f"the surface is {surface[k]:.9g} at step {k}", f"{recording.loss[k]:.9g}"
        )
    if recording.full_batch:
        return  # the loop recorded the loss of the model itself
    for k in np.unique(np.linspace(0, recording.last, MAX_ROWS).astype(int)):
        direct = _loss(
            spec, dataset, dict(zip(recording.parameters, values[k].tolist(), strict=True))
        )
        direct += float(spec.loss.penalty(recording.params[k]))
        if _first_off(recording.loss[k : k + 1], np.array([direct]), size) is not None:
            raise _contradiction(
                f"the loss is {recording.loss[k]:.9g} at step {k}", f"{direct:.9g}"
            )


def _check_surface(
    spec: Spec, dataset: Dataset, recording: Recording, landscape: Landscape, height: float
) -> None:
    """Check at 5 × 5 points of the grid that the surface is the loss of the model.

    `height` is the largest loss that is drawn.

    With `flip_bias` it must be the loss at −b.
    """
    places = np.linspace(0, len(landscape.loss) - 1, PLACES).astype(int)
    plane = landscape.plane
    for place in itertools.product(places, repeat=len(landscape.axes)):  # first axis first
        coordinates = [grid[at] for grid, at in zip(landscape.grid, place, strict=True)]
        params = plane.lift(np.array(coordinates)).tolist()
        if landscape.missing is not None and landscape.missing[place[::-1]]:
            continue
        point = dict(zip(recording.parameters, params, strict=True))
        if landscape.flipped:
            point["b"] = -point["b"]
        trained = np.array([point[name] for name in recording.names])
        direct = _loss(spec, dataset, point) + float(spec.loss.penalty(trained))
        drawn = landscape.loss[place[::-1]]
        if np.isfinite(direct) and _first_off(drawn[None], np.array([direct]), height) is not None:
            raise _contradiction(f"the surface is {drawn:.9g} at {point}", f"{direct:.9g}")


def _check_optimum(
    spec: Spec, dataset: Dataset, recording: Recording, landscape: Landscape
) -> None:
    fitted = least_squares(spec, dataset, recording)
    optimum = np.array([landscape.optimum[name] for name in recording.names])
    size = np.maximum(np.abs(fitted), np.ptp(recording.params, axis=0))
    lengths = dict(zip(landscape.axes, landscape.lengths.tolist(), strict=True))
    size = np.maximum(size, [lengths.get(name, 0.0) for name in recording.names])
    if not (np.abs(optimum - fitted) <= TOLERANCE * size).all():
        raise _contradiction(
            f"the landscape's minimum is at {optimum}", f"{fitted} by least squares"
        )


def least_squares(spec: Spec, dataset: Dataset, recording: Recording) -> Array:
    """The best trained parameters (P,) by least squares, the frozen ones held."""
    design, target = design_matrix(spec.model, dataset, recording.parameters)
    count = len(recording.names)
    held = design[:, count:] @ [*recording.frozen.values()]
    return objective.least_squares(design[:, :count], target - held)


def _loss(spec: Spec, dataset: Dataset, point: dict[str, float]) -> float:
    """The mean loss at a point, straight from the model."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return float(spec.loss(spec.model.predict(point, dataset.columns), dataset.y))


def _height(landscape: Landscape) -> float:
    """The largest loss that is drawn."""
    drawn = np.abs(landscape.loss)
    if landscape.missing is not None:
        drawn = drawn[landscape.missing == 0]
    return float(drawn.max(initial=0.0))


def _first_off(losses: Array, expected: Array, size: float) -> int | None:
    """The index of the first loss that is wrong, or None.

    `size` is the largest loss that counts: smaller ones may be off by its rounding.
    """
    least = TOLERANCE * np.maximum(np.abs(expected), ROUNDING * size)
    off = ~(np.abs(losses - expected) <= least)
    return int(off.argmax()) if off.any() else None


def _contradiction(claim: str, fact: str) -> TruthError:
    reason = "the film would be wrong, so it is not made"
    return TruthError(f"{claim}, but it should be {fact}: {reason}")
