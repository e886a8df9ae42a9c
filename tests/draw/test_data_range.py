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


def extent(panel, y) -> tuple[float, float]:
    """The lowest and the highest of data (N,) and lines, as shares of the height."""
    at, area = panel.plot.pixels(np.zeros(len(y)), y)[:, 1], panel.plot.area
    lines = panel.lines if isinstance(panel, DataPanel) else [panel.line]
    every = np.concatenate([at, *(line[:, 1].clip(area.bottom, area.top) for line in lines)])
    assert area.bottom <= at.min() <= at.max() <= area.top
    return (every.min() - area.bottom) / area.height, (every.max() - area.bottom) / area.height


def panels(stage):
    return [p for p in stage.panels if isinstance(p, DataPanel | ResidualsPanel)]


@pytest.mark.parametrize(
    "name", [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in OTHERS)]
)
def test_data_and_line_fill_their_panel_at_the_end(name):
    stage, timeline = staged(name, "film.size=[1280, 720]")
    stage.draw(timeline.moments[-1])
    runs = stage.context.runs
    cells = len(panels(stage))
    extents = [
        extent(panel, runs[i if cells > 1 else 0].dataset.y)
        for i, panel in enumerate(panels(stage))
        if not panel.model.probability
    ]
    if extents:  # cells that share an axis fill it together
        assert max(high for _, high in extents) - min(low for low, _ in extents) >= SHARE


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
