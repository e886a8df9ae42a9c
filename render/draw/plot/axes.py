"""A flat plot: a thin grid, no box, the title above, labels in margins of a fixed width."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from render.cells import Cell
from render.draw.artists import PaintedArtist, Pen
from render.draw.layers import Layers
from render.draw.text import LiveText
from render.recording import Array

GUTTER_EM = (4.3, 3.1, 0.5, 2.2)  # left, bottom, right, top, in tick heights
TITLE_EM = 0.75  # of a title above its plot
POWERS_FROM = 1e5  # larger ticks are written in powers of ten
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Plot:
    """Axes, and the rectangle of pixels that they fill."""

    axes: Axes
    area: Cell
    titled_to: float  # where the title ends, in pixels
    titled_from: float  # where the words beside the title begin
    title_y: float

    def pixels(self, x: Array, y: Array) -> Array:
        """Pixels (..., 2) of data coordinates (...,) with the present limits of the axes."""
        area, (left, right), (low, high) = self.area, self.axes.get_xlim(), self.axes.get_ylim()
        if self.log:
            low, high = math.log10(low), math.log10(high)
            with np.errstate(divide="ignore", invalid="ignore"):
                y = np.log10(y)
        pixels = np.empty((*np.shape(x), 2))
        pixels[..., 0] = area.left + (x - left) * (area.width / (right - left))
        pixels[..., 1] = area.bottom + (y - low) * (area.height / (high - low))
        return pixels

    @property
    def log(self) -> bool:
        """Whether the y axis is logarithmic."""
        return self.axes.get_yscale() == "log"

    def clamp(self, at: Array, off: float = 0.0) -> tuple[Array, bool]:
        """The nearest pixel (2,) in the plot, and whether it differs from `at`.

        It is at least `off` pixels below the upper edge, so that the title above stays readable.
        """
        area = self.area
        if at[1] > area.top:
            area = area.inset(top=off)
        inside = at.clip((area.left, area.bottom), (area.right, area.top))
        return inside, bool((at != inside).any())

    def clamp_on_ray(self, at: Array) -> tuple[Array, bool]:
        """The last pixel (2,) in the plot on the line from its middle to `at`, as in `clamp`."""
        area = self.area
        middle = np.array([area.left + area.width / 2, area.bottom + area.height / 2])
        half = np.array([area.width / 2, area.height / 2])
        out = float(np.max(np.abs(at - middle) / half))
        return (at, False) if out <= 1 else (middle + (at - middle) / out, True)

    def beside_title(self, layers: Layers, colour: str) -> LiveText:
        """Live words of constant width in the title's row, right-aligned with the plot."""
        text = layers.live(self.area.right, self.title_y, colour=colour, right=True)
        text.set_visible(not layers.type.bare and self.titled_from < self.area.right)
        return text

    def legend(self, layers: Layers, text: str, colour: str) -> None:
        """A dashed sample and its name after the title, if there is room."""
        em = layers.type.ticks
        left, room = self.titled_to + 1.5 * em, self.titled_from - self.titled_to - 3 * em
        if 2.5 * em + layers.width(text, em) > room or layers.type.bare:
            return
        y = self.title_y + 0.3 * em
        sample = np.array([[left, y], [left + 2 * em, y]])
        pen = Pen(colour, layers.type.thin, dashes=layers.type.dash, cap="butt")
        layers.add(
            PaintedArtist(lambda renderer: pen.draw(renderer, sample)),
            layers.words(left + 2.5 * em, self.title_y, text, size=em, colour=layers.theme.muted),
        )


