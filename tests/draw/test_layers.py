"""The layers' words: their widths, and how they are made to fit."""

from __future__ import annotations

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
