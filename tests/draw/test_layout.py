"""Which panels a film of a given size has, and where."""

from __future__ import annotations

import itertools

import pytest
from matplotlib.text import Text

from render.cells import Cell
from render.config.theme import rgb
from render.draw.panels.contour import ContourPanel
from render.draw.panels.surface import SurfacePanel
from render.draw.text import LiveText
from render.phrases import Phrase
from tests.draw.stages import staged
from tests.draw.themes import NIGHT, PAPER
from tests.sweeps import sweep


@pytest.mark.parametrize(
    ("size", "panels"),
    sweep(
        [
            ([1280, 720], ["header", "surface", "cost", "loss", "data", "code"]),
            ([854, 480], ["header", "surface", "cost", "loss", "data", "update"]),
            ([480, 270], ["header", "cost", "data"]),
            ([478, 270], ["surface", "data"]),
            ([160, 90], ["surface", "data"]),
            ([160, 280], ["surface", "data"]),
        ],
        quick=3,
    ),
)
def test_a_small_film_drops_panels_in_the_stated_order(size, panels):
    stage, _ = staged("slope", f"film.size={size}", "captions=[]")
    assert list(stage.rectangles()) == panels


def test_captions_come_before_the_arithmetic_and_after_the_header():
    assert list(staged("slope", "film.size=[1280, 720]")[0].rectangles())[-1] == "caption"
    assert list(staged("slope", "film.size=[854, 480]")[0].rectangles())[-1] == "caption"
    assert next(iter(staged("slope", "film.size=[480, 270]")[0].rectangles())) == "header"


@pytest.mark.parametrize(
    "size", sweep([[480, 270], [1280, 720], [3840, 2160], [1080, 1080], [720, 1280]], quick=2)
)
def test_cells_are_inside_the_frame_and_apart(size):
    stage, _ = staged("slope_bias", f"film.size={size}")
    cells = list(stage.cells.values())
    for cell in cells:
        assert cell.left >= 0
        assert cell.bottom >= 0
        assert cell.right <= size[0]
        assert cell.top <= size[1]
    for a, b in itertools.combinations(cells, 2):
        apart = a.right <= b.left or b.right <= a.left or a.top <= b.bottom or b.top <= a.bottom
        assert apart


def test_rectangles_are_measured_from_the_upper_left():
    stage, _ = staged("slope", "film.size=[1280, 720]")
    header = stage.rectangles()["header"]
    assert header[1] < header[3] < 100


def test_an_inset_cell_is_smaller_on_each_side():
    assert Cell(0, 0, 10, 10).inset(1, 2, 3, 4) == Cell(1, 2, 6, 4)


def luminance(colour: str) -> float:
    """WCAG relative luminance."""
    linear = [c / 12.92 if (c := v / 255) <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
              for v in rgb(colour)]  # fmt: skip
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    low, high = sorted([luminance(a), luminance(b)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [NIGHT, PAPER])
def test_words_and_dot_stand_out(theme):
    assert contrast(theme.text, theme.background) >= 7
    assert contrast(theme.muted, theme.background) >= 4.5
    assert contrast(theme.parameter, theme.background) >= 3
    assert contrast(theme.prediction, theme.background) >= 3
    lightness = [luminance(colour) for colour in theme.surface]
    assert lightness == sorted(lightness)


def still_words(stage) -> list[str]:
    """The words of the surface's box, and the texts that stay."""
    figure = stage.figure.get_children()
    live = [artist.text for artist in figure if isinstance(artist, LiveText)]
    return live + [artist.get_text() for artist in figure if isinstance(artist, Text)]


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("auto_mpg", [800, 450]),
        ("ellipse_zigzag", [1280, 720]),
        *(
            pytest.param(name, size, marks=pytest.mark.slow)
            for name in ("auto_mpg", "anscombe", "ellipse_zigzag", "penguins", "thermometer_scaled")
            for size in ([1280, 720], [800, 450], [1080, 1920])
        ),
    ],
)
def test_every_axis_of_a_surface_has_a_name(name, size):
    stage, timeline = staged(name, f"film.size={size}")
    stage.draw(timeline.moments[0])
    surfaces = [panel for panel in stage.panels if isinstance(panel, SurfacePanel)]
    words = still_words(stage)
    assert surfaces
    for label in stage.context.axis_labels:
        symbol = label.fields["name"] if isinstance(label, Phrase) else label
        contours = sum(isinstance(panel, ContourPanel) for panel in stage.panels)
        named = sum(word == symbol or word.startswith(label) for word in words)
        assert named >= len(surfaces) + contours
    assert words.count("loss") >= len(surfaces)


@pytest.mark.parametrize(
    ("name", "size", "names"),
    [
        ("auto_mpg", [1280, 720], ("fuel economy (mpg)", "weight (1000 lb)")),
        ("auto_mpg", [800, 450], ("fuel economy (mpg)", "weight (1000 lb)")),
        ("auto_mpg", [640, 360], ("fuel economy", "weight")),
        ("penguins", [800, 450], ("body mass (g)", "flipper length (mm)")),
    ],
)
def test_the_names_of_the_data_are_whole(name, size, names):
    """Where there is no room for a unit the name goes without it."""
    stage, _ = staged(name, f"film.size={size}")
    words = [word.partition(",  ")[0] for word in still_words(stage)]
    assert {*names} <= {*words}
