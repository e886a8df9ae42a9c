"""Mini-batches: every mark is explained, and a trail through single points is no scribble."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.text import Text

from render.draw.panels.contour import ContourPanel
from render.draw.panels.loss import LossPanel
from render.draw.plot.curve import BatchDots
from render.draw.plot.trail import Trail
from tests.draw.test_figures import film
from tests.sweeps import sweep

SIZES = (
    [1280, 720],
    [800, 450],
    [720, 720],
    [480, 270],
)


def still_words(stage) -> list[str]:
    return [artist.get_text() for artist in stage.figure.get_children() if isinstance(artist, Text)]


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["pytorch_way", "validation_outliers", "logistic_mse_plateau"])
def test_the_losses_of_batches_are_drawn_only_where_it_is_said_what_they_are(name, size):
    stage, _ = film(name, f"film.size={size}")
    if not any(isinstance(panel, LossPanel) for panel in stage.panels):
        return
    dots = [artist for artist in stage.canvas.growing.members if isinstance(artist, BatchDots)]
    said = {"single batches", "batches"} & {*still_words(stage)}
    assert len(dots) == len(said)
    if size == [1280, 720]:
        assert said == {"single batches"}
    unseen = stage.context.recording.validation_loss is not None
    assert unseen <= ("validation" in still_words(stage) or size != [1280, 720])


@pytest.mark.parametrize("size", sweep(SIZES[:3]))
def test_the_rings_around_wrong_answers_are_explained(size):
    stage, _ = film("logistic_mse_plateau", f"film.size={size}")
    assert "wrong" in still_words(stage)


def trails(stage, kind) -> list[Trail]:
    panel = next(panel for panel in stage.panels if isinstance(panel, kind))
    tips = [run.tip for run in getattr(panel, "plot_runs", [])] or panel.curves[0]._tips
    return [tip.trail for tip in tips]


def test_a_trail_of_single_points_fades_and_the_ends_of_epochs_are_marked():
    stage, _ = film("validation_outliers")
    (trail,) = trails(stage, ContourPanel)
    assert trail.marked.tolist() == [*range(0, 601, 60)]
    core = trail.style.core
    strengths = [pen.width * pen.alpha for pen in trail.fading]
    assert (np.diff(strengths) > 0).all()
    assert strengths[0] < 0.25 * core.width
    assert strengths[-1] == core.width


@pytest.mark.parametrize("name", ["slope", "optimizer_race"])
def test_the_trail_of_all_data_is_as_strong_as_ever(name):
    stage, _ = film(name)
    trail = trails(stage, LossPanel)[0]
    assert trail.fading == ()
    assert not trail.joined


def test_the_loss_at_the_ends_of_epochs_is_joined():
    stage, timeline = film("validation_outliers")
    trail, unseen = trails(stage, LossPanel)
    recording = stage.context.recording
    for one, losses in ((trail, recording.loss), (unseen, recording.validation_loss)):
        assert one.joined
        panel = next(panel for panel in stage.panels if isinstance(panel, LossPanel))
        expected = panel.plot.pixels(np.arange(11.0), losses[::60])
        np.testing.assert_allclose(one._marks, expected, atol=1e-6)
    drawn: list[np.ndarray] = []
    pen = trail.style.core
    stage.draw(timeline.moments[0])
    trail.style = replace(trail.style, core=Recorder(drawn, pen))
    stage.draw(timeline.moments[-1])
    assert {tuple(point) for line in drawn for point in line} == {*map(tuple, trail._marks)}


class Recorder:
    """A pen that remembers what it draws."""

    def __init__(self, drawn, pen) -> None:
        self.drawn, self.pen = drawn, pen

    def draw(self, renderer, points, *_) -> None:
        self.drawn.append(points)
        self.pen.draw(renderer, points)


@pytest.mark.parametrize("name", ["validation_outliers"])
def test_frames_with_a_fading_trail_are_pure(name):
    sets = ("film.size=[480, 270]", "film.fps=2")
    stage, timeline = film(name, *sets)
    in_order = [stage.picture(moment) for moment in timeline]
    for moment in reversed(timeline.moments):
        np.testing.assert_array_equal(stage.picture(moment), in_order[moment.index])
    alone, _ = film(name, *sets)
    middle = timeline.moments[len(timeline.moments) // 2]
    np.testing.assert_array_equal(alone.picture(middle), in_order[middle.index])


@pytest.mark.parametrize("name", ["auto_mpg", "polynomial", "outliers", "validation_outliers"])
@pytest.mark.parametrize("size", [[1280, 720], pytest.param([640, 360], marks=pytest.mark.slow)])
def test_a_dashed_line_at_the_least_loss_or_of_the_truth_is_named_or_not_drawn(name, size):
    stage, _ = film(name, f"film.size={size}")
    named = {"loss": {"least squares", "minimum", "best"}, "data": {"true line"}}
    said = {*still_words(stage)}
    for axes in stage.figure.axes:
        for line in axes.lines:
            dashed = line.get_linestyle() == "--" and len(set(line.get_ydata())) == 1
            if dashed and len(line.get_xdata()) == 2:
                assert said & named["loss"]
    for panel in stage.panels:
        ground = getattr(panel, "ground", None)
        if ground is not None and ground.truth is not None:
            assert said & named["data"]
