"""Numbers don't jitter, words fit, nothing that is written covers anything written."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from render import pipeline
from render.cells import Type
from render.config.load import load
from render.draw.equation import scaling
from render.draw.numbers import figures, tick_labels
from render.draw.panels.data import DataPanel
from render.draw.plot.axes import decades, in_words, whole_ticks
from render.draw.style import families
from render.draw.text import LiveText, line_coverage, offsets
from render.errors import RenderError
from render.numerals import power_of_ten
from tests.draw.boxes import check_apart, check_inside, written
from tests.draw.stages import stage_of, staged
from tests.learn.labs import lab, runs

SIZES = [[480, 270], [640, 360], [854, 480], [1280, 720], [1080, 1080], [720, 1280]]


def check_words(stage, timeline, size, monkeypatch):
    """No word covers another or leaves the frame, at the start, midway and at the end."""
    still = written(stage.canvas._still_layer, monkeypatch)
    for moment in timeline.spread(3):
        boxes = still + written(lambda moment=moment: stage.draw(moment), monkeypatch)
        assert len(boxes) > 10
        check_inside(boxes, size)
        check_apart(boxes)


@pytest.mark.parametrize("name", ["slope", "slope_bias"])
@pytest.mark.parametrize(
    "size",
    [
        *SIZES[:1],
        SIZES[3],
        *(pytest.param(s, marks=pytest.mark.slow) for s in (*SIZES[1:3], *SIZES[4:])),
    ],
)
def test_no_word_covers_another_or_leaves_the_frame(name, size, monkeypatch):
    check_words(*staged(name, f"film.size={size}"), size, monkeypatch)


def test_raised_digits_close_up_and_nothing_else_moves():
    """Cells of 12 pixels at 20: an exponent of two digits begins in its cell and takes 8 each."""
    assert offsets("2.1·10³⁵ x", 20) == [0, 12, 24, 36, 48, 60, 72, 80, 96, 108]
    assert offsets("10⁻¹²⁷", 20) == [0, 12, 24, 32, 40, 48]
    assert offsets("w² 3", 20) == [0, 12, 24, 36]
    ink = line_coverage("10³⁵", 20, True)
    assert ink.shape[1] == 4 * 12
    assert ink[:, 24:].any(axis=0).nonzero()[0].max() < 8 + 12
    digits = ink[:, 24:].any(axis=0).nonzero()[0]
    assert np.diff(digits).max() <= 2  # no gap between them


SEVERAL = [
    "optimizer_race", "himmelblau", "learning_rates", "flipped_bias", "anscombe", "rosenbrock",
    "cubic_saddle",
]  # fmt: skip


SWEEP = [
    *itertools.product(SEVERAL, [[854, 480], [720, 1280]]),
    *itertools.product(["himmelblau", "flipped_bias", "anscombe"], [[1280, 720]]),
    *itertools.product(["optimizer_race", "learning_rates"], [[4096, 2304]]),
]
QUICK = [["flipped_bias", [720, 1280]]]


@pytest.mark.parametrize(
    ("name", "size"),
    [
        pytest.param(*case, marks=() if [*case] in QUICK else pytest.mark.slow, id=f"{case}")
        for case in SWEEP
    ],
)
def test_the_words_of_several_runs_keep_apart(name, size, monkeypatch):
    sets = (f"film.size={size}", "film.duration=2", "film.fps=10")
    stage, timeline = stage_of(lab(name, *sets), runs(name))  # trained once for all sizes
    check_words(stage, timeline, size, monkeypatch)


@pytest.mark.parametrize("size", [[640, 360], pytest.param([1280, 720], marks=pytest.mark.slow)])
def test_labels_of_forty_letters_and_losses_of_300_digits_keep_apart(size, monkeypatch, tmp_path):
    """In the standings of a race and above the cells of a grid."""
    labels = [f"number {i} has a label of forty characters" for i in range(8)]
    rates = [0.1, 0.2, 0.4, 0.01, 50, 30, 0.3, 0.05]
    text = """
