"""A flat plot in the house's look: thin grid, no box, title above, labels in fixed gutters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from render.draw.layout import Cell
from render.draw.marks import words
from render.draw.style import MONO, SANS, Type
from render.draw.themes.base import Theme
from render.recording import Array

GUTTER_EM = (3.3, 3.1, 0.5, 2.2)  # left, bottom, right, top, in tick heights


@dataclass(frozen=True)
class Plot:
    """Axes and the rectangle of pixels they fill."""

    axes: Axes
    area: Cell
    cell: Cell

    def pixels(self, x: Array, y: Array) -> Array:
        """Pixels (..., 2) of data coordinates (...,)."""
        flat = np.stack([np.ravel(x), np.ravel(y)], axis=-1)
        return np.asarray(self.axes.transData.transform(flat)).reshape(*np.shape(x), 2)

    def held(self, at: Array) -> tuple[Array, bool]:
        """A pixel (2,) held inside the plot, and whether it had to be."""
        area = self.area
        inside = at.clip((area.left, area.bottom), (area.right, area.top))
        return inside, bool((at != inside).any())


def plot(
    figure: Figure,
    cell: Cell,
    theme: Theme,
    type_: Type,
    *,
    title: str,
    xlim: tuple[float, float],
    ylim: tuple[float, float],
    xlabel: str = "",
    ylabel: str = "",
    log: bool = False,
    whole_x: float | None = None,
) -> Plot:
    """Empty axes in a cell. `whole_x`: ticks at whole numbers only, up to that one."""
    em = type_.ticks
    left, bottom, right, top = (g * em for g in GUTTER_EM)
    area = cell.inset(left, bottom, right, top)
    area = Cell(*(float(round(v)) for v in (area.left, area.bottom, area.width, area.height)))
    width, height = figure.bbox.size
    axes = figure.add_axes(
        (area.left / width, area.bottom / height, area.width / width, area.height / height)
    )
    axes.set_facecolor("none")
    axes.set(xlim=xlim, ylim=ylim, yscale="log" if log else "linear")
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(
        which="both", length=0, pad=0.5 * em, labelsize=type_.ticks, labelcolor=theme.muted
    )
    axes.grid(True, which="major", color=theme.grid, linewidth=type_.hair, snap=True)
    axes.set_axisbelow(True)
    columns = max(2, int(area.width / (3.5 * em)))
    rows = max(2, int(area.height / (2.4 * em)))
    axes.xaxis.set_major_locator(
        MaxNLocator(columns, steps=[1, 2, 5, 10], integer=whole_x is not None)
    )
    if whole_x is not None:
        limit = whole_x
        axes.xaxis.set_major_formatter(
            FuncFormatter(lambda v, _: f"{v:.0f}" if 0 <= v <= limit else "")
        )
    if log:
        axes.yaxis.set_major_locator(LogLocator(numticks=rows + 1))
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: short(v)))
    else:
        axes.yaxis.set_major_locator(MaxNLocator(rows, steps=[1, 2, 5, 10]))
    if xlabel:
        y = cell.bottom + 0.25 * em
        figure.add_artist(
            words(
                area.left + area.width / 2, y, xlabel,
                size=type_.ticks, colour=theme.muted, family=SANS, ha="center",
            )
        )  # fmt: skip
    if ylabel:
        middle = area.bottom + area.height / 2
        figure.add_artist(
            words(
                cell.left + 0.7 * em, middle, ylabel,
                size=type_.ticks, colour=theme.muted, family=SANS,
                ha="center", va="center", rotation=90,
            )
        )  # fmt: skip
    title_words = words(
        area.left, area.top + 0.75 * em, title, size=type_.text, colour=theme.text, family=SANS
    )
    figure.add_artist(title_words)
    return Plot(axes, area, cell)


def beside_title(plot_: Plot, theme: Theme, type_: Type, text: str, colour: str) -> Text:
    """Live words in the title's row, right-aligned with the plot; constant width is the caller's."""
    return words(
        plot_.area.right, plot_.area.top + 0.75 * type_.ticks, text,
        size=type_.text, colour=colour, family=MONO, ha="right",
    )  # fmt: skip


def short(value: float) -> str:
    """A tick of a logarithmic axis: 0.01, 1, 100, and powers of ten beyond."""
    power = round(np.log10(value))
    if -3 <= power <= 4:
        return f"{value:g}"
    return f"10{str(power).translate(SUPERSCRIPTS)}"


SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
