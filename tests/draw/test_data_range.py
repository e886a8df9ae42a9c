"""The data fill their panel at the end, and its axis eases to them as the line arrives."""

from __future__ import annotations

import numpy as np
import pytest

from render.draw.panels.data import DataPanel
from render.draw.panels.residuals import ResidualsPanel
from tests.draw.stages import staged
from tests.learn.labs import CONFIGS

QUICK = ("slope_bias", "polynomial", "residual_squares")
OTHERS = sorted({path.stem for path in CONFIGS.glob("*.yaml")} - {*QUICK})
SHARE = 0.7  # of the height, for data and line at the end


def filled(stage, panel) -> float:
    """The share of the height between the lowest and the highest of the data and the lines."""
    y = panel.plot.pixels(np.zeros(len(stage.context.dataset.y)), stage.context.dataset.y)[:, 1]
    area = panel.plot.area
    lines = panel.lines if isinstance(panel, DataPanel) else [panel.line]
    every = np.concatenate([y, *(line[:, 1].clip(area.bottom, area.top) for line in lines)])
    assert area.bottom <= y.min() <= y.max() <= area.top
    return float(np.ptp(every)) / area.height


def panels(stage):
    return [p for p in stage.panels if isinstance(p, DataPanel | ResidualsPanel)]


@pytest.mark.parametrize(
    "name", [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in OTHERS)]
)
def test_data_and_line_fill_their_panel_at_the_end(name):
    stage, timeline = staged(name, "film.size=[1280, 720]")
    stage.draw(timeline.moments[-1])
    for panel in panels(stage):
        if not panel.model.probability:
            assert filled(stage, panel) >= SHARE


def test_the_axis_never_grows_and_holds_the_line_on_its_way():
    stage, timeline = staged("slope_bias", "film.size=[1280, 720]")
    (panel,) = panels(stage)
    assert panel.eases
    area, before = panel.plot.area, np.inf
    for moment in timeline.moments:
        stage.draw(moment)
        low, high = panel.plot.axes.get_ylim()
        assert high - low <= before * (1 + 1e-12)
        before = high - low
        line = panel.lines[0][:, 1]
        inside = (line >= area.bottom) & (line <= area.top)
        assert inside.any()
        numbers = [words.text for words in panel.ground.ticks.words if words.text]
        assert len(numbers) == len({*numbers}) >= 2


def test_a_line_far_away_is_in_the_picture_at_the_start():
    stage, timeline = staged("penguins", "film.size=[1280, 720]")
    (panel,) = panels(stage)
    stage.draw(timeline.moments[0])
    area, line = panel.plot.area, panel.lines[0][:, 1]
    assert (line >= area.bottom).all()
    assert (line <= area.top).all()


def test_the_axis_depends_on_the_moment_alone():
    stage, timeline = staged("slope_bias")
    other, _ = staged("slope_bias")
    for moment in (*reversed(timeline.moments[::5]), timeline.moments[3]):
        stage.draw(moment)
    middle = timeline.moments[len(timeline.moments) // 3]
    np.testing.assert_array_equal(stage.picture(middle), other.picture(middle))
