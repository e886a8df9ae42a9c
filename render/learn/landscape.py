"""The loss around the runs: a grid to draw, the exact optimum, the curvature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from render.config.spec import Spec
from render.learn.extents import Ranges, extents, united
from render.learn.minimum import Minimum, find, second_differences
from render.recording import Array, Landscape, Recording

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
        best = zip(self.recording.names, self.minimum.params.tolist(), strict=True)
        return {name: value for name, value in best if name not in self.shown}

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
    order = list(spec.model.parameters())
    # Model order, not trained-first order: w runs along x whichever of the two is frozen.
    shown = tuple(sorted(recording.axes[:2], key=order.index))
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
    """The loss (G, G), indexed [second axis, first axis], or (G,); other parameters held."""
    across = np.meshgrid(*one.grid())
    rest = {**one.recording.frozen, **one.held}
    values = {name: np.full(across[0].shape, value) for name, value in rest.items()}
    values.update(zip(one.shown, across, strict=True))
    if one.spec.landscape.flip_bias:  # the labs' mistake, shown as one
        values["b"] = -values["b"]
    return one.recording.objective(np.stack([values[n] for n in one.recording.axes], axis=-1))


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
