"""The layers' words: their widths, and how they are made to fit."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from render.cells import Type
from render.draw.layers import Layers
from render.draw.style import house_style
from tests.draw.stages import staged
from tests.sweeps import sweep

TITLES = (
    "Far from zero the valley narrows",
    "(N, 1) minus (N,) is not what you meant",
    "WAVE, AVA",
)
LARGEST, LEAST = 40.0, 28.0  # text heights in pixels


@pytest.mark.parametrize("title", sweep(TITLES))
def test_a_text_that_fits_at_some_size_is_never_cut(title):
    with house_style():
        stage, timeline = staged("slope")
        size = Type.of((1080, 1920))
        layers = Layers(stage.figure, stage.context.theme, size, timeline.cameras)
        least, most = layers.width(title, LEAST), layers.width(title, LARGEST)
        for room in np.linspace(least, 1.1 * most, 60):
            text, height = layers.shrunk(title, room, LARGEST, least=LEAST)
            assert text == title
            assert layers.width(text, height) <= room
            assert LEAST <= height <= LARGEST
            assert height > LARGEST - 1 or layers.width(text, height) > 0.95 * room
        cut, height = layers.shrunk(title, 0.8 * least, LARGEST, least=LEAST)
        assert cut.endswith("…")
        assert height == LEAST


@pytest.mark.parametrize("share", [0.99, 0.8, 0.5, 0.35])
def test_a_text_is_in_the_fewest_lines_and_these_are_as_even_as_can_be(share):
    """Among all ways to divide it into so many lines none has a shorter longest one."""
    with house_style():
        stage, _ = staged("slope")
        layers = stage.layers
        words = "Every step overshoots the valley and ends a little higher up on its other side"
        room = share * layers.width(words)
        lines = layers.wrapped(words, room)
        longest = max(map(layers.width, lines))
        assert " ".join(lines) == words
        assert longest <= room
        each = words.split()

        def least(count: int) -> float:
            """The longest of so many lines, where it is shortest."""
            cuts = (
                (0, *inner, len(each)) for inner in combinations(range(1, len(each)), count - 1)
            )
            return min(
                max(layers.width(" ".join(each[a:b])) for a, b in pairwise(cut)) for cut in cuts
            )

        assert least(len(lines) - 1) > room
        assert longest == pytest.approx(least(len(lines)))
