"""How numbers are written: ticks that tell each other apart, equations that give the prediction."""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import pytest

from render.cells import Cell
from render.draw.equation import scaling
from render.draw.numbers import brief, brief_width, figures, tick_labels
from render.draw.plot.axes import level_ticks, ticks_between
from render.numerals import exact, fixed, scientific, significant
from render.recording import Dataset
from tests.draw.reading import as_python, number

RANGES = [
    (-3, 3),
    (0, 1e-12),
    (1e-300, 8e-300),
    (-2e300, 5e300),
    (1.7e9, 1.7004e9),
    (1700216000, 1700216100),
    (-1700216100, -1700216000),
    (41800000.001, 41800000.009),
    (0.9999, 1.0001),
    (1e15, 1e15 + 40),
    (-1e-7, 1e-7),
    (80000, 130000),
    (99999.5, 100000.5),
]


def value_of(labels, i: int) -> float:
    """What a tick says: base + number · 10^power."""
    base = number(labels.base[2:]) * (1 if labels.base[0] == "−" else -1) if labels.base else 0.0
    return base + number(labels.texts[i]) * 10.0**labels.power


@pytest.mark.parametrize("limits", RANGES)
@pytest.mark.parametrize("most", [2, 5, 9])
@pytest.mark.parametrize("letters", [4, 6, 12])
def test_ticks_differ_and_say_where_they_are(limits, most, letters):
    values = ticks_between(*limits, most)
    labels = tick_labels(values, lambda text: len(text) <= letters)
    assert "" not in labels.texts
    assert len({*labels.texts}) == len(values)
    step = float(np.diff(values).min()) if len(values) > 1 else abs(values[0])
    for i, value in enumerate(values):
        assert value_of(labels, i) == pytest.approx(value, abs=1e-2 * step, rel=1e-15)
    assert "-" not in "".join(labels.texts)


@pytest.mark.parametrize("limits", [*RANGES, (-3.5, 3.5), (-0.1, 5.1), (-9, 9.5), (0.2, 7)])
def test_the_numbers_of_a_y_axis_do_not_touch_however_low_it_is(limits):
    """In the cells of a grid 2, 0 and −2 lay on one another."""
    for height in range(20, 200, 7):
        values = level_ticks(*limits, Cell(0, 0, 100, height), 12)
        assert len(values) >= (2 if height >= 36 else 1)
        pixels = values / (limits[1] - limits[0]) * height
        assert np.diff(pixels).min(initial=np.inf) >= 14.4 * (1 - 1e-6)


def test_any_range_has_ticks_that_differ():
    rng = np.random.default_rng(0)
    for _ in range(400):
        middle = rng.choice([-1, 1]) * 10 ** rng.uniform(-250, 280)
        spread = abs(middle) * 10 ** rng.uniform(-10, 2)
        values = ticks_between(middle - spread, middle + spread, int(rng.integers(2, 10)))
        texts = tick_labels(values).texts
        assert len({*texts}) == len(values)
        assert "" not in texts


def test_the_plainest_way_that_fits_is_taken():
    def four(text):
        return len(text) <= 4

    assert tick_labels([0, 0.5, 1], four).texts == ("0", "0.5", "1")
    assert tick_labels([50000, 100000]).texts == ("50000", "100000")
    thousands = tick_labels([50000, 100000], four)
    assert (thousands.texts, thousands.named("Salary")) == (("50", "100"), "Salary (in 10³)")
    assert thousands.full == ("50·10³", "100·10³")
    offset = tick_labels([1.7e9, 1.70005e9, 1.7001e9])
    assert (offset.texts, offset.named("time")) == (("0", "50000", "100000"), "time − 1.7·10⁹")


def test_numbers_by_themselves():
    written = {200.9: "200.9", 14.0357: "14.04", 0.05571: "0.05571", 101066.25: "101066",
               1e-12: "1·10⁻¹²", -3: "−3", 0.0: "0", 1.16e19: "1.16·10¹⁹",
               float("inf"): "inf"}  # fmt: skip
    assert {value: significant(value) for value in written} == written
    assert significant(-0.0) == scientific(0.0, 2) == "0"
    assert fixed(-0.0001, 2) == "0.00"
    assert fixed(1234.5, -2) == "1200"
    for value in (1e-300, 123.25, 1.7e9):
        assert number(exact(Decimal(value))) == value


@pytest.mark.parametrize(
    "values",
    [
        [-42.06, -1.07, 0.0, 9.996],
        [1e-12, 2.6e-12, 0.0],
        [26.47, 3.2e11, 1e300],
        [2e6, 2.0001e6],
        [3.2e11, 5.0],
        [1e-250, 1e250],
        [0.0, 0.0],
    ],
)
def test_all_numbers_of_a_series_are_equally_wide_and_right(values):
    write = figures(np.array(values))
    signs = [sign * value for value in values for sign in (-1, 1)]
    assert len({len(write(value)) for value in signs}) == 1
    largest = max(map(abs, values))
    assert number(write(largest)) == pytest.approx(largest, rel=5e-3)
    assert not re.search("[e-]", write(-largest))
    assert len({len(brief(v).rjust(brief_width(np.array(values)))) for v in values}) == 1


def test_numbers_that_differ_by_little_are_told_apart():
    write = figures(np.array([2e6, 2.0001e6]))
    assert number(write(2.0001e6)) - number(write(2e6)) == pytest.approx(100, rel=0.02)
    write = figures(np.array([26.4716, 26.4712]))
    assert number(write(26.4716)) - number(write(26.4712)) == pytest.approx(4e-4, rel=0.05)


@pytest.mark.parametrize(
    ("mean", "deviation"),
    [
        (200.9, 14.04),
        (1700216000, 147556),
        (-1700216000, 3.2),
        (2.5e-12, 1.1e-12),
        (-4e-9, 1e-12),
        (3e20, 5e17),
        (101066.25, 52194.1),
        (0.0, 2.5),
        (1e-17, 1.0),
        (0.0, 1 / 7),
    ],
)
def test_the_written_scaling_gives_the_model_s_input(mean, deviation):
    data = Dataset(np.array([-1.0, 1.0]), np.zeros(2), unscale=(deviation, mean))
    written = as_python(scaling(data))
    written = re.sub(r"^(\S+) x$", r"\1 * x", written)
    for z in (-2.0, 0.0, 0.3, 2.0):
        x = deviation * z + mean
        assert eval(written, {"x": x}) == pytest.approx(z, abs=0.01)
    assert "e" not in scaling(data)


def test_each_of_two_inputs_has_its_own_scaling():
    x = np.array([[-1.0, -1.0], [1.0, 1.0]])
    data = Dataset(x, np.zeros(2), names=("size", "beds", "y"),
                   unscale=(np.array([786.2, 0.76]), np.array([2001.0, 3.17])))  # fmt: skip
    assert scaling(data, 0, "size") == "(size − 2001) / 786.2"
    assert scaling(data, 1, "beds") == "(beds − 3.17) / 0.76"
