"""The loss around the runs: a grid to draw, the exact optimum, the curvature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from render.config.spec import Spec
from render.learn.extents import Ranges, extents, united
from render.learn.minimum import Minimum, find
from render.learn.planes import first_parameters, held, plane_of_parameters
from render.recording import Array, Landscape, Objective, Plane, Recording, second_differences

BEYOND = 10.0  # ceilings: in place of a loss that isn't finite
SHALLOW = 1e-6  # of the picture's height: a run that moves less leaves it whole
ALIKE = 1e-3  # relative: curvatures that differ by less are the same
HIGH = 4.0  # the surface is cut off at so many times the highest loss of the run in the picture


@dataclass(frozen=True)
class Survey:
    """A landscape while it is measured: what to draw of it, before it is."""

    spec: Spec
    recording: Recording
    minimum: Minimum
    shown: tuple[str, ...]  # one or two parameters
    ranges: Ranges

    @property
    def held(self) -> dict[str, float]:
        """Trained parameters that are not shown, at their optimum."""
        return held(self.recording, self.minimum, self.shown)

    @property
    def plane(self) -> Plane:
        """What the surface lies over."""
        return plane_of_parameters(self.recording, self.minimum, self.shown)

    def grid(self) -> tuple[Array, ...]:
        """The values along each axis."""
        count = self.spec.landscape.grid
        return tuple(np.linspace(*self.ranges[name], count) for name in self.shown)


def scan(spec: Spec, recordings: Sequence[Recording]) -> tuple[Landscape, ...]:
    """The landscape of each run: one and the same in a race; in a grid each its own.

    In a grid that shares its scales they have one range for each parameter, and one height
    where the loss is of one kind.
    """
    specs = spec.each
    if len(specs) == 1:
        return (drawn(survey(spec, recordings[0])),)
    surveys = [survey(one, recording) for one, recording in zip(specs, recordings, strict=True)]
    if spec.film.runs == "race":
        return (together(surveys, recordings),) * len(specs)
    if not spec.film.share:
        return tuple(drawn(one) for one in surveys)
    return alike(surveys)


def survey(spec: Spec, recording: Recording) -> Survey:
    """What to draw around one run: the first trained parameters, or one and a frozen one."""
    minimum = find(spec, recording)
    shown = first_parameters(spec, recording)
    return Survey(spec, recording, minimum, shown, extents(spec, recording, minimum, shown))


def together(surveys: Sequence[Survey], recordings: Sequence[Recording]) -> Landscape:
    """One landscape that holds all runs, around the lowest minimum that any of them found."""
    best = min(surveys, key=lambda one: (not one.minimum.exact, one.minimum.loss))
    around = [
        Survey(one.spec, one.recording, best.minimum, one.shown, _near(one, best, surveys))
        for one in surveys
    ]
    ranges = united([one.ranges for one in around])
    chosen = Survey(best.spec, best.recording, best.minimum, best.shown, ranges)
    return drawn(chosen, recordings)


def alike(surveys: Sequence[Survey]) -> tuple[Landscape, ...]:
    """A landscape for each run, all with the same ranges, and the same height if they can."""
    ranges = united([_near(one, one, surveys) for one in surveys])
    scaled = [Survey(s.spec, s.recording, s.minimum, s.shown, ranges) for s in surveys]
    if any(one.spec.loss != surveys[0].spec.loss for one in surveys):
        return tuple(drawn(one) for one in scaled)
    top = max(ceiling(one.ranges, [one.recording], over_grid(one)) for one in scaled)
    return tuple(drawn(one, top=top) for one in scaled)


def _near(one: Survey, best: Survey, all_: Sequence[Survey]) -> Ranges:
    """The ranges of a run among others: one that flies off must not make the rest small."""
    calm = any(not flies(other.recording) for other in all_)
    far = 1.0 if calm and flies(one.recording) else None
    return extents(one.spec, one.recording, best.minimum, one.shown, far)


def flies(recording: Recording) -> bool:
    """Whether a run ended higher than it started."""
    return recording.broke_off or bool(recording.loss[-1] > recording.loss[0])


def drawn(
    one: Survey, recordings: Sequence[Recording] | None = None, top: float | None = None
) -> Landscape:
    """The landscape that a survey describes, cut off at `top` or above what the runs reach."""
    recording, minimum = one.recording, one.minimum
    loss = over_grid(one)
    if top is None:
        top = ceiling(one.ranges, recordings or [recording], loss)
    eigenvalues, eigenvectors = np.linalg.eigh(minimum.hessian)
    return Landscape(
        plane=one.plane,
        axes=one.shown,
        grid=one.grid(),
        loss=np.where(np.isfinite(loss), loss, BEYOND * max(top, 1.0)),
        ceiling=top,
        held=one.held,
        optimum=_named(recording, minimum.params),
        minimum=minimum.loss,
        exact=minimum.exact,
        eigenvalues=eigenvalues,
        eigenvectors=eigenvectors,
        method=minimum.method,
        minima=tuple(_named(recording, params) for params in minimum.minima),
        bowl=_bowl(recording, minimum),
        log=one.spec.landscape.scale == "log",
        flipped=one.spec.landscape.flip_bias,
    )


def _bowl(recording: Recording, minimum: Minimum) -> bool:
    """Whether the loss is quadratic, so that its curvature at the minimum speaks for all of it."""
    start = np.array([*recording.params[0], *recording.frozen.values()])
    there = second_differences(recording.objective, start, len(recording.names))
    return minimum.exact and bool(
        np.allclose(there, minimum.hessian, rtol=ALIKE, atol=ALIKE * np.abs(minimum.hessian).max())
    )


def _named(recording: Recording, params: Array) -> dict[str, float]:
    trained = dict(zip(recording.names, params.tolist(), strict=True))
    return {**trained, **recording.frozen}


def over_grid(one: Survey) -> Array:
    """The loss (G, G) over the plane, indexed [second axis, first axis], or (G,)."""
    objective = one.recording.objective
    if not one.spec.landscape.flip_bias:
        return over_plane(objective, one.plane, one.grid())
    signs = [-1.0 if name == "b" else 1.0 for name in one.recording.parameters]
    # The labs' mistake, shown as one.
    return over_plane(lambda params: objective(params * signs), one.plane, one.grid())


def over_plane(objective: Objective, plane: Plane, grid: tuple[Array, ...]) -> Array:
    """The loss (G, G) at the grid of coordinates, indexed [second axis, first axis], or (G,)."""
    return objective(plane.lift(np.stack(np.meshgrid(*grid), axis=-1)))


def ceiling(ranges: Ranges, recordings: Sequence[Recording], loss: Array) -> float:
    """Where the surface is cut off: not much higher than what the runs are about."""
    finite = loss[np.isfinite(loss)]
    lowest, highest = float(finite.min(initial=0.0)), float(finite.max(initial=0.0))
    tops = [_highest_inside(ranges, recording) for recording in recordings]
    run = max((top for top in tops if top is not None), default=None)
    if run is None or run - lowest < SHALLOW * (highest - lowest):
        return highest
    return min(highest, lowest + HIGH * (run - lowest))


def _highest_inside(ranges: Ranges, recording: Recording) -> float | None:
    """The highest recorded loss inside the picture."""
    inside = np.ones(len(recording.loss), bool)
    for i, name in enumerate(recording.names):
        low, high = ranges[name]
        inside &= (recording.params[:, i] >= low) & (recording.params[:, i] <= high)
    return float(recording.loss[inside].max()) if inside.any() else None
