"""Chooses the camera, if the config doesn't, so that dots and minimum are visible."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from render.config.spec import CameraOptions
from render.draw.plot.contours import known_minima
from render.draw.surface.geometry import Projection, World
from render.recording import Array
from render.results import Run
from render.timeline.camera import Camera
from render.timeline.clock import Clock
from render.timeline.pace import HEAD_START

USUAL = Camera(elev=32, azim=-62)
ELEVATIONS = (32.0, 42.0, 52.0)
AZIMUTHS = tuple(USUAL.azim + turn for turn in range(0, 360, 20))
MOMENTS = 40  # number of moments at which the places of the runs are considered
ENDING = 0.25  # weight of the end; the moments before share the rest
MINIMUM = 0.15  # weight of each lowest minimum
TURNED, RAISED = 0.06, 0.04  # penalties of a view: for a half turn, for each 10° raised


def viewpoint(options: CameraOptions, runs: Sequence[Run], clock: Clock) -> Camera:
    """The camera of a film: the config's, else the view from which most is visible.

    Of equally good views it is the one nearest to the usual view.
    """
    elevations = ELEVATIONS if options.elev == "auto" else (options.elev,)
    azimuths = AZIMUTHS if options.azim == "auto" else (options.azim,)
    views = [Camera(elev, azim) for elev, azim in itertools.product(elevations, azimuths)]
    if len(views) == 1 or any(len(run.landscape.axes) != 2 for run in runs):
        return views[0]
    places = [_places(run, clock) for run in runs]
    return max(views, key=lambda view: _worth(view, places) - _unusualness(view))


def _places(run: Run, clock: Clock) -> tuple[World, Array, Array]:
    """Points (M, 3) in the box that should be visible, and their weights (M,)."""
    recording, landscape = run.recording, run.landscape
    world = World(landscape)
    ticks = HEAD_START * (((clock.ticks + HEAD_START) / HEAD_START) ** np.linspace(0, 1, MOMENTS))
    steps = clock.steps(recording, np.clip(ticks - HEAD_START, 0, clock.ticks))
    first, second = landscape.plane.project(recording.values(steps)).T
    points = [world.points(first, second, recording.losses(steps))]
    weights = [np.append(np.full(MOMENTS - 1, (1 - ENDING) / (MOMENTS - 1)), ENDING)]
    for point in _lowest(run, world):
        points.append(point)
        weights.append(np.array([MINIMUM]))
    return world, np.concatenate(points), np.concatenate(weights)


def _lowest(run: Run, world: World) -> Iterator[Array]:
    recording, landscape = run.recording, run.landscape
    for minimum in known_minima(landscape, recording):
        if minimum.lowest and not landscape.flipped:
            first, second = minimum.coordinates[:, None]
            yield world.points(first, second, np.array([minimum.loss]))


def _worth(view: Camera, places: Sequence[tuple[World, Array, Array]]) -> float:
    """The share of the weights that is visible, the mean of all runs."""
    eye = Projection.of(view).eye
    shares = []
    for world, points, weights in places:
        inside = np.isfinite(points).all(axis=1)
        seen = world.field.visible(points[inside], eye)
        shares.append(float(weights[inside] @ seen / max(weights[inside].sum(), 1e-9)))
    return sum(shares) / len(shares)


def _unusualness(view: Camera) -> float:
    """The penalty of a view for its distance from the usual one."""
    turn = abs((view.azim - USUAL.azim + 180) % 360 - 180)
    return TURNED * turn / 180 + RAISED * abs(view.elev - USUAL.elev) / 10
