"""The sections are the loss itself, their slopes its derivatives, their floors its minima."""

from __future__ import annotations

import numpy as np
import pytest

from render.cells import Cell, Type, halves
from render.draw.layers import Layers
from render.draw.surface.geometry import Projection, World
from render.draw.surface.sections import sections
from render.errors import RenderError
from tests.draw.alone import check_pure, moved, panel_of, shown
from tests.learn.labs import runs

TICKS = [0, 0.4, 1, 7.3, 15]


@pytest.mark.parametrize("tick", TICKS)
def test_the_curves_are_the_objective_through_the_dot(tick, tmp_path):
    stage, timeline = shown("slope_bias", "slices", tmp_path, "film.size=[1280, 720]")
    panel, recording = moved(stage, timeline, tick), stage.context.recording
    now, data = recording.at(tick), stage.context.dataset
    for one, name in zip(panel.slices, ("w", "b"), strict=True):
        assert one.name == name
        values = {**now.values, name: one.along[:, None]}
        loss = ((values["w"] * data.x + values["b"] - data.y) ** 2).mean(axis=-1)
        inside = loss < one.plot.axes.get_ylim()[1]
        expected = one.plot.pixels(one.along, loss)
        np.testing.assert_allclose(one.curve[inside], expected[inside], atol=1e-5)
        dot = one.plot.pixels(np.array([now.values[name]]), np.array([now.loss]))[0]
        np.testing.assert_allclose(one.dot.at, dot, atol=1e-6)
        assert not one.dot.hollow


@pytest.mark.parametrize("row", [0, 1, 9])
def test_tangents_are_the_gradient(row, tmp_path):
    stage, timeline = shown("slope_bias", "slices", tmp_path)
    panel, recording = moved(stage, timeline, row), stage.context.recording
    for column, one in enumerate(panel.slices):
        (x0, y0), (x1, y1) = one.plot.axes.transData.inverted().transform(one.tangent)
        slope = recording.grads[row, column]
        assert (y1 - y0) / (x1 - x0) == pytest.approx(slope, rel=1e-5, abs=1e-6)
        assert one.slope.text.replace("−", "-").split()[-1] == pytest.approx(
            one.written(slope).replace("−", "-").strip()
        )


@pytest.mark.parametrize("tick", TICKS)
def test_the_lowest_point_of_each_section_is_exact(tick, tmp_path):
    """Where the derivative along one parameter is zero, the other held."""
    stage, timeline = shown("slope_bias", "slices", tmp_path)
    panel, now = moved(stage, timeline, tick), stage.context.recording.at(tick)
    data = stage.context.dataset
    x, y, (w, b) = data.x, data.y, (now.values["w"], now.values["b"])
    best = {"w": float(x @ (y - b) / (x @ x)), "b": float((y - w * x).mean())}
    for one in panel.slices:
        assert one.bowl
        assert one.cut.best(now.values) == pytest.approx(best[one.name], rel=1e-9)
        at = one.plot.pixels(np.array([best[one.name]]), np.array([1.0]))[0, 0]
        assert one.best[0, 0] == pytest.approx(at, abs=1e-5)


def test_loss_axes_are_shared_and_constant(tmp_path):
    stage, timeline = shown("slope_bias", "slices", tmp_path)
    first, second = panel_of(stage).slices
    limits = first.plot.axes.get_ylim()
    for moment in timeline:
        stage.draw(moment)
        assert first.plot.axes.get_ylim() == second.plot.axes.get_ylim() == limits
    assert limits[1] > stage.context.recording.loss.max()


def test_a_frozen_parameter_has_a_section_too(tmp_path):
    stage, timeline = shown("slope", "slices", tmp_path)
    panel = moved(stage, timeline, 1)
    values, data = stage.context.recording.at(1).values, stage.context.dataset
    slope = float((2 * (values["w"] * data.x - data.y)).mean())
    shown_slope = panel.slices[1].slope.text.replace("−", "-").split()[-1]
    assert float(shown_slope) == pytest.approx(slope, abs=1e-3)


def test_a_loss_that_is_no_bowl_has_no_exact_section(tmp_path):
    stage, _ = shown("logistic_cross_entropy", "slices", tmp_path)
    assert not any(one.bowl for one in panel_of(stage).slices)


