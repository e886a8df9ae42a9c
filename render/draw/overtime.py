"""Plots against the film's clock: their axis, and live words level with where curves end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from render.draw.layout import Cell
from render.draw.letters import LiveText
from render.draw.page import Page
from render.draw.plot import GUTTER_EM, Plot, plot
from render.draw.show import Show
from render.recording import Array
from render.run import Run

WIDEST = 0.5  # of a plot, for the words beside its curves
PITCH_EM = 1.35  # from one line of them to the next, in text heights
CLEAR = 2.3  # dot radii from the end of a curve to the words


def inner(page: Page, cell: Cell) -> Cell:
    """The rectangle that a plot in this cell fills."""
    if page.type.bare:
        return cell
    return cell.inset(*(gutter * page.type.ticks for gutter in GUTTER_EM))


def last_counted(show: Show) -> float:
    """Where on the clock's axis the longest run ends."""
    ends = [
        float(show.clock.shown(run.recording, np.asarray(float(run.recording.steps))))
        for run in show.scale
    ]
    return max(ends) or 1.0


def over_time(
    page: Page,
    cell: Cell,
    show: Show,
    *,
    titles: tuple[str, ...],
    ylim: tuple[float, float],
    beside: str = "",
    words_px: float = 0.0,
    log: bool = False,
) -> Plot:
    """Empty axes whose x is the film's clock, with room on the right for words of this width."""
    last, width = last_counted(show), inner(page, cell).width
    low = -0.02 * last
    clear = CLEAR * page.type.dot + words_px
    share = min(clear / width, WIDEST + 0.1)
    return plot(
        page, cell,
        titles=titles,
        beside=beside,
        xlim=(low, (last - share * low) / (1 - share)),
        ylim=ylim,
        xlabel=show.clock.unit,
        log=log,
        whole_x=last,
    )  # fmt: skip


def flies(run: Run) -> bool:
    """Whether a run ended higher than it started."""
    recording = run.recording
    return recording.broke_off or bool(recording.loss[-1] > recording.loss[0])


class Ends:
    """Lines of live words at the right of a plot, each about as high as its curve ends.

    Nothing is written where not all of them have room.
    """

    def __init__(
        self, page: Page, cell: Cell, lines: Sequence[tuple[str, ...]], size: float
    ) -> None:
        """Each line in several lengths, the longest first: all are written in the same one."""
        self.page, self.size, self.chosen = page, size, -1
        area, pitch = inner(page, cell), PITCH_EM * size
        if page.type.bare or not lines or len(lines) * pitch > area.height:
            self.width = 0.0
            return
        for length in range(len(lines[0])):
            wide = max(page.width(line[length], size, mono=True) for line in lines)
            if wide <= WIDEST * area.width:
                self.chosen, self.width = length, wide
                return
        self.width = 0.0

    def place(self, plot: Plot, last: float, heights: Array, colours: Sequence[str]) -> None:
        """Put them on the page beside `last`, near heights (N,) in pixels."""
        self.words: list[LiveText] = []
        if self.chosen < 0:
            return
        self._end_grid(plot, last)
        area, half = plot.area, 0.36 * self.size  # a line's middle above its baseline
        left = float(plot.pixels(np.array(last), np.array(1.0))[0])
        left += CLEAR * self.page.type.dot
        pitch = PITCH_EM * self.size
        levels = spread(heights, pitch, area.bottom + half, area.top - half)
        for level, colour in zip(levels, colours, strict=True):
            at = left, round(float(level) - half)
            self.words.append(self.page.live(*at, size=self.size, colour=colour))
        self.page.move(*self.words)

    def _end_grid(self, plot: Plot, last: float) -> None:
        """Level grid lines only as far as the curves: none runs through the words."""
        axes, page = plot.axes, self.page
        low, high = axes.get_ylim()
        levels = [y for y in axes.get_yticks() if low <= y <= high]
        axes.grid(False, axis="y")
        for y in levels:
            axes.plot(
                [axes.get_xlim()[0], last], [y, y],
                color=page.theme.grid, lw=page.type.hair, snap=True, zorder=0.5,
            )  # fmt: skip

    def write(self, lines: Sequence[tuple[str, ...]]) -> None:
        """Bring the words to a moment; each in the lengths it was set up with."""
        for words, line in zip(self.words, lines, strict=False):
            words.text = line[self.chosen]


def spread(wanted: Array, pitch: float, low: float, high: float) -> Array:
    """Heights (N,) as near as can be to the wanted ones, `pitch` apart.

    They keep their order; of equal ones the first is the highest.
    """
    order = np.lexsort((-np.arange(len(wanted)), wanted))
    piles: list[tuple[float, int]] = []  # of lines that touch: mean of their offsets, how many
    for i, at in enumerate(order):
        mean, count = float(np.clip(wanted[at], low, high)) - i * pitch, 1
        while piles and piles[-1][0] >= mean:
            below, many = piles.pop()
            mean = (mean * count + below * many) / (count + many)
            count += many
        piles.append((mean, count))
    offsets = np.repeat([mean for mean, _ in piles], [count for _, count in piles])
    offsets = offsets.clip(low, max(low, high - (len(wanted) - 1) * pitch))
    levels = np.empty(len(wanted))
    levels[order] = offsets + pitch * np.arange(len(wanted))
    return levels
