"""The loss around the runs: a grid to draw, the exact optimum, the curvature."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from render.config.spec import Spec
from render.differences import second_differences, sizes
from render.learn.extents import Ranges, extents, on_one_scale, united
from render.learn.minimum import EDGE, Minimum, find
from render.learn.planes import first_parameters, held, plane_of_parameters
from render.learn.record import Counter, Progress, silent
from render.recording import Array, Landscape, Objective, Plane, Recording

OVERFLOW = 10.0  # heights of the picture: in place of a loss that isn't finite
CUT = 0.45  # of the surface is cut off, at most
FROM_ZERO = 0.2  # of the run's highest loss: a lowest one that is less counts as 0
MIN_DESCENT = 1e-6  # of the picture's median height: a run that moves less leaves it whole
SAME_CURVATURE = 1e-3  # relative: curvatures that differ by less are the same
HEADROOM = 4.0  # the surface is cut off at so many times the highest loss of the run in the picture


@dataclass(frozen=True)
class Survey:
    """What a landscape is to show, before the loss is computed at its grid."""

    spec: Spec
    recording: Recording  # whose loss it is
    minimum: Minimum
    shown: tuple[str, ...]  # one or two parameters
    ranges: Ranges
    runs: tuple[Recording, ...]  # that must fit under its ceiling

    @property
    def held(self) -> dict[str, float]:
        """Trained parameters that are not shown, at their optimum."""
        return held(self.recording, self.minimum, self.shown)

    @property
    def plane(self) -> Plane:
        """What the surface lies over."""
        return plane_of_parameters(self.recording, self.minimum, self.shown)

    def grid(self) -> tuple[Array, ...]:
        """The values (G,) along each axis."""
        count = self.spec.landscape.grid
        return tuple(np.linspace(*self.ranges[name], count) for name in self.shown)

    @property
    def rows(self) -> int:
        """How many rows of grid points there are; a curve is one row."""
        return self.spec.landscape.grid if len(self.shown) == 2 else 1


def scan(
    spec: Spec, recordings: Sequence[Recording], progress: Progress = silent
) -> tuple[Landscape, ...]:
    """The landscape of each run: the same one for all in a race, in a grid one for each.

    In a grid that shares its scales they have the same range for each parameter, and the same
    height where all have the same loss. `progress(done, rows)` is called up to 200 times
    while the rows of all grids are computed.
    """
    specs = spec.each
    surveys = [survey(one, recording) for one, recording in zip(specs, recordings, strict=True)]
    several = len(specs) > 1
    if several and spec.film.runs == "race":
        surveys = [together(surveys)]
    elif several and spec.film.share:
        surveys = same_ranges(surveys)
    surveys = [
        replace(one, ranges=on_one_scale(one.spec, one.ranges, one.shown)) for one in surveys
    ]
    row_done = Counter(sum(one.rows for one in surveys), progress)
    losses = [without_poles(one, over_grid(one, row_done)) for one in surveys]
    tops = [ceiling(s.ranges, s.runs, loss) for s, loss in zip(surveys, losses, strict=True)]
    if spec.film.share and all(one.spec.loss == surveys[0].spec.loss for one in surveys):
        tops = [max(tops)] * len(tops)
    made = [landscape(*parts) for parts in zip(surveys, losses, tops, strict=True)]
    return tuple(made * (len(specs) // len(made)))


def survey(spec: Spec, recording: Recording) -> Survey:
    """What to show around one run: the first trained parameters, or one and a frozen one."""
    minimum, shown = find(spec, recording), first_parameters(spec, recording)
    ranges = extents(spec, recording, minimum, shown)
    return Survey(spec, recording, minimum, shown, ranges, (recording,))


def together(surveys: Sequence[Survey]) -> Survey:
    """One that holds all runs, around the lowest minimum that the search of any run found."""
    best = min(surveys, key=lambda one: (not one.minimum.exact, one.minimum.loss))
    ranges = united([_among(one, best, surveys) for one in surveys])
    return replace(best, ranges=ranges, runs=tuple(one.recording for one in surveys))


def same_ranges(surveys: Sequence[Survey]) -> list[Survey]:
    """One for each run, all with the same ranges."""
    ranges = united([_among(one, one, surveys) for one in surveys])
    return [replace(one, ranges=ranges) for one in surveys]


def _among(one: Survey, best: Survey, all_: Sequence[Survey]) -> Ranges:
    """The ranges of a run among others: one that diverges must not make the rest small."""
    others = [other.recording for other in all_]
    return extents(one.spec, one.recording, best.minimum, one.shown, others)


def landscape(one: Survey, loss: Array, top: float) -> Landscape:
    """The landscape with this loss at the grid of its survey, cut off at `top`."""
    recording, minimum = one.recording, one.minimum
    finite = np.isfinite(loss)
    eigenvalues, eigenvectors = minimum.curvatures()
    return Landscape(
        plane=one.plane,
        axes=one.shown,
        grid=one.grid(),
        loss=np.where(finite, loss, overflow(loss[finite], top)),
        missing=None if finite.all() else (~finite).astype(float),
        ceiling=top,
        held=one.held,
        optimum=_named(recording, minimum.params),
        minimum=minimum.loss,
        exact=minimum.exact,
        eigenvalues=eigenvalues,
        eigenvectors=eigenvectors,
        method=minimum.method,
        minima=tuple(_named(recording, params) for params in minimum.minima),
        bowl=is_bowl(recording, minimum),
        log=one.spec.landscape.scale == "log",
        flipped=one.spec.landscape.flip_bias,
    )


def overflow(finite: Array, top: float) -> float:
    """A number far above the picture, for a loss that isn't finite."""
    lowest = min(float(finite.min(initial=top)), top)
    return top + OVERFLOW * (top - lowest or abs(top) or 1.0)


