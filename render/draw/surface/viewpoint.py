"""Chooses the camera, if the config doesn't, so that dots and minimum are visible."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from render.config.spec import CameraOptions
from render.draw.plot.contours import known_minima
from render.draw.surface.geometry import DISTANCE, World
from render.recording import Array
from render.results import Run
from render.timeline.camera import Camera
from render.timeline.clock import Clock
from render.timeline.pace import HEAD_START

USUAL = Camera(elev=32, azim=-62)
ELEVATIONS = (32.0, 42.0, 52.0)
AZIMUTHS = tuple(USUAL.azim + turn for turn in range(0, 360, 20))
FINER = tuple(USUAL.azim + turn for turn in range(0, 360, 10))  # where an orbit begins
MOMENTS = 40  # number of moments at which the places of the runs are considered
ENDING = 0.25  # weight of the end; the moments before share the rest
MINIMUM = 0.15  # weight of each lowest minimum
END_ON, END_ON_DEGREES = 0.15, 10.0  # the penalty of an orbit that ends so near to an axis
TURNED, RAISED = 0.06, 0.04  # penalties of a view: for a half turn, for each 10° raised
TRIED, ROUNDING = 6, 1e-9  # views at a time; of a share


Turned = Callable[[Array], Array]  # how far the camera has turned, in degrees, at ticks (M,)


def unturned(ticks: Array) -> Array:
    """The turn of a camera that doesn't move."""
    return np.zeros(len(ticks))


def viewpoint(
    options: CameraOptions, runs: Sequence[Run], clock: Clock, turned: Turned = unturned
) -> Camera:
    """The camera of a film: the config's, else the view from which most is visible.

    Of equally good views it is the one nearest to the usual view. A camera that orbits begins
    where it turns away from walls: what counts is what is visible when the run is there.
    """
    elevations = ELEVATIONS if options.elev == "auto" else (options.elev,)
    usual = FINER if options.orbit and not options.keyframes else AZIMUTHS
    azimuths = usual if options.azim == "auto" else (options.azim,)
    views = [Camera(elev, azim) for elev, azim in itertools.product(elevations, azimuths)]
    if len(views) == 1 or any(len(run.landscape.axes) != 2 for run in runs):
        return views[0]
    places = [_places(run, clock, turned) for run in runs]
    end = float(turned(np.array([float(clock.ticks)]))[0])
    usual_first = sorted(views, key=_unusualness)
    worths = {view: -np.inf for view in views}
    for first in range(0, len(views), TRIED):
        some = usual_first[first : first + TRIED]
        # A worth is a share, so at most 1: none of those that are left can be better.
        if max(worths.values()) > 1.0 + ROUNDING - _unusualness(some[0]):
            break
        for view, worth in zip(some, _worths(some, places), strict=True):
            worths[view] = worth - _unusualness(view) - _end_on(view, end)
    return max(views, key=worths.__getitem__)  # of several the first


@dataclass(frozen=True)
class Places:
    """What should be visible of a run."""

    world: World
    points: Array  # (M, 3) in the box
    weights: Array  # (M,)
    turns: Array  # (M,) degrees that the camera has turned when it should be


def _places(run: Run, clock: Clock, turned: Turned) -> Places:
    """Places along the run, and the minima, at the film's end."""
    recording, landscape = run.recording, run.landscape
    world = World(landscape)
    ticks = HEAD_START * (((clock.ticks + HEAD_START) / HEAD_START) ** np.linspace(0, 1, MOMENTS))
    ticks = np.clip(ticks - HEAD_START, 0, clock.ticks)
    steps, turns = clock.rows(recording, ticks), [turned(ticks)]
    first, second = landscape.plane.project(recording.values(steps)).T
    points = [world.points(first, second, recording.losses(steps))]
    weights = [np.append(np.full(MOMENTS - 1, (1 - ENDING) / (MOMENTS - 1)), ENDING)]
    for point in _lowest(run, world):
        points.append(point)
        weights.append(np.array([MINIMUM]))
        turns.append(turns[0][-1:])
    return Places(world, *map(np.concatenate, (points, weights, turns)))


def _lowest(run: Run, world: World) -> Iterator[Array]:
    recording, landscape = run.recording, run.landscape
    for minimum in known_minima(landscape, recording):
        if minimum.lowest and not landscape.flipped:
            first, second = minimum.coordinates[:, None]
            yield world.points(first, second, np.array([minimum.loss]))


def _worths(views: Sequence[Camera], places: Sequence[Places]) -> list[float]:
    """The share of the weights that is visible from each view, the mean of all runs."""
    shares = []
    for one in places:
        inside = np.isfinite(one.points).all(axis=1)
        points, weights, turns = one.points[inside], one.weights[inside], one.turns[inside]
        eyes = np.concatenate([_eyes(view, turns) for view in views])
        seen = one.world.field.visible(np.tile(points, (len(views), 1)), eyes)
        whole = max(weights.sum(), 1e-9)
        shares.append([float(weights @ row / whole) for row in seen.reshape(len(views), -1)])
    return [sum(each) / len(each) for each in zip(*shares, strict=True)]


def _eyes(view: Camera, turns: Array) -> Array:
    """The places (M, 3) of a camera that has turned so many degrees (M,)."""
    elev, azims = np.deg2rad(view.elev), np.deg2rad(view.azim + turns)
    level, up = np.cos(elev), np.full(len(turns), np.sin(elev))
    return DISTANCE * np.stack([level * np.cos(azims), level * np.sin(azims), up], axis=-1)


def _end_on(view: Camera, turned: float) -> float:
    """The penalty of an orbit that ends where it looks along an axis, whose labels fade there."""
    aside = abs((view.azim + turned + 45) % 90 - 45)
    return END_ON if turned and aside < END_ON_DEGREES else 0.0


def _unusualness(view: Camera) -> float:
    """The penalty of a view for its distance from the usual one."""
    turn = abs((view.azim - USUAL.azim + 180) % 360 - 180)
    return TURNED * turn / 180 + RAISED * abs(view.elev - USUAL.elev) / 10
