"""Frames are pure functions of their moments, and show the recording."""

from __future__ import annotations

import io

import matplotlib as mpl
import numpy as np
import pytest

from render.config.theme import rgb
from render.draw import artists
from render.draw.panels.contour import ContourPanel
from render.draw.panels.cost import CostPanel
from render.draw.panels.data import DataPanel
from render.draw.panels.loss import LossPanel
from render.draw.panels.surface import SurfacePanel
from render.draw.stage import Stage
from render.draw.step_range import StepRange
from render.draw.style import house_style
from render.scene import Panel, Scene
from tests.draw.stages import staged
from tests.sweeps import sweep

LABS = [("slope",), ("slope_bias", "film.theme=paper"), ("slope", "optimizer.lr=0.4")]


def panel(stage, kind):
    return next(p for p in stage.panels if isinstance(p, kind))


@pytest.mark.parametrize("lab", sweep(LABS, whole=True))
def test_frames_are_the_same_in_order_in_reverse_and_alone(lab):
    stage, timeline = staged(*lab)
    in_order = [stage.picture(moment) for moment in timeline]
    for moment in reversed(timeline.moments):
        np.testing.assert_array_equal(stage.picture(moment), in_order[moment.index])
    for moment in timeline.spread(4):
        alone, _ = staged(*lab)
        np.testing.assert_array_equal(alone.picture(moment), in_order[moment.index])


def test_the_still_layer_is_drawn_once():
    stage, timeline = staged("slope_bias")
    for moment in [*timeline, *reversed(timeline.moments)]:
        stage.draw(moment)
    assert stage.canvas.still_draws == 1


@pytest.mark.parametrize("lab", sweep(LABS, quick=2, whole=True))
def test_a_composed_frame_equals_a_full_redraw_of_the_figure(lab):
    """`savefig` draws all artists again."""
    stage, timeline = staged(*lab)
    for moment in timeline.spread(4):
        composed = stage.picture(moment)
        file = io.BytesIO()
        with house_style():
            stage.figure.savefig(file, format="raw", facecolor=stage.figure.get_facecolor())
        redrawn = np.frombuffer(file.getvalue(), np.uint8).reshape(composed.shape)
        np.testing.assert_array_equal(composed, redrawn)


def test_a_frame_costs_the_same_whatever_lies_behind_it(monkeypatch):
    """Counted in strokes, not in seconds: trails and curves must not be drawn again."""
    stage, timeline = staged("slope_bias", "training.epochs=90", "film.duration=10")
    strokes = 0

    def counting(*args, _draw=artists.draw_path, **kwargs):
        nonlocal strokes
        strokes += 1
        return _draw(*args, **kwargs)

    monkeypatch.setattr(artists, "draw_path", counting)
    costs = []
    for moment in timeline.moments[10:80:5]:
        stage.draw(moment)
        strokes = 0
        stage.draw(moment)  # nothing has grown since
        costs.append(strokes)
    assert 0 < max(costs) <= min(costs) + 10  # arrows and tangent come and go
    first, last = timeline.moments[10], timeline.moments[80]
    grown = stage.context.at(last).pieces - stage.context.at(first).pieces
    stage.draw(first)
    strokes = 0
    stage.draw(last)
    assert strokes <= 8 * grown + max(costs)


@pytest.mark.parametrize("size", sweep([[160, 90], [640, 360], [854, 480], [720, 1280]], quick=2))
def test_a_frame_has_exactly_its_size(size):
    stage, timeline = staged("slope", f"film.size={size}")
    assert stage.picture(timeline.moments[0]).shape == (size[1], size[0], 4)


def test_the_user_s_matplotlibrc_changes_nothing():
    stage, timeline = staged("slope")
    expected = stage.picture(timeline.moments[7])
    hostile = {"font.size": 30, "savefig.bbox": "tight", "axes.grid": False, "lines.linewidth": 9}
    with mpl.rc_context(hostile):
        stage, timeline = staged("slope")
        np.testing.assert_array_equal(stage.picture(timeline.moments[7]), expected)


def test_a_stage_that_is_set_up_draws_the_same_whatever_the_user_sets_afterwards():
    stage, timeline = staged("slope_bias")
    moments = timeline.spread(4)
    expected = [stage.picture(moment) for moment in moments]
    stage, _ = staged("slope_bias")
    hostile = {"font.size": 30, "ytick.labelsize": 40, "path.simplify": False, "axes.grid": False}
    with mpl.rc_context(hostile):
        for moment, picture in reversed([*zip(moments, expected, strict=True)]):
            np.testing.assert_array_equal(stage.picture(moment), picture)


