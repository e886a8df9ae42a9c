"""The panels of what is measured: recorded numbers, on the lines that theory draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.draw.boxes import check_apart, check_inside, written
from tests.draw.reading import last_number
from tests.draw.stages import staged

LAWS = ("eigenvectors", "adam_first_step", "decoupled_decay", "plateau_sigmoid", "noise_floor")
SIZES = ([480, 270], [1280, 720], [1080, 1920], [720, 720])
QUICK = ("adam_first_step", SIZES[0])


def panel_of(stage, kind):
    (panel,) = (one for one in stage.panels if type(one).__name__ == f"{kind}Panel")
    return panel


def at(stage, timeline, tick):
    stage.draw(replace(timeline.moments[0], tick=tick, phase=None))


def test_a_measured_curve_runs_along_the_line_of_theory():
    stage, timeline = staged("eigenvectors", "film.size=[1280, 720]")
    panel, (run,) = panel_of(stage, "Measured"), stage.context.runs
    (found,) = run.recording.measured
    assert len(panel.theories) == 2
    for k, line in enumerate(panel.theories):
        factor = abs(1 - 0.25 * run.landscape.eigenvalues[::-1][k])
        law = abs(found.values[0, k]) * factor ** np.arange(41)
        assert line == pytest.approx(panel.plot.pixels(np.arange(41), law), abs=1e-6)
    for tick in (0, 1, 7.5, 40):
        at(stage, timeline, tick)
        shown = [last_number(words.text) for words in panel.end_labels.words]
        assert shown == pytest.approx(found.values[int(tick)], rel=6e-3)
        for trace, values, line in zip(panel.traces, found.values.T, panel.theories, strict=True):
            expected = np.exp(np.interp(tick, range(41), np.log(np.abs(values))))
            assert trace.dot.at == pytest.approx(panel.plot.pixels(tick, expected))
            on_line = [np.interp(tick, range(41), pixels) for pixels in line.T]
            assert trace.dot.at == pytest.approx(on_line, abs=1e-3)


def test_a_law_has_its_dots_on_the_curve_once_the_step_is_taken():
    stage, timeline = staged("adam_first_step", "film.size=[1280, 720]")
    panel = panel_of(stage, "Law")
    for tick in (0, 0.7):
        at(stage, timeline, tick)
        assert not any(np.isfinite(dot.at).all() for dot in panel.dots)
        assert not any(label.text.strip() for label in panel.labels)
    at(stage, timeline, 3)
    curves = [line.get_data() for line in panel.plot.axes.lines if line.is_dashed()]
    for k, (length, size) in enumerate([(0.1, 1e-4), (0.1, 1e3), (1e-7, 1e-4), (1.0, 1e3)]):
        expected = panel.plot.pixels(np.log10(size), np.asarray(length))
        assert panel.dots[k].at == pytest.approx(expected, abs=0.1)
        x, y = curves[k // 2]
        on_curve = np.interp(np.log10(size), x, np.log10(y))
        assert on_curve == pytest.approx(np.log10(length), abs=1e-3)
    texts = [label.text.split() for label in panel.labels]
    assert texts == [["x1", "0.1"], ["x2", "0.1"], ["x1", "1·10⁻⁷"], ["x2", "1"]]


def test_a_dot_goes_along_the_curve_of_its_loss():
    stage, timeline = staged("plateau_sigmoid", "film.size=[1280, 720]")
    panel = panel_of(stage, "Law")
    curves = [line.get_data() for line in panel.plot.axes.lines if line.is_dashed()]
    assert len(curves) == 2
    for tick in (0, 4, 60):
        at(stage, timeline, tick)
        for dot, run, (x, y) in zip(panel.dots, stage.context.runs, curves, strict=True):
            w = run.recording.params[int(tick), 0]
            on_curve = panel.plot.pixels(np.asarray(w), np.interp(w, x, y))
            assert dot.at == pytest.approx(on_curve, abs=0.3)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        pytest.param(n, s, marks=() if (n, s) == QUICK else pytest.mark.slow)
        for n in LAWS
        for s in SIZES
    ],
)
def test_no_word_of_a_law_covers_another_or_leaves_the_frame(name, size, monkeypatch):
    for theme in ("night", "contrast"):
        stage, timeline = staged(name, f"film.size={size}", f"film.theme={theme}")
        for moment in timeline.spread(3):
            stage.draw(moment)
            boxes = written(
                lambda stage=stage: stage.figure.draw(stage.canvas.get_renderer()), monkeypatch
            )
            assert len(boxes) > 5
            check_inside(boxes, size)
            check_apart(boxes)


def test_the_numbers_of_a_parameter_stand_in_the_order_of_their_dots():
    """In a race the lines of w1 stand together; the higher dot has the higher line."""
    stage, timeline = staged("decoupled_decay", "film.size=[960, 540]")
    stage.draw(timeline.moments[-1])
    panel = panel_of(stage, "Parameters")
    words = panel.end_labels.words
    assert [word.text.split()[0] for word in words] == ["w1", "w2"] * 2
    for first, second in ((0, 2), (1, 3)):
        dots = panel.dots[first].at[1] - panel.dots[second].at[1]
        assert abs(dots) > 1
        assert np.sign(words[first].baseline - words[second].baseline) == np.sign(dots)