title: A title that is longer than any that somebody in his right mind would ever write
model: {kind: function, name: quadratic, axes: [0.1, 2], start: {x1: -5, x2: -2}}
training: {epochs: 150}
"""
    text += f"film: {{size: {size}, duration: 2, fps: 10, runs: KIND}}\nruns:\n"
    text += "".join(
        f"  {label}: {{optimizer.lr: {lr}}}\n" for label, lr in zip(labels, rates, strict=True)
    )
    for kind in ("race", "grid"):
        path = tmp_path / f"{kind}.yaml"
        path.write_text(text.replace("KIND", kind))
        spec = load(path, ())
        with np.errstate(over="ignore", invalid="ignore"):
            stage, timeline = stage_of(spec, pipeline.learn(spec))
            assert stage.context.runs[4].recording.broke_off
            check_words(stage, timeline, size, monkeypatch)


def test_no_text_is_smaller_than_12_pixels():
    for size in (*SIZES, [160, 90], [3840, 2160]):
        type_ = Type.of(tuple(size))
        assert min(type_.text, type_.ticks, type_.title, type_.epoch) >= 12
        assert type_.stroke >= 3


def test_numbers_of_a_series_are_equally_wide():
    values = np.array([-42.0638, -1.07, 0.0, 9.996])
    write = figures(values)
    assert len({len(write(v)) for v in values}) == 1
    assert write(-42.0638) == "−42.06"
    assert write(9.996) == " 10.00"


def test_huge_numbers_are_written_in_powers_of_ten():
    write = figures(np.array([3.2e11, 5.0]))
    assert write(3.2e11).strip() == "3.20·10¹¹"
    assert len(write(5.0)) == len(write(-3.2e11))


@pytest.mark.parametrize("epochs", [4, 15, 100])
def test_live_numbers_keep_their_places(epochs):
    """Every live text that is bound to a place has one width through the whole film."""
    stage, timeline = staged("slope_bias", f"training.epochs={epochs}")
    lengths: dict[int, set[int]] = {}
    for moment in timeline.moments[:-5]:  # the outcome at the end is another sentence
        if moment.tick >= epochs:
            break
        stage.draw(moment)
        for i, artist in enumerate(a for a in stage.canvas.moving if isinstance(a, LiveText)):
            if artist.get_visible() and artist._mono:
                lengths.setdefault(i, set()).add(len(artist.text))
    bound = [found for found in lengths.values() if len(found) == 1]
    assert len(bound) >= len(lengths) - 1  # the loss's value moves with its dot


@pytest.mark.parametrize(
    ("last", "most", "ticks"),
    [
        (4, 5, [0, 1, 2, 3, 4]),
        (15, 4, [0, 5, 10, 15]),
        (0, 3, [0]),
        (3000, 4, [0, 1000, 2000, 3000]),
    ],
)
def test_epoch_ticks_are_whole_and_few(last, most, ticks):
    assert whole_ticks(last, most) == ticks


def test_ticks_of_a_logarithmic_axis_are_whole_powers_few_and_finite():
    assert decades(0.004, 7000, 8) == [-2, -1, 0, 1, 2, 3]
    assert decades(1e-5, 1e305, 5) == [-5, 57, 119, 181, 243, 305]
    assert decades(2, 5, 4) == [1]
    assert in_words(-2) == "0.01"
    assert power_of_ten(-9) == "10⁻⁹"


def test_ticks_have_no_offset_and_a_true_minus():
    assert tick_labels([-3.0, 0.0, 1000.5]).texts == ("−3", "0", "1000.5")
    millions = tick_labels([-1e6, 0.0, 1e6])
    assert (millions.texts, millions.factor) == (("−1", "0", "1"), "·10⁶")


def test_there_is_no_negative_zero():
    assert figures(np.array([5.0]))(-0.0001) == " 0.000"


def test_letters_that_the_house_s_font_lacks_come_from_another():
    assert families("Learning the slope: ŷ = −3 x") == ("Inter",)
    assert len(families("slope ⵣ")) == 2  # Tifinagh, which DejaVu Sans has


def test_letters_that_no_font_has_are_an_error():
    with pytest.raises(
        RenderError, match="no font here has the letters \U0010fffd of 'a\U0010fffd'"
    ):
        families("a\U0010fffd")


def test_a_scaled_input_has_another_letter_in_the_equation():
    """`695 x + 4186` above an axis of millimetres would be a lie: the model sees z."""
    stage, timeline = staged("penguins", "film.size=[1280, 720]")
    data = next(panel for panel in stage.panels if isinstance(panel, DataPanel))
    stage.draw(timeline.moments[-1])
    assert " z " in data.equation.text
    assert "x" not in data.equation.text
    assert scaling(stage.context.dataset) == "(x − 200.9) / 14.04"
    a, b = stage.context.dataset.unscale
    x = 210.0
    values = stage.context.recording.at(25).values
    drawn = data.model.predict(values, (x - b) / a)
    at = data.plot.pixels(np.array([x]), np.array([drawn]))[0]
    line = data.lines[0][np.abs(data.lines[0][:, 0] - at[0]).argmin()]
    assert line[1] == pytest.approx(at[1], abs=1)