def test_two_panels_of_a_kind_have_a_name_each_in_the_manifest():
    scene = Scene({letter: Panel("data") for letter in "ABC"}, wide=("AB AC",), tall=("AB AC",))
    first, timeline = staged("slope_bias")
    stage = Stage(first.context, scene, (1280, 720), timeline.cameras)
    places = stage.rectangles()
    assert list(places) == ["data", "data-2", "data-3"]
    assert places["data"][2] < places["data-2"][0]
    assert places["data-2"][3] < places["data-3"][1]


@pytest.mark.parametrize("lab", ["slope", "slope_bias"])
@pytest.mark.parametrize("azim", sweep([-62, 30, 118, 210], quick=2))
@pytest.mark.parametrize("elev", [10, 60])
def test_the_dot_is_visible_in_every_frame(lab, azim, elev):
    stage, timeline = staged(
        lab, f"film.camera={{elev: {elev}, azim: {azim}}}", "film.size=[320, 180]", "film.fps=5"
    )
    left, top, right, bottom = stage.rectangles()["surface"]
    red = rgb(stage.context.theme.parameter)
    for moment in timeline:
        inside = stage.picture(moment)[top:bottom, left:right, :3]
        assert (inside == red).all(axis=-1).sum() >= 8, moment


@pytest.mark.parametrize("step", sweep([0, 0.5, 1, 2.7, 15], quick=2))
def test_every_panel_shows_the_same_snapshot(step):
    stage, timeline = staged("slope_bias")
    moment = timeline.moments[0]
    stage.draw(type(moment)(0, 0.0, step, moment.camera))
    now = stage.context.recording.at(step)
    w, b = now.values["w"], now.values["b"]

    data = panel(stage, DataPanel)
    ends = np.array([-3.0, stage.context.dataset.x[-1]])
    np.testing.assert_allclose(
        data.lines[0][[0, -1]], data.plot.pixels(ends, w * ends + b), atol=1e-3
    )

    contour = panel(stage, ContourPanel)
    np.testing.assert_allclose(
        contour.dots[0].at, contour.plot.pixels(np.array([w]), np.array([b]))[0], atol=1e-6
    )
    loss = panel(stage, LossPanel)
    np.testing.assert_allclose(
        loss.dots[0].at, loss.plot.pixels(np.array([now.epoch]), np.array([now.loss]))[0], atol=1e-6
    )
    surface = panel(stage, SurfacePanel)
    world = surface.world
    point = [world.across(0, w), world.across(1, b), world.up(now.loss)]
    np.testing.assert_allclose(surface.dots[0].at, surface.projection(np.array(point)), atol=1e-6)


def test_the_dot_stands_on_the_drawn_surface():
    """Its height is that of the surface's own grid, read off by interpolation."""
    stage, _ = staged("slope_bias")
    surface = panel(stage, SurfacePanel)
    for step in np.linspace(0, 15, 31):
        point = surface.surface_runs[0].points(
            StepRange(stage.context.recording, np.array([step]))
        )[0]
        ground = surface.world.field.height(point[0], point[1])
        assert point[2] == pytest.approx(ground, abs=2e-3)


@pytest.mark.parametrize("step", sweep([0, 0.4, 1, 3.3, 4], quick=2))
def test_with_one_parameter_cost_and_loss_dots_are_level(step):
    stage, timeline = staged("slope", "film.size=[1280, 720]")
    moment = timeline.moments[0]
    stage.draw(type(moment)(0, 0.0, step, moment.camera))
    assert panel(stage, CostPanel).dots[0].at[1] == pytest.approx(
        panel(stage, LossPanel).dots[0].at[1], abs=0.51
    )


def test_tangent_and_arrow_are_the_gradient_and_the_step():
    stage, timeline = staged("slope", "film.size=[1280, 720]")
    cost, recording = panel(stage, CostPanel), stage.context.recording
    moment = timeline.moments[0]
    for row in range(4):
        stage.draw(type(moment)(0, 0.0, row, moment.camera))
        to_data = cost.plot.axes.transData.inverted().transform
        (x0, y0), (x1, y1) = to_data(cost.tangent)
        assert (y1 - y0) / (x1 - x0) == pytest.approx(recording.grads[row, 0], rel=1e-6)
        start, end = to_data(cost.arrow)[:, 0]
        assert [start, end] == pytest.approx(recording.params[row : row + 2, 0].tolist())


def test_a_dot_that_leaves_the_picture_is_held_at_its_edge():
    stage, timeline = staged("slope", "landscape.w=[-12, 6]", "optimizer.lr=0.4")
    surface = panel(stage, SurfacePanel)
    stage.draw(timeline.moments[-1])
    assert surface.dots[0].hollow
    words = [line.text for _, _, line in surface.notes if line.get_visible()]
    assert "the dot has left the picture" in words
    assert np.isfinite(surface.dots[0].at).all()
    stage.draw(timeline.moments[0])
    assert not surface.dots[0].hollow
    assert not any(line.get_visible() for note, _, line in surface.notes if note.outside)
