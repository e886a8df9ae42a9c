"""A flat plot: a thin grid, no box, the title above, labels in margins of a fixed width."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis, Tick, XAxis, XTick, YAxis, YTick
from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator, NullFormatter, NullLocator

from render.cells import MIN_PX, Cell
from render.draw.artists import PaintedArtist, Pen
from render.draw.layers import Layers
from render.draw.numbers import TickLabels, tick_labels
from render.draw.prints import Prints, inputs_of
from render.draw.text import LiveText
from render.draw.wording import Translated, extended
from render.numerals import power_of_ten
from render.phrases import Phrase, joined, phrase
from render.recording import Array

GUTTER_EM = (4.3, 3.1, 0.5, 2.2)  # left, bottom, right, top, in tick heights
TITLE_EM = 0.75  # of a title above its plot
TICK_PAD_EM = 0.5  # from the plot to its ticks
NAMED_PAD_EM = 0.35  # to its y ticks where the axis has a name beside them
NAME_EM = 1.3  # of the left gutter, for the name of the y axis
TICK_GAP_EM = 0.6  # between two ticks
TICK_ROW_EM = 1.2  # from a tick of a y axis to the next one
OVER_EM = 0.8  # a tick may stand out so far over the cell's right edge
BESIDE_EM = 1.6  # from the left and the lower edge of a cell to what is beside or above a name
AROUND_EM = 8.0  # no number of an axis is further outside its plot
SHORTEST_EM = 4.0  # a shorter name says nothing
SLACK = 1e-10  # of the length of an axis: a tick that is so far outside is on its end
TINY = 1e-200  # Matplotlib takes a range of numbers not much smaller for 0
LOSS = phrase("loss")
UNIT = re.compile(r"\s*[(\[][^()\[\]]*[)\]]$")  # at the end of a name
STEPS = (1, 2, 5, 10)  # between two ticks, times a power of ten


@dataclass(frozen=True)
class Plot:
    """Axes, and the rectangle of pixels that they fill."""

    axes: Axes
    area: Cell
    titled_to: float  # where the title ends, in pixels
    titled_from: float  # where the words beside the title begin
    title_y: float
    x_ticks: TickLabels
    y_ticks: TickLabels
    y_right: float  # where the numbers of the y axis end

    def pixels(self, x: Array, y: Array) -> Array:
        """Pixels (..., 2) of data coordinates (...,) with the present limits of the axes."""
        area, (left, right, low, high, log) = self.area, self._limits
        if log:
            with np.errstate(divide="ignore", invalid="ignore"):
                y = np.log10(y)
        pixels = np.empty((*np.shape(x), 2))
        pixels[..., 0] = area.left + (x - left) * (area.width / (right - left))
        pixels[..., 1] = area.bottom + (y - low) * (area.height / (high - low))
        return pixels

    def limit(self, low: float, high: float) -> None:
        """Change the limits of y."""
        if (low, high) != self._limits[2:4]:
            self.axes.set_ylim(low, high)
            vars(self).pop("_limits")

    @cached_property
    def _limits(self) -> tuple[float, float, float, float, bool]:
        """Left, right, low and high, the latter two as logarithms, and whether they are.

        Kept, since a frame asks ten times, and Matplotlib looks each time whether they are stale.
        """
        (left, right), (low, high) = self.axes.get_xlim(), self.axes.get_ylim()
        if self.log:
            low, high = math.log10(low), math.log10(high)
        return left, right, low, high, self.log

    @property
    def log(self) -> bool:
        """Whether the y axis is logarithmic."""
        return self.axes.get_yscale() == "log"

    def clamp(self, at: Array, off: float = 0.0) -> tuple[Array, bool]:
        """The nearest pixel (2,) in the plot, and whether it differs from `at`.

        It is at least `off` pixels below the upper edge, so that the title above stays readable.
        """
        area = self.area
        if area.holds(at):
            return at, False
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

    def beside_title(self, layers: Layers, colour: str, size: float | None = None) -> LiveText:
        """Live words of constant width in the title's row, right-aligned with the plot."""
        text = layers.live(self.area.right, self.title_y, size=size, colour=colour, right=True)
        text.set_visible(not layers.type.bare and self.titled_from < self.area.right)
        return text

    def legend(self, layers: Layers, names: tuple[str, ...], colour: str) -> bool:
        """A dashed sample and the first of its names that has room after the title, if any has.

        Returns whether one has, or no words are asked for.
        """
        em = layers.type.ticks
        left = self.titled_to + 1.5 * em
        room = self.titled_from - self.titled_to
        text = next((name for name in names if legend_px(layers, name) <= room), "")
        if not text or layers.type.bare:
            return layers.type.bare
        y = self.title_y + 0.3 * em
        sample = np.array([[left, y], [left + 2 * em, y]])
        pen = Pen(colour, layers.type.thin, dashes=layers.type.dash, cap="butt")
        layers.add(
            PaintedArtist(lambda renderer: pen.draw(renderer, sample)),
            layers.words(left + 2.5 * em, self.title_y, text, size=em, colour=layers.theme.muted),
        )
        return True


