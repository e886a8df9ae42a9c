"""Words keep clear of one another, of dots, trails, lines and curves, and of the frame's edge."""

from __future__ import annotations

import numpy as np
import pytest

from render.draw.panels.loss import LossPanel
from tests.draw.gallery import ASPECTS, touched
from tests.draw.ink import faults
from tests.draw.stages import stage_of, staged
from tests.learn.labs import lab, runs
from tests.sweeps import sweep

QUICK = ("slope",)
SLOW = ("optimizer_race", "learning_rates", "slope_bias", "residual_squares", "anscombe")
NAMES = [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)]


@pytest.mark.parametrize("size", ASPECTS)
@pytest.mark.parametrize("name", NAMES)
def test_words_touch_nothing(name, size):
    assert touched(name, size) == []


def test_a_word_on_a_curve_is_found():
    stage, timeline = staged("slope", "film.size=[1280, 720]")
    loss = next(panel for panel in stage.panels if isinstance(panel, LossPanel))
    loss.beside[:] = 0
    assert any("touches a stroke" in fault for fault in faults(stage, timeline.moments[-1]))


def test_a_word_that_leaves_the_frame_is_found():
    stage, timeline = staged("slope", "film.size=[1280, 720]")
    loss = next(panel for panel in stage.panels if isinstance(panel, LossPanel))
    loss.follows = False
    loss.value.x, loss.value.baseline = 1275.0, 300.0
    assert any("leaves the frame" in fault for fault in faults(stage, timeline.moments[-1]))


@pytest.mark.parametrize(
    ("name", "size"),
    sweep([
        ("slope_bias", [720, 720]), ("xor", [720, 1280]), ("two_points", [720, 720]),
        ("deep_linear", [1080, 1920]), ("cross_sections", [720, 720]), ("one_step", [720, 720]),
    ]),
)  # fmt: skip
def test_the_loss_beside_the_first_dot_of_a_low_plot_is_not_on_its_curve(name, size):
    stage, timeline = stage_of(lab(name, f"film.size={size}", "film.theme=contrast"), runs(name))
    assert faults(stage, timeline.moments[0]) == []


def test_the_loss_is_beside_the_dot_where_there_is_room_above_the_curve():
    for size, beside in (([1280, 720], True), ([720, 720], False)):
        stage, timeline = staged("slope_bias", f"film.size={size}", "film.theme=contrast")
        stage.draw(timeline.moments[0])
        loss = next(panel for panel in stage.panels if isinstance(panel, LossPanel))
        over = np.array([loss.value.x, loss.value.baseline]) - loss.dots[0].at
        assert (over < 3 * loss.off).all() == beside
