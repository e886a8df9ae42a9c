"""The panels of what is measured of networks draw the recorded numbers, at any moment."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.draw.alone import check_pure
from tests.draw.gallery import ASPECTS
from tests.draw.ink import faults
from tests.draw.stages import stage_of
from tests.learn.labs import lab, runs

SMALL = ("landscape.grid=41", "captions=[]", "film.auto_captions=false")
SHORT = {
    "deep_linear": (*SMALL, "training.epochs=40", "model.gain=0.5"),
    "edge_of_stability": (*SMALL, "training.epochs=12", "model.hidden=[4]", "film.pace=constant"),
    "same_loss_other_minimum": (*SMALL, "training.epochs=20"),
    "double_descent": (*SMALL, "training.epochs=20", "dataset.n=20", "dataset.draws=2",
                       "sweep.dataset.p=[5, 20, 40]", "optimizer.lr=0.2"),
}  # fmt: skip


def film(name, *sets):
    made = runs(name, *SHORT[name])
    spec = lab(name, *SHORT[name], "film.size=[640, 360]", "film.duration=1", "film.fps=6", *sets)
    return made, *stage_of(spec, made)


def at_row(name, kind, row):
    """The panel of a kind at a row, and the runs."""
    made, stage, timeline = film(name)
    stage.draw(replace(timeline.moments[0], tick=float(row), phase=None))
    return stage.panels[stage.kinds.index(kind)], made


def heights(plot, pixels):
    """The values at pixels (..., 2) of a linear plot."""
    low, high = plot.axes.get_ylim()
    return low + (pixels[..., 1] - plot.area.bottom) / plot.area.height * (high - low)


@pytest.mark.parametrize(
    ("name", "kind"), [("deep_linear", "singular_values"), ("edge_of_stability", "sharpness")]
)
def test_dots_are_at_the_measured_values_and_theory_is_dashed(name, kind):
    panel, (run,) = at_row(name, kind, 7)
    found = run.recording.projected.measurement(kind)
    dots = np.array([dot.at for dot in panel.drawn.dots])
    assert heights(panel.drawn.plot, dots) == pytest.approx(found.values[7], rel=1e-6, abs=1e-6)
    written = [text.text for text in panel.drawn.values]
    assert [float(text.replace("−", "-")) for text in written] == pytest.approx(
        found.values[7], abs=0.006
    )
    assert found.theory is not None


def test_the_line_is_that_between_both_networks_at_the_moment():
    panel, made = at_row("same_loss_other_minimum", "line", 11)
    found = made[0].recording.projected.measurement("line").values[11]
    assert heights(panel.plot, panel.points) == pytest.approx(found[1:], abs=1e-9)
    ends = heights(panel.plot, np.array([dot.at for dot in panel.dots]))
    assert ends == pytest.approx([float(run.recording.loss[11]) for run in made])
    assert float(panel.value.text.split()[-1]) == pytest.approx(found[0], abs=0.006)


def test_the_risk_of_each_run_is_its_validation_loss():
    panel, made = at_row("double_descent", "risk", 9)
    low, high = np.log10(panel.plot.axes.get_ylim())
    part = (panel.at[:, 1] - panel.plot.area.bottom) / panel.plot.area.height
    found = 10 ** (low + part * (high - low))
    assert found == pytest.approx([run.recording.validation_loss[9] for run in made])
    left, right = panel.plot.axes.get_xlim()
    along = (panel.at[:, 0] - panel.plot.area.left) / panel.plot.area.width
    assert left + along * (right - left) == pytest.approx([5 / 20, 1, 2])


@pytest.mark.parametrize("name", SHORT)
def test_a_frame_is_a_function_of_its_moment(name):
    check_pure(lambda: film(name, "film.size=[480, 270]")[1:])


@pytest.mark.slow
@pytest.mark.parametrize("size", [*map(tuple, ASPECTS), (480, 270), (720, 720)])
@pytest.mark.parametrize("name", SHORT)
def test_words_touch_nothing(name, size):
    made = runs(name)
    for theme in ("night", "paper", "contrast"):
        for language in ("en", "de", "fr"):
            sets = (f"film.size={[*size]}", f"film.theme={theme}", f"language={language}")
            stage, timeline = stage_of(lab(name, *sets), made)
            for moment in timeline.spread(3):
                assert faults(stage, moment) == [], (theme, language)
