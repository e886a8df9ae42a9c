"""Squares are squares on screen, as large as their errors, and their mean is the loss."""

from __future__ import annotations

import numpy as np
import pytest

from render.config.theme import rgb
from render.draw.panels.residuals import _titles
from render.errors import RenderError
from tests.draw.alone import check_pure, moved, panel_of, shown

SMALL = ("residual_squares",)
PLANE = (
    "dataset={kind: plane, weights: [1, 1], intercept: 1, noise: 0.1}",
    "model={kind: linear, weight: [1.5, 0.7613], bias: 0}",
)


def area(corners: np.ndarray) -> float:
    """By the shoelace formula."""
    x, y = corners.T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


@pytest.mark.parametrize(
    ("lab", "tick"), [("residual_squares", 0), ("residual_squares", 2.4), ("slope", 1)]
)
@pytest.mark.parametrize("size", [[1280, 720], [720, 1280], [600, 270]])
def test_areas_are_the_squared_errors_and_their_mean_is_the_loss(lab, tick, size, tmp_path):
    stage, timeline = shown(lab, "residuals", tmp_path, f"film.size={size}")
    panel = moved(stage, timeline, tick)
    now = stage.context.recording.at(tick)
    data = stage.context.dataset
    errors = (now.values["w"] * data.x + now.values["b"] - data.y) ** 2
    low, high = panel.plot.axes.get_ylim()
    per_unit = panel.plot.area.height / (high - low)  # pixels
    squares = panel.corners()
    assert len(squares) == len(data.x)
    areas = [area(corners) for corners in squares]
    np.testing.assert_allclose(areas, per_unit**2 * errors, rtol=1e-6, atol=1e-4)
    sides = np.abs(np.diff(np.concatenate([squares, squares[:, :1]], axis=1), axis=1)).max(axis=2)
    np.testing.assert_allclose(sides, sides[:, :1] * np.ones(4), atol=1e-6)
    assert panel.side**2 == pytest.approx(per_unit**2 * errors.mean(), rel=1e-6)
    assert errors.mean() == pytest.approx(now.loss)
    words = panel.value.text.split()
    landed = stage.context.recording.loss[int(tick)]
    assert float(words[-1]) == pytest.approx(landed, abs=6e-3)
    assert panel.measure.loss.mean_texts[0] == "mean of the squares"


def test_squares_stand_on_their_points_and_stay_in_the_plot(tmp_path):
    stage, timeline = shown("residual_squares", "residuals", tmp_path, "film.size=[1280, 720]")
    for row in (0, 3, 15):
        panel = moved(stage, timeline, row)
        squares, plot = panel.corners(), panel.plot.area
        np.testing.assert_allclose(squares[:, 0], panel.at)
        # Each is on the side of its point with more room; the first ones are cut off there.
        middle = plot.left + 0.5 * plot.width
        assert ((squares[:, 2, 0] > squares[:, 0, 0]) == (panel.at[:, 0] <= middle)).all()
    assert squares[..., 0].min() >= plot.left
    assert squares[..., 0].max() <= plot.right


def test_a_square_keeps_its_side_through_the_film(tmp_path):
    stage, timeline = shown("residual_squares", "residuals", tmp_path)
    panel = panel_of(stage)
    ways = panel.ways.copy()
    for moment in timeline:
        stage.draw(moment)
        np.testing.assert_array_equal(panel.ways, ways)


def test_of_many_points_every_nth_is_drawn_and_that_is_said(tmp_path):
    stage, _ = shown("slope", "residuals", tmp_path, "dataset.x={start: -3, stop: 3, step: 0.02}")
    panel = panel_of(stage)
    assert len(panel.few) == 60
    x = stage.context.dataset.x[panel.few]
    np.testing.assert_allclose(np.diff(x), 0.1, atol=1e-5)
    assert [_titles(True, n)[0] for n in (1, 2, 5, 11, 21)] == [
        "squared residuals",
        "squared residuals of every 2nd point",
        "squared residuals of every 5th point",
        "squared residuals of every 11th point",
        "squared residuals of every 21st point",
    ]


