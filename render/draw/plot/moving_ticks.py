"""Ticks of a y axis whose limits change."""

from __future__ import annotations

from typing import Any

import numpy as np

from render.draw.artists import PaintedArtist, Pen
from render.draw.layers import Layers
from render.draw.plot.axes import Plot, level_ticks, tick_rows
from render.draw.text import LiveText
from render.draw.wording import Translated

SPARE_PX = 2  # at the right of a line of the text font
MIDDLE_EM = 0.36  # of a number above its baseline


class MovingTicks:
    """The level grid lines and the numbers beside them, as many as there are at a moment."""

    def __init__(self, layers: Layers, plot: Plot) -> None:
        self.plot = plot
        em = self.em = layers.type.ticks
        self.levels = np.zeros(0)
        pen = Pen(layers.theme.grid, layers.type.hair, cap="butt")
        area = plot.area

        def paint(renderer: Any) -> None:
            for y in self.levels:
                pen.draw(renderer, np.array([[area.left, y], [area.right, y]]))

        self.words: list[LiveText] = []
        if not layers.type.bare:
            right, rows = plot.y_right + SPARE_PX, tick_rows(area, em)
            options: dict[str, Any] = {"colour": layers.theme.muted, "mono": False, "right": True}
            self.words = [layers.live(right, 0.0, size=em, **options) for _ in range(rows + 3)]
        layers.move(PaintedArtist(paint, 0.5), *self.words)

    def move(self) -> None:
        """Bring them to the present limits of the axes."""
        low, high = self.plot.axes.get_ylim()
        values = level_ticks(low, high, self.plot.area, self.em)
        heights = self.plot.pixels(np.zeros(len(values)), values)[:, 1]
        self.levels = np.floor(heights) + 0.5
        texts = self.plot.y_ticks.texts_of(values)
        for words in self.words:
            words.text = ""
        for words, text, y in zip(self.words, texts, heights, strict=False):
            words.text, words.baseline = Translated(text), y - MIDDLE_EM * self.em