def plot(
    layers: Layers,
    cell: Cell,
    *,
    titles: tuple[str, ...],
    xlim: tuple[float, float],
    ylim: tuple[float, float],
    xlabel: str = "",
    ylabel: str = "",
    beside: str = "",
    log: bool = False,
    whole_x: float | None = None,
) -> Plot:
    """Empty axes in a cell.

    The first of the titles that fits beside the words of `beside` is written. `whole_x`:
    ticks at whole numbers only, up to that one.
    """
    em, theme = layers.type.ticks, layers.theme
    gutters = (0, 0, 0, 0) if layers.type.bare else tuple(g * em for g in GUTTER_EM)
    inner = cell.inset(*gutters)
    area = Cell(*(float(round(v)) for v in (inner.left, inner.bottom, inner.width, inner.height)))
    width, height = layers.figure.bbox.size
    axes = layers.figure.add_axes(
        (area.left / width, area.bottom / height, area.width / width, area.height / height)
    )
    axes.set_facecolor("none")
    axes.set(xlim=_apart(*xlim), ylim=_apart(*ylim), yscale="log" if log else "linear")
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.grid(True, which="major", color=theme.grid, linewidth=layers.type.hair, snap=True)
    axes.set_axisbelow(True)
    labelled = not layers.type.bare
    axes.tick_params(
        which="both", length=0, pad=0.5 * em, labelsize=em, labelcolor=theme.muted,
        labelleft=labelled, labelbottom=labelled,
    )  # fmt: skip
    _ticks(axes, area, em, log, whole_x)
    title_y = area.top + TITLE_EM * em
    beside_px = layers.width(beside, mono=True) if beside else 0
    if beside_px > area.width:  # else the title is not written
        beside_px = 0
    title = layers.fitting(titles, area.width - beside_px - em)
    if labelled:
        layers.add(layers.words(area.left, title_y, title))
        small: dict[str, Any] = {"size": em, "colour": theme.muted, "ha": "center"}
        middle_x, middle_y = area.left + area.width / 2, area.bottom + area.height / 2
        layers.add(layers.words(middle_x, cell.bottom + 0.25 * em, xlabel, **small))
        layers.add(
            layers.words(cell.left + 0.55 * em, middle_y, ylabel, va="center", rotation=90, **small)
        )
    return Plot(axes, area, area.left + layers.width(title), area.right - beside_px, title_y)


def _apart(low: float, high: float) -> tuple[float, float]:
    """Limits with `low < high`, even where all values are one number."""
    about = 1e-6 * abs(low) or 1.0
    return (low, high) if low != high else (low - about, high + about)


def _ticks(axes: Axes, area: Cell, em: float, log: bool, whole_x: float | None) -> None:
    columns = max(2, int(area.width / (3.2 * em)))
    rows = max(2, int(area.height / (2.4 * em)))
    steps = [1, 2, 5, 10]
    if whole_x is None:
        axes.xaxis.set_major_locator(MaxNLocator(columns, steps=steps))
    else:
        widest_em = 0.62 * len(f"{whole_x:.0f}") + 1.4
        most = max(2, int(area.width / (widest_em * em)))
        axes.xaxis.set_major_locator(FixedLocator(whole_ticks(whole_x, most)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: plain(v)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: plain(v)))
    if log:
        powers = decades(*axes.get_ylim(), rows)
        write = in_words if powers[0] >= -3 and powers[-1] <= 4 else in_powers
        axes.yaxis.set_major_locator(FixedLocator([10.0**power for power in powers]))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: write(v)))
    else:
        axes.yaxis.set_major_locator(MaxNLocator(rows, steps=steps))


def plain(value: float) -> str:
    """A tick with a true minus sign and only the digits that it needs."""
    if abs(value) < POWERS_FROM:
        return f"{value:.10g}".replace("-", "−")
    power = math.floor(math.log10(abs(value)))
    return f"{value / 10**power:.3g}·{in_powers(10.0**power)}".replace("-", "−")


def decades(low: float, high: float, most: int) -> list[int]:
    """Whole powers of ten between two values, evenly spaced, about `count` of them."""
    first, last = math.ceil(math.log10(low)), math.floor(math.log10(high))
    return list(range(first, last + 1, max(1, -(-(last - first) // most)))) or [first]


def in_words(value: float) -> str:
    """A power of ten written out: 0.01, 1000."""
    return f"{value:g}"


def in_powers(value: float) -> str:
    """A power of ten with its exponent: 10⁻⁹."""
    return f"10{str(round(math.log10(value))).translate(SUPERSCRIPTS)}"


def whole_ticks(last: float, most: int) -> list[int]:
    """Whole numbers from 0 to `last`, 1, 2, 5, 10 … apart, at most so many."""
    apart = next(
        step * 10**power
        for power in range(16)
        for step in (1, 2, 5)
        if last / (step * 10**power) <= most - 1
    )
    return list(range(0, int(last) + 1, apart))