class _Tickless(Axis):
    """An axis that makes ticks only for who asks for them.

    They take Matplotlib longer than all else of a plot.
    """

    majorTicks: Any = ()
    minorTicks: Any = ()

    def get_major_ticks(self, numticks: int | None = None) -> list[Tick]:
        if not self.majorTicks:
            vars(Axis)["majorTicks"].__get__(self, Axis)  # which puts the first one there
        return super().get_major_ticks(numticks)

    def get_minor_ticks(self, numticks: int | None = None) -> list[Tick]:
        if not self.minorTicks:
            vars(Axis)["minorTicks"].__get__(self, Axis)
        return super().get_minor_ticks(numticks)


class _XAxis(_Tickless, XAxis):
    pass


class _YAxis(_Tickless, YAxis):
    pass


class PlotAxes(Axes):
    """Axes for what is plotted alone: `Ruling` draws the grid and the numbers."""

    def _init_axis(self) -> None:
        self.xaxis, self.yaxis = _XAxis(self, clear=False), _YAxis(self, clear=False)
        for axis, sides in ((self.xaxis, ("bottom", "top")), (self.yaxis, ("left", "right"))):
            for side in sides:
                self.spines[side].register_axis(axis)


class Ruling(PaintedArtist):
    """The grid and the numbers of an axis, as Matplotlib's axis would draw them.

    One tick walks along the axis. An axis has one for each number, and measures all of them
    for a name that it doesn't have.
    """

    def __init__(
        self, axis: XAxis | YAxis, prints: Prints, area: Cell, around: float, **look: Any
    ) -> None:
        """`look`: as the options of a tick. All is at most `around` pixels outside the `area`."""
        super().__init__(self._paint, zorder=0.5)  # below all that is plotted
        self.axis, self.prints, self.area, self.around, self.look = axis, prints, area, around, look

    @cached_property
    def tick(self) -> Tick:
        """The tick that walks."""
        axis = self.axis
        kind = XTick if isinstance(axis, XAxis) else YTick
        grid = axis.get_tick_params(which="major").get("gridOn", False)
        tick: Tick = kind(axis.axes, 0, gridOn=grid, size=0, **self.look)
        tick.gridline.set_clip_path(axis.axes.patch)
        return tick

    def _paint(self, renderer: Any) -> None:
        axis, look = self.axis, self.look
        places = [float(place) for place in axis.get_majorticklocs()]
        texts = axis.get_major_formatter().format_ticks(places)
        limits = [float(end) for end in axis.get_view_interval()]
        scale, grid = axis.get_scale(), axis.get_tick_params(which="major").get("gridOn", False)
        inputs = inputs_of(axis.axis_name, places, texts, limits, scale, grid, look, self.area)

        def within() -> Cell:
            return self.area.inset(*[-self.around] * 4)

        self.prints.draw(renderer, inputs, within, partial(self._walk, places, texts))

    def _walk(self, places: Sequence[float], texts: Sequence[str], renderer: Any) -> None:
        axis, tick = self.axis, self.tick
        low, high = sorted(axis.get_transform().transform(axis.get_view_interval()))
        slack = SLACK * (high - low)
        for place, text in zip(places, texts, strict=True):
            if low - slack <= axis.get_transform().transform(place) <= high + slack:
                tick.update_position(place)
                tick.label1.set_text(text)
                tick.gridline.draw(renderer)
                tick.label1.draw(renderer)


def legend_px(layers: Layers, text: str) -> float:
    """The room that a legend takes between a title and the words at the right, in pixels."""
    return 5.5 * layers.type.ticks + layers.width(text, layers.type.ticks)


