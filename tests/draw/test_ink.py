"""Words keep clear of one another, of dots, trails, lines and curves, and of the frame's edge."""

from __future__ import annotations

import pytest

from render.draw.panels.loss import LossPanel
from tests.draw.gallery import ASPECTS, touched
from tests.draw.ink import faults
from tests.draw.stages import staged

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
