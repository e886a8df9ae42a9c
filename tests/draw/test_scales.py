"""The same picture at every scale: data, loss and equation of numbers of any size."""

from __future__ import annotations

import contextlib
import re
from unittest.mock import patch

import numpy as np
import pytest
from matplotlib.text import Text

from render.config.load import load
from render.draw.equation import Equation
from render.draw.panels.data import DataPanel
from render.draw.panels.loss import LossPanel
from render.draw.text import LiveText
from render.errors import RenderError
from render.pipeline import learn
from tests.draw.reading import as_python
from tests.draw.stages import stage_of, staged
from tests.sweeps import sweep

X = [0.3, 1.1, 1.9, 2.2, 3.5, 4.1, 5.0]
Y = [1.1, 2.9, 2.2, 4.7, 4.4, 6.9, 7.3]
SECOND = [2, 3, 3, 1, 4, 3, 2]


@pytest.fixture
def film(tmp_path):
    """A function that makes the stage of standardised data: x, y, features, other settings."""

    def make(x, y, *, second=None, size="[960, 540]", epochs=40, names=("x", "z", "y"), layout=""):
        columns = [x, y] if second is None else [x, second, y]
        header = (names[0], names[2]) if second is None else names
        rows = [",".join(f'"{name}"' for name in header)]
        rows += [",".join(repr(float(v)) for v in row) for row in zip(*columns, strict=True)]
        (tmp_path / "data.csv").write_text("\n".join(rows))
        inputs = f"'{names[0]}'" if second is None else f"['{names[0]}', '{names[1]}']"
        weight = "" if second is None else ", weight: [0, 0]"
        (tmp_path / "film.yaml").write_text(f"""
dataset: {{kind: csv, path: data.csv, x: {inputs}, y: "{names[2]}", standardize: true}}
model: {{kind: linear{weight}}}
optimizer: {{kind: sgd, lr: 0.1}}
training: {{epochs: {epochs}}}
film: {{size: {size}, duration: 2, fps: 10{layout}}}
""")
        spec = load(tmp_path / "film.yaml")
        return stage_of(spec, learn(spec))

    return make


@contextlib.contextmanager
def without_words():
    def nothing(*_):
        pass

    with patch.object(Text, "draw", nothing), patch.object(LiveText, "draw", nothing):
        yield


def panel(stage, kind):
    return next(panel for panel in stage.panels if isinstance(panel, kind))


def drawn(stage, timeline, tick):
    """The pixels of the data and of the loss, without words, at a tick."""
    with without_words():
        moment = min(timeline.moments, key=lambda moment: abs(moment.tick - tick))
        picture = stage.picture(moment)
    found = []
    for kind in (DataPanel, LossPanel):
        area = panel(stage, kind).plot.area
        top = picture.shape[0] - round(area.top)
        rows = slice(top, top + round(area.height) + 12)
        found.append(picture[rows, round(area.left) - 8 : round(area.right) + 8].astype(int))
    return found


@pytest.mark.parametrize("scale", sweep([1e-12, 1e12]))
def test_data_and_loss_have_the_same_pixels_at_every_scale_of_the_labels(film, scale):
    plain, timeline = film(X, Y)
    pictures = [drawn(plain, timeline, tick) for tick in (0, 3, 40)]
    scaled, timeline = film(X, [scale * y for y in Y])
    for before, tick in zip(pictures, (0, 3, 40), strict=True):
        for a, b in zip(before, drawn(scaled, timeline, tick), strict=True):
            # A line that is half a pixel off by rounding changes a few pixels by a little.
            assert (np.abs(a - b).max(axis=-1) > 8).mean() < 1e-3
    ticks = [text.get_text() for text in panel(scaled, DataPanel).plot.axes.get_yticklabels()]
    assert len({*ticks}) == len(ticks)


def test_the_equation_is_the_model_s_at_every_scale(film):
    for scale in (1e-12, 1.0, 1e12, 1e-3):
        stage, _ = film(X, [scale * y for y in Y])
        run = stage.context.first
        values = run.recording.at(40).values
        text = Equation(run)(values).removeprefix("ŷ =")
        text = re.sub(r" z", " * z", as_python(text))
        for z in (-1.5, 0.0, 1.5):
            given = values["w"] * z + values["b"]
            assert eval(text, {"z": z}) == pytest.approx(given, abs=0.01 * scale * np.ptp(Y))
        assert len({len(Equation(run)(run.recording.at(k).values)) for k in range(41)}) == 1


def test_an_offset_of_the_inputs_moves_the_standardised_ones_by_nothing(film):
    near, _ = film(X, Y)
    far, _ = film([1e9 + x for x in X], Y)
    np.testing.assert_allclose(far.context.dataset.x, near.context.dataset.x, atol=1e-6)
    x_ticks = panel(far, DataPanel).plot.x_ticks
    assert len({*x_ticks.texts}) == len(x_ticks.texts) > 3
    assert x_ticks.named("x").startswith("x − 1")