def plot(
    layers: Layers,
    cell: Cell,
    *,
    titles: tuple[str, ...],
    xlim: tuple[float, float],
    ylim: tuple[float, float],
    xlabel: str = "",
    xnote: str = "",
    ylabel: str = "",
    yname: str = LOSS,
    beside: str = "",
    beside_size: float | None = None,
    log: bool = False,
    floor: float | None = None,
    first_ylim: tuple[float, float] | None = None,
    whole_x: float | None = None,
) -> Plot:
    """Empty axes in a cell.

    The first of the titles that fits beside the words of `beside` is written. A label that is
    too long is set smaller or shortened, but not the `xnote` after that of x. `yname` is what y
    is called where there is no label and the ticks need one. `whole_x`: ticks at whole numbers
    only, up to that one. `floor`: what is lower on a logarithmic axis is drawn at this power
    of ten, and its tick says so. `first_ylim`: the limits of y change from these to `ylim`, so
    its ticks are drawn by MovingTicks.
    """
    em, theme = layers.type.ticks, layers.theme
    area = area_of(layers, cell)
    width, height = layers.figure.bbox.size
    place = (area.left / width, area.bottom / height, area.width / width, area.height / height)
    axes = layers.figure.add_axes(PlotAxes(layers.figure, place))
    axes.set_title("", y=1.0)  # its place is not searched for
    axes.set_facecolor("none")
    axes.set(xlim=_apart(*xlim), ylim=_apart(*ylim), yscale="log" if log else "linear")
    axes.set_axis_off()
    axes.grid(True, which="major")
    labelled = not layers.type.bare
    plain = not xlabel and whole_x is not None  # no place to say in what they are counted
    x_ticks = _x_ticks(layers, axes, area, cell.right, whole_x, plain)
    if log:
        y_ticks = _log_ticks(axes, area, em, floor)
    else:
        y_ticks = _y_ticks(layers, axes, area, bool(ylabel), first_ylim)
    pad = (NAMED_PAD_EM if ylabel or y_ticks.base else TICK_PAD_EM) * em
    y_right = area.left - pad
    look: dict[str, Any] = {
        "labelsize": em, "labelcolor": theme.muted, "label1On": labelled,
        "grid_color": theme.grid, "grid_linewidth": layers.type.hair, "grid_snap": True,
    }  # fmt: skip
    printed = layers.prints, area, AROUND_EM * em
    axes.add_artist(Ruling(axes.xaxis, *printed, pad=TICK_PAD_EM * em, **look))
    axes.add_artist(Ruling(axes.yaxis, *printed, pad=pad, **look))
    _clear_corner(layers, axes, area, y_right)
    title_y = area.top + TITLE_EM * em
    beside_px = layers.width(beside, beside_size, mono=True) if beside else 0
    if beside_px > area.width:  # else the title is not written
        beside_px = 0
    title = layers.fitting(titles, area.width - beside_px - em)
    if labelled:
        layers.add(layers.words(area.left, title_y, title))
        small: dict[str, Any] = {"colour": theme.muted, "ha": "center"}
        middle_x, middle_y = area.left + area.width / 2, area.bottom + area.height / 2
        note = joined("", [x_ticks.named(""), ",  " if xnote else "", xnote])
        room = 2 * min(middle_x - cell.left, cell.right - middle_x)
        text, size = axis_name(layers, xlabel, note, room)
        layers.add(layers.words(middle_x, cell.bottom + 0.25 * em, text, size=size, **small))
        clear = middle_x - layers.width(text, size) / 2 > cell.left + BESIDE_EM * em
        lowest = cell.bottom + (0.0 if clear else BESIDE_EM * em)
        base = replace(y_ticks, power=0).named("")
        name = ylabel or (yname if base else "")
        # A long name goes on beside the title, and beside the numbers of x.
        text, size = axis_name(layers, name, base, cell.top - lowest)
        half = layers.width(text, size) / 2
        middle_y = min(max(middle_y, lowest + half), cell.top - half)
        left = cell.left + 0.55 * em
        layers.add(layers.words(left, middle_y, text, size=size, va="center", rotation=90, **small))
        small["ha"] = "right"
        layers.add(layers.words(y_right, title_y, y_ticks.factor, size=em, **small))
    titled_from = area.right - beside_px
    titled_to = area.left + layers.width(title)
    return Plot(axes, area, titled_to, titled_from, title_y, x_ticks, y_ticks, y_right)


