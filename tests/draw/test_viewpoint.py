"""The camera that is chosen shows more than the usual one; a camera in the config is kept."""

from __future__ import annotations

import numpy as np
import pytest

from render.config.spec import CameraOptions
from render.draw.surface import viewpoint as choosing
from render.draw.surface.geometry import Projection, World
from render.draw.surface.viewpoint import USUAL, viewpoint
from render.timeline.camera import Camera
from render.timeline.clock import Clock
from tests.learn.labs import runs


def chosen(name: str, **wanted):
    trained = runs(name)
    clock = Clock.of([run.recording for run in trained])
    return viewpoint(CameraOptions(**wanted), trained, clock)


def seen(name: str, camera) -> float:
    """The share of all runs' recorded rows in the picture that is in sight, by marching rays."""
    eye, shares = Projection.of(camera).eye, []
    for run in runs(name):
        recording, world = run.recording, World(run.landscape)
        rows = np.unique(np.linspace(0, recording.steps, 30).astype(int))
        columns = [recording.parameters.index(axis) for axis in run.landscape.axes]
        values = recording.values(rows.astype(float))[:, columns]
        points = world.points(values[:, 0], values[:, 1], recording.loss[rows])
        points = points[np.isfinite(points).all(axis=1)]
        along = np.linspace(0.02, 1.5, 1500)[None, :, None]
        ways = (eye - points) / np.linalg.norm(eye - points, axis=1, keepdims=True)
        rays = points[:, None] + along * ways[:, None]
        above = rays[..., 2] - world.field.height(rays[..., 0], rays[..., 1])
        free = np.isnan(above) | (above > -1e-3)
        shares.append(float(free.all(axis=1).mean()))
    return sum(shares) / len(shares)


@pytest.mark.parametrize("name", ["slope", "slope_bias"])
def test_a_bowl_is_seen_from_the_usual_side(name):
    assert chosen(name) == USUAL


@pytest.mark.parametrize("name", ["optimizer_race", "himmelblau", "rosenbrock", "saddle"])
def test_the_view_shows_at_least_as_much_as_the_usual_one(name):
    assert seen(name, chosen(name)) >= seen(name, USUAL) - 0.02


@pytest.mark.parametrize("name", ["slope_bias", "himmelblau", "rosenbrock", "optimizer_race"])
def test_no_other_view_is_worth_more(name):
    """It is the best of all views, although few of them are tried."""
    trained = runs(name)
    clock = Clock.of([run.recording for run in trained])
    views = [Camera(e, a) for e in choosing.ELEVATIONS for a in choosing.AZIMUTHS]
    places = [choosing._places(run, clock, choosing.unturned) for run in trained]
    worths = [
        worth - choosing._unusualness(view)
        for view, worth in zip(views, choosing._worths(views, places), strict=True)
    ]
    assert chosen(name) == views[int(np.argmax(worths))]


@pytest.mark.parametrize("name", ["slope", "himmelblau", "cubic_saddle"])
def test_a_view_that_was_asked_for_is_kept(name):
    camera = chosen(name, elev=17, azim=200)
    assert (camera.elev, camera.azim) == (17, 200)


def test_a_half_of_a_view_is_kept_and_the_other_half_chosen():
    assert chosen("himmelblau", elev=70).elev == 70
    assert chosen("himmelblau", azim=33).azim == 33


def test_the_view_does_not_depend_on_the_order_of_the_runs():
    trained = runs("himmelblau")
    clock = Clock.of([run.recording for run in trained])
    assert viewpoint(CameraOptions(), trained, clock) == viewpoint(
        CameraOptions(), trained[::-1], clock
    )
