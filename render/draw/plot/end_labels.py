"""Live words at the right ends of curves, which don't overlap."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from render.cells import Cell
from render.draw.layers import Layers
from render.draw.plot.axes import Plot, area_of
from render.draw.plot.over_time import LABEL_GAP, MAX_LABEL_SHARE
from render.draw.text import LiveText
from render.recording import Array

PITCH_EM = 1.35  # from one line to the next, in text heights


class EndLabels:
    """Lines of live words at the right of a plot, each about as high as the end of its curve.

    If there is no room for all of them, none is written.
    """

    def __init__(
        self, layers: Layers, cell: Cell, lines: Sequence[tuple[str, ...]], size: float
    ) -> None:
        """`lines`: each line in several lengths, the longest first; all lines use the same one."""
        self.layers, self.size, self.chosen = layers, size, -1
        area, pitch = area_of(layers, cell), PITCH_EM * size
        if layers.type.bare or not lines or len(lines) * pitch > area.height:
            self.width = 0.0
            return
        for length in range(len(lines[0])):
            wide = max(layers.width(line[length], size, mono=True) for line in lines)
            if wide <= MAX_LABEL_SHARE * area.width:
                self.chosen, self.width = length, wide
                return
        self.width = 0.0

    def place(self, plot: Plot, last: float, heights: Array, colours: Sequence[str]) -> None:
        """Add them to the moving layer beside `last`, near heights (N,) in pixels."""
        self.words: list[LiveText] = []
        if self.chosen < 0:
            return
        self._end_grid(plot, last)
        area, half = plot.area, 0.36 * self.size  # a line's middle above its baseline
        left = float(plot.pixels(np.array(last), np.array(1.0))[0])
        left += LABEL_GAP * self.layers.type.dot
        pitch = PITCH_EM * self.size
        levels = spread(heights, pitch, area.bottom + half, area.top - half)
        for level, colour in zip(levels, colours, strict=True):
            at = left, round(float(level) - half)
            self.words.append(self.layers.live(*at, size=self.size, colour=colour))
        self.layers.move(*self.words)

    def _end_grid(self, plot: Plot, last: float) -> None:
        """End the level grid lines where the curves end, so that none crosses the words."""
        axes, layers = plot.axes, self.layers
        low, high = axes.get_ylim()
        levels = [y for y in axes.get_yticks() if low <= y <= high]
        axes.grid(False, axis="y")
        for y in levels:
            axes.plot(
                [axes.get_xlim()[0], last], [y, y],
                color=layers.theme.grid, lw=layers.type.hair, snap=True, zorder=0.5,
            )  # fmt: skip

    def write(self, lines: Sequence[tuple[str, ...]]) -> None:
        """Write new words, each in the lengths of the set-up."""
        for words, line in zip(self.words, lines, strict=False):
            words.text = line[self.chosen]


def spread(heights: Array, pitch: float, low: float, high: float) -> Array:
    """The nearest heights (N,) to these that are at least `pitch` apart.

    They keep their order; of equal ones the first is the highest.
    """
    order = np.lexsort((-np.arange(len(heights)), heights))
    groups: list[tuple[float, int]] = []  # of lines that touch: mean of their offsets, how many
    for i, at in enumerate(order):
        mean, count = float(np.clip(heights[at], low, high)) - i * pitch, 1
        while groups and groups[-1][0] >= mean:
            below, many = groups.pop()
            mean = (mean * count + below * many) / (count + many)
            count += many
        groups.append((mean, count))
    offsets = np.repeat([mean for mean, _ in groups], [count for _, count in groups])
    offsets = offsets.clip(low, max(low, high - (len(heights) - 1) * pitch))
    levels = np.empty(len(heights))
    levels[order] = offsets + pitch * np.arange(len(heights))
    return levels