def is_bowl(recording: Recording, minimum: Minimum) -> bool:
    """Whether the curvature at the start is that at the minimum, as for a quadratic loss."""
    start = recording.completed(recording.params[0])
    size = sizes(recording, start)
    there = second_differences(recording.objective, start, len(recording.names), size)
    slack = SAME_CURVATURE * np.abs(minimum.hessian).max()
    same = np.allclose(there, minimum.hessian, rtol=SAME_CURVATURE, atol=slack)
    return minimum.exact and bool(same)


def _named(recording: Recording, params: Array) -> dict[str, float]:
    trained = dict(zip(recording.names, params.tolist(), strict=True))
    return {**trained, **recording.frozen}


def over_grid(one: Survey, row_done: Callable[[], None] = lambda: None) -> Array:
    """The loss (G, G) at the grid, indexed [second axis, first axis], or (G,)."""
    objective = one.recording.objective
    if not one.spec.landscape.flip_bias:
        return over_plane(objective, one.plane, one.grid(), row_done)
    # The labs' mistake, drawn on purpose: the sign of b is turned.
    signs = [-1.0 if name == "b" else 1.0 for name in one.recording.parameters]
    return over_plane(lambda params: objective(params * signs), one.plane, one.grid(), row_done)


def over_plane(
    objective: Objective,
    plane: Plane,
    grid: tuple[Array, ...],
    row_done: Callable[[], None] = lambda: None,
) -> Array:
    """The loss (G, G) at a grid of coordinates, indexed [second axis, first axis], or (G,).

    Row by row, and `row_done()` is called after each: for the absolute error of a million
    points, a row of 121 takes 0.7 s.
    """
    shape = [len(axis) for axis in reversed(grid)]
    rows = np.stack(np.meshgrid(*grid), axis=-1).reshape(-1, len(grid[0]), len(grid))
    losses = []
    for row in rows:
        losses.append(objective(plane.lift(row)))
        row_done()
    return np.reshape(losses, shape)


def without_poles(one: Survey, loss: Array) -> Array:
    """The loss at the grid, nan where it falls far below all that the run can come to."""
    minimum, runs = one.minimum, one.runs
    if not minimum.exact and minimum.method != EDGE:
        return loss  # it falls without end, and the picture shows how
    bottom = min([float(run.loss.min()) for run in runs] + [minimum.loss])
    top = max(float(run.loss.max()) for run in runs)
    with np.errstate(invalid="ignore", over="ignore"):
        deep = loss < bottom - HEADROOM * max(top - bottom, 1e-300)
    shallow = loss[np.isfinite(loss) & ~deep]
    return np.where(deep, np.nan, loss) if len(shallow) else loss


def ceiling(ranges: Ranges, runs: Sequence[Recording], loss: Array) -> float:
    """Where the picture ends: not much higher than the runs reach, and never under them.

    A run away from the plane may be higher than all of the surface. In a steep valley the
    surface is cut off higher, so that at least half of it is seen.
    """
    finite = loss[np.isfinite(loss)]
    if not len(finite):
        return 0.0
    lowest, highest = float(finite.min()), float(finite.max())
    usual = float(np.quantile(finite, 1 - CUT))  # poles are higher than any run
    tops = [_highest_inside(ranges, recording) for recording in runs]
    run = max((top for top in tops if top is not None), default=None)
    base = 0.0 if run is not None and 0 <= lowest < FROM_ZERO * run else lowest
    if run is None or run - base <= MIN_DESCENT * (usual - base):
        return highest
    return max(run, min(highest, max(usual, base + HEADROOM * (run - base))))


def _highest_inside(ranges: Ranges, recording: Recording) -> float | None:
    """The highest recorded loss inside the picture; None for a run that is never inside."""
    inside = np.ones(len(recording.loss), bool)
    for i, name in enumerate(recording.names):
        low, high = ranges[name]
        inside &= (recording.params[:, i] >= low) & (recording.params[:, i] <= high)
    return float(recording.loss[inside].max()) if inside.any() else None
