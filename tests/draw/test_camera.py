"""A camera that moves, and what lies beneath the dot while a step is narrated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from render.config.theme import rgb
from render.draw.panels.surface import SurfacePanel
from tests.draw.stages import staged

SMALL = ("film.size=[480, 270]", "film.duration=1.5", "film.fps=8")


def surface(stage) -> SurfacePanel:
    return next(panel for panel in stage.panels if isinstance(panel, SurfacePanel))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["slope_bias", "optimizer_race"])
def test_frames_of_an_orbit_are_the_same_in_order_in_reverse_and_alone(name):
    stage, timeline = staged(name, *SMALL, "film.camera={orbit: 200}")
    assert len(timeline.cameras) == len(timeline)
    pictures = [stage.picture(moment) for moment in timeline]
    for moment in reversed(timeline.moments):
        np.testing.assert_array_equal(stage.picture(moment), pictures[moment.index])
    fresh, _ = staged(name, *SMALL, "film.camera={orbit: 200}")
    np.testing.assert_array_equal(fresh.picture(timeline.moments[7]), pictures[7])


def test_the_dot_goes_round_with_its_surface_and_is_always_seen():
    stage, timeline = staged("slope_bias", *SMALL, "film.camera={orbit: 360}")
    panel, red = surface(stage), rgb(stage.context.theme.parameter)
    left, top, right, bottom = stage.rectangles()["surface"]
    for moment in timeline:
        inside = stage.picture(moment)[top:bottom, left:right, :3]
        assert (inside == red).all(axis=-1).sum() >= 8
        now = stage.context.recording.at(moment.tick)
        world = panel.world
        place = [
            world.across(0, np.array(now.values["w"])),
            world.across(1, np.array(now.values["b"])),
            world.up(np.array(now.loss)),
        ]
        np.testing.assert_allclose(panel.dots[0].at, panel.projection(np.array(place)), atol=1e-6)


def test_every_pose_of_an_orbit_is_inside_its_cell():
    stage, timeline = staged("slope_bias", "film.size=[1280, 720]", "film.camera={orbit: 360}")
    panel = surface(stage)
    for moment in timeline:
        stage.draw(moment)
        flat = panel.projection(panel.world.outline())
        cell = panel.cell
        assert (flat > [cell.left - 1, cell.bottom - 1]).all()
        assert (flat < [cell.right + 1, cell.top + 1]).all()


def test_a_zoomed_still_is_larger_about_the_middle():
    stage, _ = staged("slope_bias", "film.size=[1280, 720]")
    near, _ = staged("slope_bias", "film.size=[1280, 720]", "film.camera={zoom: 2}")
    assert surface(near).projection.scale == pytest.approx(2 * surface(stage).projection.scale)


@pytest.mark.parametrize("row", [0, 2])
def test_beneath_the_dot_lie_the_gradient_and_the_step_it_causes(row):
    stage, timeline = staged("slope_bias", "film.size=[1280, 720]", "optimizer.lr=0.02")
    panel, run = surface(stage), stage.context.recording
    world, to = panel.world, panel.projection

    def floor(params):
        x, y = (world.across(i, np.asarray(value)) for i, value in enumerate(params))
        return to(np.array([x, y, world.floor]))

    narrated = replace(timeline.moments[0], tick=float(row), phase="backward", part=1.0)
    stage.draw(narrated)
    ((_, gradient),) = panel.step_arrows.arrows
    start, uphill = run.params[row], run.params[row] + 0.02 * run.grads[row]
    np.testing.assert_allclose(gradient[0], floor(start), atol=1e-6)
    along = floor(uphill) - floor(start)
    drawn = gradient[1] - gradient[0]
    assert along[0] * drawn[1] - along[1] * drawn[0] == pytest.approx(0, abs=2.0)
    assert along @ drawn > 0
    stage.draw(replace(narrated, tick=row + 0.5, phase="update", part=0.5))
    _, (_, step) = panel.step_arrows.arrows
    half = (run.params[row] + run.params[row + 1]) / 2
    np.testing.assert_allclose(step, [floor(start), floor(half)], atol=1e-6)


def test_nothing_lies_beneath_the_dot_while_the_film_runs_on():
    stage, timeline = staged("slope_bias", "film.size=[1280, 720]")
    for moment in timeline:
        stage.draw(moment)
        shown = bool(surface(stage).step_arrows.arrows)
        assert shown == (moment.phase in ("backward", "update"))