def axis_name(layers: Layers, name: str, note: str, room: float) -> tuple[str, float]:
    """A label that fits, with its size: smaller, or with a shorter name, but with its whole note.

    The name's unit in brackets goes first. Where not even the note fits it is left out.
    """
    em, least = layers.type.ticks, min(layers.type.ticks, MIN_PX)
    note = layers.wording.translated(note) if isinstance(note, Phrase) else note
    full = extended(layers.wording.translated(name), note)
    wide = layers.width(full, em)
    if wide <= room:
        return full, em
    size = max(least, em * room / wide)
    if layers.width(full, size) <= room:
        return full, size
    symbol = name.fields.get("name") if isinstance(name, Phrase) else None
    if symbol and layers.width(symbol + note, least) <= room:  # `w2` says more than `weig…`
        return Translated(symbol + note), least
    bare = UNIT.sub("", layers.wording.translated(name))
    if bare and layers.width(extended(Translated(bare), note), least) <= room:
        return extended(Translated(bare), note), least
    left = room - layers.width(note, least)
    if not note or left < SHORTEST_EM * least:
        return layers.shrunk(name, room, em, least)
    short, size = layers.shrunk(name, left, least, least)
    return extended(short, note), size


def area_of(layers: Layers, cell: Cell) -> Cell:
    """The rectangle that the axes of a plot in a cell fill, in whole pixels."""
    em = layers.type.ticks
    gutters = (0, 0, 0, 0) if layers.type.bare else tuple(g * em for g in GUTTER_EM)
    inner = cell.inset(*gutters)
    return Cell(*(float(round(v)) for v in (inner.left, inner.bottom, inner.width, inner.height)))


def _apart(low: float, high: float) -> tuple[float, float]:
    """Limits with `low < high`, even where all values are one number."""
    about = 1e-6 * abs(low) or 1.0
    return (low, high) if low != high else (low - about, high + about)


def ticks_between(low: float, high: float, most: int) -> Array:
    """About `most` round numbers (N,) from `low` to `high`, both ends included."""
    unit = 1e200 if max(abs(low), abs(high)) < TINY else 1.0
    values = np.asarray(MaxNLocator(most, steps=STEPS).tick_values(low * unit, high * unit)) / unit
    slack = 1e-9 * (high - low)
    return values[(values >= low - slack) & (values <= high + slack)]


def _x_ticks(
    layers: Layers, axes: Axes, area: Cell, right: float, whole: float | None, plain: bool
) -> TickLabels:
    """Put ticks along x that don't touch one another, and stay in the cell that ends at `right`.

    `plain`: numbers as they are, not thousands or millions.
    """
    em, (low, high) = layers.type.ticks, axes.get_xlim()
    labels, values = TickLabels(()), np.zeros(0)
    if whole is None:
        most = max(2, int(area.width / (3.2 * em)))
    else:
        widest_em = 0.62 * len(f"{whole:.0f}") + 1.4
        most = max(2, int(area.width / (widest_em * em)))
    for count in range(most, 0, -1):
        if whole is None:
            values = ticks_between(low, high, count)
        else:
            values = np.array(whole_ticks(whole, max(count, 2)), dtype=float)
        pitch = float(np.diff(values).min(initial=high - low)) * area.width / (high - low)

        def fits(text: str, room: float = pitch - TICK_GAP_EM * em) -> bool:
            return layers.width(Translated(text), em) <= room

        labels = tick_labels(values, (lambda text: True) if plain else fits)
        if len(values) < 3 or all(map(fits, labels.texts)):
            break
    else:  # not even the fewest round numbers have room
        widest = max(layers.width(Translated(text), em) for text in labels.texts)
        values = _every(values, widest + TICK_GAP_EM * em, pitch)
        labels = tick_labels(values, lambda text: True)
    ends = area.left + (values - low) * (area.width / (high - low))
    texts = [
        text if x + layers.width(Translated(text), em) / 2 <= right + OVER_EM * em else ""
        for text, x in zip(labels.texts, ends.tolist(), strict=True)
    ]
    axes.xaxis.set_major_locator(FixedLocator(values.tolist()))
    axes.xaxis.set_major_formatter(FixedFormatter(texts))
    return labels


