"""Runs differ by colour and by shape, and no shape is larger than another."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from render.config.theme import MARKERS, rgb
from render.draw.artists import outline
from render.draw.run_style import run_styles
from tests.draw.test_layout import contrast
from tests.draw.themes import NIGHT, PAPER

THEMES = [NIGHT, PAPER]
WHITE = np.array([0.95047, 1.0, 1.08883])  # D65
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
     [0.0193339, 0.1191920, 0.9503041]]
)  # fmt: skip


def lab(colour: str) -> np.ndarray:
    """CIE L*a*b* of an sRGB colour."""
    c = np.array(rgb(colour)) / 255
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    t = TO_XYZ @ linear / WHITE
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def area(marker: str, grown: float) -> float:
    """Of a marker's outline at radius 1, by the shoelace formula."""
    x, y = outline(marker, grown).to_polygons()[0].T
    return abs(float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) / 2)


@pytest.mark.parametrize("theme", THEMES)
def test_every_run_of_the_longest_race_has_its_own_look(theme):
    looks = run_styles(theme, len(theme.runs))
    assert len(looks) == len(theme.runs) == len(MARKERS)
    assert len({look.dot for look in looks}) == len(looks)
    assert len({look.marker for look in looks}) == len(looks)
    sizes = [look.size for look in looks]
    assert sizes == sorted(sizes, reverse=True)  # the topmost is the smallest


@pytest.mark.parametrize("theme", THEMES)
def test_runs_stand_out_from_the_background_and_from_one_another(theme):
    for colour in theme.runs:
        assert contrast(colour, theme.background) >= 3, colour
    for a, b in itertools.combinations(theme.runs, 2):
        assert np.linalg.norm(lab(a) - lab(b)) > 20, (a, b)


def test_lightness_of_known_colours():
    assert lab("#ffffff") == pytest.approx([100, 0, 0], abs=0.02)
    assert lab("#ff0000") == pytest.approx([53.24, 80.09, 67.20], abs=0.02)


def test_markers_have_about_the_area_of_the_disc():
    for marker, grown in MARKERS:
        assert area(marker, grown) == pytest.approx(np.pi, rel=0.3), marker


@pytest.mark.parametrize("theme", THEMES)
def test_a_lone_run_is_red(theme):
    assert run_styles(theme, 1)[0].dot == theme.parameter
    assert run_styles(theme, 1)[0].marker == "o"