def test_two_features_have_z1_and_z2_and_their_scaling(film):
    stage, _ = film(X, Y, second=SECOND, names=("size", "beds", "price"))
    run = stage.context.first
    equation = Equation(run)
    values = run.recording.at(40).values
    assert re.sub(r"[\d. ]", "", equation(values).replace("−", "+")) == "ŷ=z+z+"
    assert " z1 " in equation(values)
    assert " z2 " in equation(values)
    for k, (note, column) in enumerate(zip(equation.notes, (X, SECOND), strict=True)):
        name = ("size", "beds")[k]
        left, _, right = note.partition(" = ")
        assert left == f"z{k + 1}"
        for row, value in enumerate(column):
            given = stage.context.dataset.x[row, k]
            assert eval(as_python(right), {name: value}) == pytest.approx(given, abs=0.01)


def test_predictions_of_two_features_are_dots_over_their_labels(film):
    stage, timeline = film(X, Y, second=SECOND)
    data = panel(stage, DataPanel)
    stage.draw(timeline.moments[-1])
    run = stage.context.first
    values = run.recording.at(40).values
    dataset = run.dataset
    predicted = values["w1"] * dataset.x[:, 0] + values["w2"] * dataset.x[:, 1] + values["b"]
    order = np.argsort(dataset.y)
    expected = data.plot.pixels(dataset.y[order], predicted[order])
    np.testing.assert_allclose(data.lines[0], expected, atol=1e-6)
    assert not data.across.curve


def over(name):
    return f', layout: {{rows: "data loss", data: {{over: {name}}}}}'


def test_predictions_may_be_dots_over_a_named_feature(film):
    names = ("size", "beds", "price")
    stage, timeline = film(X, Y, second=SECOND, names=names, layout=over("beds"))
    data = panel(stage, DataPanel)
    stage.draw(timeline.moments[-1])
    assert data.across.name == "beds"
    at = data.plot.pixels(np.sort(np.array(SECOND, float)), np.zeros(len(SECOND)))[:, 0]
    np.testing.assert_allclose(data.lines[0][:, 0], at, atol=1e-6)
    with pytest.raises(RenderError, match="did you mean 'beds'"):
        film(X, Y, second=SECOND, names=names, layout=over("bed"))


@pytest.mark.parametrize("typed", ["x2", "x₂"])
def test_a_feature_without_a_name_can_be_typed(film, typed):
    """It is called x₂ on screen, and few keyboards have the small 2."""
    stage, _ = film(X, Y, second=SECOND, names=("x₁", "x₂", "y"), layout=over(typed))
    across = panel(stage, DataPanel).across
    assert across.name == "x₂"
    np.testing.assert_allclose(np.sort(across.x), np.sort(np.array(SECOND, float)), rtol=1e-6)


LONG = ("LSTAT (% lower status of the population of each and every town)", "z",
        "MEDV (median value of owner-occupied homes in thousands of dollars)")  # fmt: skip


@pytest.mark.parametrize("size", sweep(["[640, 360]", "[1280, 720]", "[1080, 1920]"], quick=2))
@pytest.mark.parametrize("second", [None, SECOND])
def test_long_names_stay_in_their_panel(film, size, second, monkeypatch):
    from tests.draw.boxes import written

    stage, timeline = film(X, Y, second=second, size=size, epochs=5, names=LONG)
    stage.draw(timeline.moments[-1])
    boxes = written(lambda: stage.figure.draw(stage.canvas.get_renderer()), monkeypatch)
    cell = stage.cells["data"]
    own = [box for box in boxes if "LSTAT" in box[4] or "MEDV" in box[4]]
    assert len(own) >= 2
    for left, bottom, right, top, text in own:
        assert cell.left - 1 <= left, text
        assert right <= cell.right + 1, text
        assert cell.bottom - 1 <= bottom, text
        assert top <= cell.top + 1, text


def test_of_a_run_that_flies_off_the_first_steps_are_on_the_loss_axis():
    """Its loss ends 30 decades higher; the axis must not give its whole height to the last ones."""
    stage, timeline = staged(
        "thermometer_raw", "training.epochs=20", "captions=[]", "film.size=[1280, 720]"
    )
    loss = next(panel for panel in stage.panels if isinstance(panel, LossPanel))
    low, high = loss.plot.axes.get_ylim()
    recorded = stage.context.recording.loss
    assert recorded[-1] > 1e30 * recorded[0]
    assert low < recorded[0] < recorded[1] < recorded[2] < high < 1e12 * recorded[0]
    stage.draw(timeline.moments[-1])
    assert loss.plot.area.holds(loss.dots[0].at)


def test_noise_about_the_start_is_on_the_loss_axis():
    """A run that begins at the minimum only rises, and does not fly off."""
    model = "model={kind: function, name: quadratic, axes: [1, 1], start: {x1: 0, x2: 0}}"
    sets = (model, "training={epochs: 30, noise: 0.5}", "scene=function", "captions=[]")
    stage, _ = staged("ellipse_zigzag", *sets, "film.layout=[loss]")
    loss = next(panel for panel in stage.panels if isinstance(panel, LossPanel))
    recorded = stage.context.recording.loss
    assert recorded[0] == 0 < recorded[-1]
    assert loss.plot.axes.get_ylim()[1] > recorded.max()