def test_a_tall_cell_has_them_above_one_another():
    left, right = halves(Cell(0, 0, 200, 100), 10)
    assert (left.right, right.left, left.height) == (95, 105, 100)
    above, below = halves(Cell(0, 0, 100, 200), 10)
    assert (above.bottom, below.top, above.width) == (105, 95, 100)


def test_a_race_and_a_single_axis_are_refused(tmp_path):
    with pytest.raises(RenderError, match=r"the slices panel draws one run only: .*runs: grid"):
        shown("himmelblau", "slices", tmp_path)
    with pytest.raises(RenderError, match="the slices panel is for two parameters"):
        shown("quartic_local_minimum", "slices", tmp_path)


def on_the_surface(name: str, tmp_path, *sets: str):
    """The sections with what they need, as the surface panel would make them."""
    stage, timeline = shown(name, "slices", tmp_path, *sets)
    context, moment = stage.context, timeline.moments[0]
    world = World(context.landscape)
    cell = Cell(0, 0, 600, 400)
    projection = Projection.of(moment.camera).fitted(world.outline(), cell)
    page = Layers(stage.figure, context.theme, Type.of((1280, 720)), (moment.camera,))
    return context, world, projection, sections(page, context, world, projection)


@pytest.mark.parametrize("step", [0.0, 1.0, 4.5])
def test_curves_on_the_surface_are_on_it_and_go_through_the_dot(step, tmp_path):
    context, world, projection, curves = on_the_surface("slope_bias", tmp_path)
    run_state = context._run_state(context.recording, step, step)
    now = context.recording.at(step)
    w, b, loss = (np.array(v) for v in (now.values["w"], now.values["b"], now.loss))
    dot = projection(np.array([world.across(0, w), world.across(1, b), world.up(loss)]))
    for axis, curve in enumerate(curves):
        curve.move(run_state)
        flat = curve.flat[np.isfinite(curve.flat).all(axis=1)]
        steps = np.linalg.norm(np.diff(flat, axis=0), axis=1).max()
        assert np.linalg.norm(flat - dot, axis=1).min() <= steps
        values = {**now.values, curve.cut.name: curve.along}
        first, second = (np.broadcast_to(values[n], curve.along.shape) for n in ("w", "b"))
        ground = world.field.height(world.across(0, first), world.across(1, second))
        heights = world.up(curve.cut.losses(now.values, curve.along))
        inside = np.isfinite(curve.flat).all(axis=1)
        np.testing.assert_allclose(heights[inside], ground[inside], atol=4e-3)
        assert curve.axis == axis


def test_what_is_behind_the_surface_differs_from_what_is_visible(tmp_path):
    context, _, _, curves = on_the_surface(
        "slope_bias", tmp_path, "film.camera={elev: 12, azim: -62}"
    )
    for curve in curves:
        curve.move(context._run_state(context.recording, 4.0, 4.0))
    seen = np.concatenate([curve.seen for curve in curves])
    assert seen.any()
    assert not seen.all()


def test_a_moving_camera_is_followed(tmp_path):
    from render.timeline.camera import Camera

    context, world, projection, curves = on_the_surface("slope_bias", tmp_path)
    other = Projection.of(Camera(40, 20)).fitted(world.outline(), Cell(0, 0, 600, 400))
    run_state = context._run_state(context.recording, 1.0, 1.0)
    curves[0].move(run_state, other)
    turned = curves[0].flat.copy()
    curves[0].move(run_state, projection)
    assert np.nanmax(np.abs(turned - curves[0].flat)) > 10


def test_where_curves_would_not_lie_on_the_surface_there_are_none(tmp_path):
    plane = (
        "dataset={kind: plane, weights: [1, 1], intercept: 1, noise: 0.1}",
        "model={kind: linear, weight: [1.5, 0.7613], bias: 0}",
    )
    assert runs("slope_bias", *plane)[0].landscape.held
    assert on_the_surface("slope_bias", tmp_path, *plane)[3] == []


FILMS = [
    ("slope_bias",), ("slope_bias", "film.theme=paper", "film.size=[360, 640]"),
    ("slope", "training.epochs=1"), ("slope", "film.size=[320, 180]"),
    ("slope", "optimizer.lr=40", "training.epochs=400"), ("logistic_cross_entropy",),
    ("slope_bias", "landscape.scale=log"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("lab", FILMS)
def test_frames_are_pure(lab, tmp_path):
    check_pure(lambda: shown(lab[0], "slices", tmp_path, *lab[1:]))