def _clear_corner(layers: Layers, axes: Axes, area: Cell, y_right: float) -> None:
    """Leave out a number of x that would touch one of y in the lower left corner."""
    em, (left, right), (low, _) = layers.type.ticks, axes.get_xlim(), axes.get_ylim()
    if low not in axes.get_yticks():
        return
    at = area.left + (axes.get_xticks() - left) * (area.width / (right - left))
    texts = [*axes.xaxis.get_major_formatter().seq]  # type: ignore[attr-defined]
    clear = [
        x - layers.width(Translated(t), em) / 2 > y_right for x, t in zip(at, texts, strict=True)
    ]
    axes.xaxis.set_major_formatter(
        FixedFormatter([text if free else "" for text, free in zip(texts, clear, strict=True)])
    )


def level_ticks(low: float, high: float, area: Cell, em: float) -> Array:
    """Round numbers (N,) for a y axis from `low` to `high` whose labels don't touch."""
    values = ticks_between(low, high, tick_rows(area, em))
    return _sparse(values, values / (high - low) * area.height, em)


def tick_rows(area: Cell, em: float) -> int:
    """About how many ticks a y axis has."""
    return max(2, int(area.height / (2.4 * em)))


def _sparse(values: Array, heights: Array, em: float) -> Array:
    """As many of evenly spaced ticks (N,), at these pixels, as don't touch one another.

    Round numbers are at least two, however low the plot is.
    """
    return _every(values, TICK_ROW_EM * em, float(np.diff(heights).min(initial=np.inf)))


def _every(values: Array, room: float, pitch: float) -> Array:
    """As many of ticks (N,), `pitch` pixels apart, as have `room` pixels each."""
    every = max(1, math.ceil(room / pitch))
    return max((values[first::every] for first in range(every)), key=len)


def _y_ticks(
    layers: Layers, axes: Axes, area: Cell, named: bool, first: tuple[float, float] | None
) -> TickLabels:
    """Put ticks along y that leave room for the axis's name."""
    em = layers.type.ticks
    values = level_ticks(*axes.get_ylim(), area, em)
    if first:
        values = np.union1d(values, level_ticks(*first, area, em))

    def labels_in(room_em: float) -> TickLabels:
        return tick_labels(values, lambda text: layers.width(Translated(text), em) <= room_em * em)

    beside_name = GUTTER_EM[0] - NAMED_PAD_EM - NAME_EM
    labels = labels_in(beside_name if named else GUTTER_EM[0] - TICK_PAD_EM)
    if labels.base and not named:
        labels = labels_in(beside_name)
    if first:
        axes.yaxis.set_major_locator(NullLocator())
        return labels
    axes.yaxis.set_major_locator(FixedLocator(values.tolist()))
    axes.yaxis.set_major_formatter(FixedFormatter([*labels.texts]))
    return labels


def _log_ticks(axes: Axes, area: Cell, em: float, floor: float | None) -> TickLabels:
    """Put ticks at whole powers of ten along y, the first at the floor if there is one."""
    low, high = axes.get_ylim()
    low = low if floor is None else 0.999 * floor
    every = np.array(decades(low, high, tick_rows(area, em)))
    heights = every / (math.log10(high) - math.log10(low)) * area.height
    powers = [int(power) for power in _sparse(every, heights, em)]
    write = in_words if powers[0] >= -3 and powers[-1] <= 4 else power_of_ten
    axes.yaxis.set_major_locator(FixedLocator([10.0**power for power in powers]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_formatter(NullFormatter())
    marks = [write(power) for power in powers]
    if floor is not None:
        marks[0] = f"≤ {marks[0]}"
    texts = tuple(marks)
    axes.yaxis.set_major_formatter(FixedFormatter([*texts]))
    return TickLabels(texts)


def decades(low: float, high: float, most: int) -> list[int]:
    """Whole powers of ten between two values, evenly spaced, at most about `most`."""
    first, last = math.ceil(math.log10(low)), math.floor(math.log10(high))
    return list(range(first, last + 1, max(1, -(-(last - first) // most)))) or [first]


def in_words(power: int) -> str:
    """A power of ten written out: 0.01, 1000."""
    return f"{10.0**power:g}"


def whole_ticks(last: float, most: int) -> list[int]:
    """Whole numbers from 0 to `last`, 1, 2, 5, 10 … apart, at most so many."""
    apart = next(
        step * 10**power
        for power in range(16)
        for step in (1, 2, 5)
        if last / (step * 10**power) <= most - 1
    )
    return list(range(0, int(last) + 1, apart))