@pytest.mark.parametrize(
    ("sets", "words", "squares"),
    [
        (("loss=half_mse",), "half the mean of the squares", True),
        (("loss=mae",), "mean of the lengths", False),
        (("loss=huber",), "mean Huber penalty", False),
        (("loss={kind: mse, broadcast: true}",), "mean over all pairs", False),
    ],
)
def test_other_losses_say_what_they_are_the_mean_of(sets, words, squares, tmp_path):
    stage, timeline = shown("residual_squares", "residuals", tmp_path, *sets)
    panel = moved(stage, timeline, 1)
    assert panel.measure.loss.mean_texts[0] == words
    assert panel.measure.squares == squares
    loss = stage.context.recording.loss[1]
    assert "loss" in panel.value.text
    assert float(panel.value.text.split()[-1]) == pytest.approx(loss, abs=6e-3)
    if words == "half the mean of the squares":
        low, high = panel.plot.axes.get_ylim()
        per_unit = panel.plot.area.height / (high - low)
        assert panel.side**2 == pytest.approx(2 * loss * per_unit**2)


def test_with_a_penalty_the_mean_is_not_called_the_loss(tmp_path):
    stage, timeline = shown("residual_squares", "residuals", tmp_path, "loss={kind: mse, l2: 0.5}")
    panel = moved(stage, timeline, 0)
    data = stage.context.dataset
    mean = float(((-2 * data.x + 3 - data.y) ** 2).mean())
    assert "loss" not in panel.value.text
    assert float(panel.value.text.split()[-1]) == pytest.approx(mean, abs=6e-3)


def test_probabilities_and_planes_have_residuals_too(tmp_path):
    stage, timeline = shown("logistic_mse_plateau", "residuals", tmp_path)
    panel = moved(stage, timeline, 0)
    assert panel.measure.squares
    assert panel.side > 0
    stage, timeline = shown("slope_bias", "residuals", tmp_path, *PLANE)
    panel = moved(stage, timeline, 0)
    values = stage.context.recording.at(0).values
    data = stage.context.dataset
    errors = data.x @ [values["w1"], values["w2"]] + values["b"] - data.y
    low, high = panel.plot.axes.get_ylim()
    per_unit = panel.plot.area.height / (high - low)
    areas = np.sort([area(corners) for corners in panel.corners()])
    np.testing.assert_allclose(areas, np.sort(per_unit**2 * errors**2), rtol=1e-6, atol=1e-4)


def test_a_mean_square_that_is_too_large_is_said_to_be_cut_off(tmp_path):
    stage, timeline = shown("slope_bias", "residuals", tmp_path, "film.size=[1280, 720]")
    panel = moved(stage, timeline, 0)
    assert panel.side > panel.holds
    assert panel.cut_off.get_visible()
    assert panel.cut_off.text == "cut off"
    assert not moved(stage, timeline, 15).cut_off.get_visible()


@pytest.mark.parametrize("size", [[1280, 720], [720, 1280], [480, 480]])
def test_a_mean_square_that_is_cut_off_does_not_cover_its_words(size, tmp_path):
    """In residual_squares at 1280×720 "mean of the squares" was red on red."""
    stage, timeline = shown("slope_bias", "residuals", tmp_path, f"film.size={size}")
    panel = moved(stage, timeline, 0)
    assert panel.side > panel.holds
    picture = stage.picture(timeline.moments[0])[..., :3]
    left, line = round(panel.value.x), size[1] - round(panel.value.baseline)
    low, high = line - 5, line + 5
    background = rgb(stage.context.theme.background)
    empty = (picture[low:high] == background).all(axis=2)
    if not panel.beside:
        assert empty[:, left - 3 : left].all()
    words = empty[:, left : left + 60]
    assert 0.4 < words.mean() < 0.95


def test_sticks_are_drawn_where_they_are_asked_for(tmp_path):
    squares, timeline = shown("residual_squares", "residuals", tmp_path)
    sticks, _ = shown("residual_squares", "residuals", tmp_path, shape="sticks")
    background = rgb(squares.context.theme.background)
    empty = [
        (stage.picture(timeline.moments[0])[..., :3] == background).all(axis=-1).sum()
        for stage in (squares, sticks)
    ]
    assert empty[1] > empty[0] + 1000


def test_a_function_and_a_race_are_refused(tmp_path):
    with pytest.raises(RenderError, match="the residuals panel needs data, and a function has"):
        shown("himmelblau", "residuals", tmp_path)
    with pytest.raises(RenderError, match=r"the residuals panel draws one run only: .*runs: grid"):
        shown("batch_sizes", "residuals", tmp_path)


FILMS = [
    SMALL, (*SMALL, "film.theme=paper", "film.size=[360, 640]"), ("slope", "training.epochs=1"),
    ("slope", "film.size=[320, 180]"), ("slope", "optimizer.lr=40", "training.epochs=400"),
    ("logistic_cross_entropy",),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("lab", FILMS)
def test_frames_are_pure(lab, tmp_path):
    check_pure(lambda: shown(lab[0], "residuals", tmp_path, *lab[1:]))
