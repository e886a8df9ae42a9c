"""Inputs in standard deviations: what z is, is said in words where these have room."""

from __future__ import annotations

import pytest
from matplotlib.text import Text

from render.draw.style import house_style
from tests.draw.stages import staged

WORDS = "standard deviations from the mean"
STEP = "dataset={kind: step, x: {start: -1, stop: 1, step: 0.1}, standardize: true}"


def labels(name: str, *sets: str) -> list[str]:
    """The texts on screen that say what z is."""
    with house_style():
        stage, timeline = staged(name, *sets)
        stage.draw(timeline.moments[0])
        texts = [text.get_text() for text in stage.figure.findobj(Text) if text.get_visible()]
    return [text for text in texts if "z =" in text]


@pytest.mark.parametrize(
    ("name", "sets", "formula", "explained"),
    [
        ("auto_mpg", ["film.size=[1280, 720]"], "z = (x − 2.978) / 0.8483", True),
        ("auto_mpg", ["film.size=[800, 450]"], "z = (x − 2.978) / 0.8483", False),  # no room
        pytest.param(
            *("thermometer_scaled", ["film.size=[1280, 720]"], "z = 0.1 x", False),  # by hand
            marks=pytest.mark.slow,
        ),
        pytest.param(
            *("logistic_cross_entropy", [STEP, "film.size=[1280, 720]"], "z = (x + 0.05)", False),
            marks=pytest.mark.slow,
        ),
    ],
)
def test_what_z_counts_is_said_where_it_is_standard_deviations(name, sets, formula, explained):
    (label,) = labels(name, *sets)
    assert formula in label
    assert (WORDS in label) is explained
