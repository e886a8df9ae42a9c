"""What is round is drawn round, and the surface shows runs that are away from it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from render.cells import Type
from render.config.load import load
from render.draw.panels.contour import ContourPanel
from render.draw.panels.surface import SurfacePanel
from render.draw.plot.axes import GUTTER_EM
from render.draw.plot.contours import contours, level
from render.draw.surface.axes import loss_ticks, ticks
from render.draw.surface.geometry import World
from render.pipeline import learn
from render.recording import ONE_SCALE, Landscape
from tests.draw.stages import stage_of, staged
from tests.learn.labs import lab, runs
from tests.sweeps import sweep

QUICK = ["slope_bias", "penguins"]  # the others in make test-all
OTHERS = ["ellipse_zigzag", "noise_ball", "auto_mpg", "feature_scaling"]
ROUND = [(name, (960, 540)) for name in QUICK]
ROUND += [
    pytest.param(name, size, marks=pytest.mark.slow)
    for name in (*QUICK, *OTHERS)
    for size in ((1280, 720), (480, 270), (720, 720), (1080, 1920))
]


def panels(stage, kind):
    return [panel for panel in stage.panels if isinstance(panel, kind)]


def drawn(name: str, *sets: str):
    return stage_of(lab(name, *sets), runs(name))


def pixels_per_unit(panel: ContourPanel) -> np.ndarray:
    zero, one = (panel.plot.pixels(np.array(v), np.array(v)) for v in (0.0, 1.0))
    return one - zero


def shape(points: np.ndarray) -> float:
    """The long half axis over the short one of an ellipse, through points (M, 2) of it."""
    x, y = (points - points.mean(axis=0)).T
    conic = np.linalg.lstsq(np.stack([x * x, 2 * x * y, y * y], axis=-1), np.ones_like(x))[0]
    low, high = np.linalg.eigvalsh([[conic[0], conic[1]], [conic[1], conic[2]]])
    return float(np.sqrt(high / low))


@pytest.mark.parametrize(("name", "size"), ROUND)
def test_contours_have_the_shape_that_the_condition_says(name, size):
    stage, _ = drawn(name, f"film.size=[{size[0]}, {size[1]}]", "film.duration=1", "film.fps=4")
    for panel, index in zip(stage.panels, stage.runs, strict=True):
        run = stage.context.runs[index or 0]
        expected = np.sqrt(run.landscape.condition)
        if isinstance(panel, ContourPanel):
            across, up = pixels_per_unit(panel)
            assert across == pytest.approx(up, rel=1e-6)
            lines = panel.base.lines
            closed = [line.get_xydata() for line in lines if len(line.get_xydata()) > 20]
            closed = [line for line in closed if (line[0] == line[-1]).all()]
            for line in closed:
                assert shape(panel.plot.pixels(*line[:-1].T)) == pytest.approx(expected, rel=0.03)
            assert closed or expected > 3
        elif isinstance(panel, SurfacePanel):
            world = panel.world
            for _, lines in contours(run.landscape):
                for line in lines:
                    if len(line) > 20 and (line[0] == line[-1]).all():
                        x, y = world.across(0, line[:-1, 0]), world.across(1, line[:-1, 1])
                        measured = shape(np.stack([x, y], axis=-1))
                        assert measured == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize("name", ["slope_bias", "himmelblau", "ellipse_diverge", "penguins"])
def test_the_floor_has_as_many_units_per_width_on_both_axes(name):
    landscape = runs(name)[0].landscape
    world = World(landscape)
    widths = [np.ptp(world.across(axis, grid)) for axis, grid in enumerate(landscape.grid)]
    assert max(widths) == pytest.approx(1)
    assert min(widths) >= 0.5
    assert widths / landscape.lengths == pytest.approx([1 / landscape.lengths.max()] * 2)


def test_axes_of_different_units_say_that_they_are_not_to_one_scale():
    (run,) = runs("thermometer_slow")
    assert run.landscape.lengths.max() > ONE_SCALE * run.landscape.lengths.min()
    for size in ("[1280, 720]", "[640, 360]"):
        stage, timeline = drawn("thermometer_slow", f"film.size={size}")
        stage.draw(timeline.moments[0])
        (surface,) = panels(stage, SurfacePanel)
        assert any("not to one scale" in line.text for _, _, line in surface.notes)
    stage, timeline = drawn("slope_bias", "film.size=[1280, 720]")
    stage.draw(timeline.moments[0])
    (surface,) = panels(stage, SurfacePanel)
    assert not surface.notes


@pytest.mark.parametrize(
    ("name", "sets"),
    sweep([
        ("polynomial", ()),
        ("slope_bias", ("dataset={kind: plane, weights: [1, 1], intercept: 1, noise: 0.1}",
                        "model={kind: linear, weight: [1.5, 0.7613], bias: 0}")),
        ("slope_bias", ("dataset={kind: plane, weights: [1, 3], intercept: 40, noise: 0.1}",
                        "model={kind: linear, weight: [0, 0], bias: 0}")),
    ]),
)  # fmt: skip
def test_a_run_away_from_the_plane_has_a_plumb_line_and_both_numbers(name, sets):
    stage, timeline = staged(name, "film.size=[1280, 720]", *sets)
    (surface,) = panels(stage, SurfacePanel)
    run = stage.context.first
    recording, landscape = run.recording, run.landscape
    assert landscape.held
    for moment in (timeline.moments[0], timeline.moments[len(timeline) // 2], timeline.moments[-1]):
        stage.draw(moment)
        (surface_run,) = surface.surface_runs
        assert not surface_run.outside
        values = stage.context.at(moment).first.glide.values[-1]
        loss = float(recording.objective(values))
        first, second = landscape.plane.project(values)
        height = float(recording.objective(landscape.plane.lift(np.array([first, second]))))
        for at, where in ((height, surface_run.gap.ends[0]), (loss, surface_run.gap.ends[1])):
            place = surface.world.points(*np.array([[first], [second], [at]]))
            np.testing.assert_allclose(where, surface.projection(place)[0], atol=1e-5)
        words = [line.text for _, _, line in surface.notes if line.get_visible()]
        assert not any("picture" in text for text in words)
        row = stage.context.at(moment).first.row
        (both,) = [text for text in words if text.startswith("loss ")]
        written = float(both.split()[1].rstrip(",").replace("−", "-"))
        assert written == pytest.approx(recording.loss[row], rel=0.06)
        assert surface.cell.holds(surface_run.dot.at)


def geometry(tmp_path, scale: float):
    """Everything of surface and contours in pixels, for labels times a scale."""
    x = np.linspace(0, 5, 12)
    y = scale * (1.1 * x + 2.6 + 0.4 * np.sin(7 * x))
    rows = "\n".join(f"{a!r},{b!r}" for a, b in zip(x.tolist(), y.tolist(), strict=True))
    (tmp_path / "data.csv").write_text(f"x,y\n{rows}")
    config = tmp_path / "film.yaml"
    config.write_text(
        "dataset: {kind: csv, path: data.csv, x: x, y: y, standardize: true}\n"
        f"model: {{kind: linear, weight: {-2 * scale!r}, bias: {scale!r}}}\n"
        "optimizer: {kind: sgd, lr: 0.1}\ntraining: {epochs: 12}\n"
        "film: {size: [960, 540], duration: 1, fps: 6}\n"
    )
    spec = load(config)
    stage, timeline = stage_of(spec, learn(spec))
    stage.draw(timeline.moments[-1])
    (surface,), (contour,) = panels(stage, SurfacePanel), panels(stage, ContourPanel)
    world, projection = surface.world, surface.projection
    picture, corner = surface.pose_artists.mesh.picture(projection, surface.cell)
    lines = [line.get_xydata() for line in contour.base.lines]
    levels = level(world.landscape)
    points = [contour.plot.pixels(*line.T) for line in lines]
    points += [surface.surface_runs[0].dot.at[None], contour.dots[0].at[None]]
    marks = [world.across(axis, ticks(world, axis)) for axis in (0, 1)]
    marks.append(world.up(loss_ticks(world)))
    return picture, corner, levels, points, marks


@pytest.mark.parametrize("scale", sweep([1e-12, 1e12]))
def test_surface_and_contours_are_the_same_in_any_unit_of_the_labels(tmp_path, scale):
    plain, scaled = geometry(tmp_path, 1.0), geometry(tmp_path, scale)
    assert scaled[1] == plain[1]
    assert np.abs(scaled[0].astype(int) - plain[0]).max() <= 2
    np.testing.assert_allclose(scaled[2], plain[2], atol=1e-6)
    for ours, theirs in zip(plain[3], scaled[3], strict=True):
        np.testing.assert_allclose(theirs, ours, atol=1e-3)
    for ours, theirs in zip(plain[4], scaled[4], strict=True):
        np.testing.assert_allclose(theirs, ours, atol=1e-6)


def test_around_the_landscape_is_the_loss_too():
    """The contour plot is wider than the landscape, and its levels are those of the loss there."""
    (run,) = runs("slope_bias")
    from render.draw.plot.contours import widened

    landscape = run.landscape
    (left, right), (low, high) = ((g[0], g[-1]) for g in landscape.grid)
    chart = widened(landscape, run.recording, [(left - 3, right + 5), (low - 1, high)])
    assert chart.x[0] <= left - 3
    assert chart.x[-1] >= right + 5
    x, y = np.meshgrid(chart.x, chart.y)
    loss = run.recording.objective(np.stack([x, y], axis=-1))
    np.testing.assert_allclose(chart.level, level(landscape, loss), atol=1e-9)


def plots_of(name: str, size: tuple[int, int]) -> Iterator[tuple[ContourPanel, Landscape, float]]:
    """Each contour panel of a film, its landscape, and the width of its cell's plot."""
    stage, timeline = drawn(name, f"film.size={list(size)}")
    stage.draw(timeline.moments[-1])
    for cell, panel, index in zip(stage.cells.values(), stage.panels, stage.runs, strict=True):
        if isinstance(panel, ContourPanel):
            landscape = stage.context.runs[index or 0].landscape
            gutters = (GUTTER_EM[0] + GUTTER_EM[2]) * Type.of(size).ticks
            yield panel, landscape, cell.width - gutters


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("himmelblau", (640, 360)),
        ("centring", (1280, 720)),
        *(
            pytest.param(name, size, marks=pytest.mark.slow)
            for name in ("himmelblau", "logistic_cross_entropy", "auto_mpg", "feature_scaling")
            for size in ((1280, 720), (800, 450), (640, 360), (1080, 1920))
        ),
    ],
)
def test_contours_show_the_landscape_and_not_what_is_far_around_it(name, size):
    longer = []
    for panel, landscape, room in plots_of(name, size):
        shown = np.ptp([panel.plot.axes.get_xlim(), panel.plot.axes.get_ylim()], axis=1)
        assert (shown >= landscape.lengths * (1 - 1e-9)).all()
        assert panel.plot.area.width >= 0.5 * room
        longer.append(float((shown / landscape.lengths).max()))
    assert min(longer) <= 2.55  # the plots of a grid are all equally wide
