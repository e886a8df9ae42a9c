"""What a classifier decides: where its answer turns, which points it gets wrong, how many right."""

from __future__ import annotations

from typing import Any

import numpy as np

from render.draw.marks import Drawing, Pen, Stamp
from render.draw.page import Page
from render.draw.plot import Plot
from render.recording import Array

THRESHOLD = 0.5  # from this probability on the answer is 1
DIGITS = 2  # of the accuracy


class Boundary:
    """A line at the threshold, a ring around each wrong point, the accuracy in the title's row."""

    def __init__(self, page: Page, plot: Plot, x: Array, y: Array) -> None:
        self.plot, self.y = plot, y
        self.points = plot.pixels(x, y)  # (N, 2)
        self.wrong = np.zeros(len(y), bool)
        self.turns = np.zeros((0, 2, 2))
        theme, type_ = page.theme, page.type
        line = Pen(theme.prediction, type_.thin, dashes=type_.dash, cap="butt", clip=plot.area)
        ring = Stamp(0.42 * type_.text, "none", theme.text, 0.35 * type_.stroke)

        def paint(renderer: Any) -> None:
            for turn in self.turns:
                line.draw(renderer, turn)
            for point in self.points[self.wrong]:
                ring.draw(renderer, point)

        left = plot.titled_to + 1.5 * type_.ticks
        self.accuracy = page.live(left, plot.title_y, size=type_.ticks, colour=theme.muted)
        room = plot.titled_from - left - type_.ticks
        fits = page.width(self._words(1.0), type_.ticks, mono=True) <= room
        self.accuracy.set_visible(fits and not type_.bare)
        page.move(Drawing(paint, 13), self.accuracy)

    def move(self, along: Array, predicted: Array, answers: Array) -> None:
        """To a model that predicts `predicted` (M,) along the axis and `answers` (N,) at x."""
        self.wrong = (answers >= THRESHOLD) != (self.y >= THRESHOLD)
        self.accuracy.text = self._words(1 - float(self.wrong.mean()))
        above = predicted >= THRESHOLD
        after = np.flatnonzero(above[1:] != above[:-1])
        part = (THRESHOLD - predicted[after]) / (predicted[after + 1] - predicted[after])
        at = along[after] + part * (along[after + 1] - along[after])
        low, high = self.plot.axes.get_ylim()
        ends = [self.plot.pixels(at, np.full(len(at), y)) for y in (low, high)]
        self.turns = np.stack(ends, axis=1)

    def _words(self, accuracy: float) -> str:
        return f"accuracy {accuracy:.{DIGITS}f}"
