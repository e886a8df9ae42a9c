"""A map of runs in a cell: a colour for how each ends, its axes, its legend, the known limit."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist

from render.cells import Cell
from render.config.map import MapAxis
from render.config.theme import Theme, rgb
from render.draw.artists import PLAIN, PaintedArtist, Pen, Stamp
from render.draw.layers import Layers
from render.draw.lister import Lister
from render.draw.plot import legend
from render.draw.plot.axes import axis_name, ticks_between
from render.draw.plot.contours import colormap
from render.learn.map.ragged import dimension
from render.learn.map.result import CONVERGED, WORDS, RunMap
from render.numerals import MAX_FIXED, fixed, power_of_ten, significant
from render.phrases import Phrase, phrase
from render.recording import Array, Pixels

LEFT_EM, BELOW_EM, RIGHT_EM, ABOVE_EM = 4.6, 3.0, 0.9, 2.0  # around the area, in tick heights
RAMP_EM, SWATCH_EM = 5.0, 1.1  # the width of the scale of epochs, and of a swatch
BESIDE_EM, MOST_TICKS = 2.3, 8  # beside ticks, for the name of their axis; of them, at most
WINDOW_EM = 1.7  # of the row that says which window it is
SHADES = 256
COARSE = 6  # shades that are one on a page, which has room for 256 colours
PATTERN_EM = 0.75  # from one stroke of a pattern to the next, in tick heights
HUES = {  # of the colours of runs, and how much of the background is mixed in
    "converging": (7, 0.45),
    "slow": (7, 0.7),
    "oscillating": (0, 0.0),
    "stuck": (4, 0.1),
    "diverged": (2, 0.4),
}
PATTERN_STRENGTH = 0.38  # of the background, in the strokes of a pattern


def names_of_verdicts() -> dict[str, Phrase]:
    """The words in legends."""
    return {
        "converged": phrase("converged"),
        "converging": phrase("converging"),
        "slow": phrase("slow"),
        "oscillating": phrase("oscillating"),
        "stuck": phrase("stuck"),
        "diverged": phrase("diverged"),
    }


@dataclass(frozen=True)
class Palette:
    """The colours of a map: a scale for epochs, a colour and a pattern for each other verdict."""

    scale: npt.NDArray[np.uint8]  # (SHADES, 3), from few epochs to all
    verdicts: npt.NDArray[np.uint8]  # (V, 3)
    strokes: npt.NDArray[np.uint8]  # (V, 3) of the pattern
    longest: float  # epochs at the end of the scale
    shortest: float

    @classmethod
    def of(cls, theme: Theme, run_map: RunMap) -> Palette:
        """The colours in a theme; the scale ends where the map's slowest run has converged."""
        ground = np.array(rgb(theme.background[:7]), float)
        if theme.clear:
            ground = np.array([255.0, 255.0, 255.0])
        scale = np.asarray(colormap(theme)(np.linspace(1, 0, SHADES)))[:, :3] * 255
        colours = np.zeros((len(WORDS), 3))
        for code, word in enumerate(WORDS):
            if word in HUES:
                which, share = HUES[word]
                own = np.array(rgb(theme.runs[which]), float)
                colours[code] = own * (1 - share) + ground * share
        dark = colours.mean(axis=1, keepdims=True) < 110
        towards = np.where(dark, 255.0, 0.0)
        strokes = colours * (1 - PATTERN_STRENGTH) + towards * PATTERN_STRENGTH
        epochs = np.concatenate([one.epochs.ravel() for one in run_map.windows])
        known = epochs[np.isfinite(epochs)]
        shortest = max(float(known.min()), 1.0) if len(known) else 1.0
        longest = float(known.max()) if len(known) else 1.0

        def whole(table: Array) -> npt.NDArray[np.uint8]:
            return np.rint(table).astype(np.uint8)

        return cls(whole(scale), whole(colours), whole(strokes), max(longest, shortest), shortest)

    def share(self, epochs: Array) -> Array:
        """Where on the scale numbers of epochs (...,) are: 0 for the fewest, 1 for the most."""
        if self.longest <= self.shortest:
            return np.zeros(np.shape(epochs))
        with np.errstate(all="ignore"):
            at = np.log(np.maximum(epochs, self.shortest) / self.shortest)
        return np.asarray(at / math.log(self.longest / self.shortest))

    def picture(
        self, verdict: npt.NDArray[np.uint8], epochs: Array, pitch: int, coarse: int = 1
    ) -> Pixels:
        """The colours (H, W, 4) of runs, with a pattern whose strokes are `pitch` pixels apart.

        With `coarse`, so many shades of the scale are one.
        """
        colours = self.verdicts[verdict]
        for code in range(len(WORDS)):
            stroke = pattern(WORDS[code], verdict.shape, pitch) & (verdict == code)
            colours[stroke] = self.strokes[code]
        done = verdict == CONVERGED
        shade = np.rint(np.nan_to_num(self.share(epochs)) * (SHADES - 1)).astype(int)
        shade = shade // coarse * coarse
        colours[done] = self.scale[shade[done].clip(0, SHADES - 1)]
        opaque = np.full((*verdict.shape, 1), 255, np.uint8)
        return np.ascontiguousarray(np.concatenate([colours, opaque], axis=-1))


def pattern(word: str, shape: tuple[int, ...], pitch: int) -> npt.NDArray[np.bool_]:
    """Where the strokes (H, W) of a verdict's pattern are: also without colour it says which."""
    rows, columns = np.indices(shape)
    wide = max(1, pitch // 5)
    rules: dict[str, Callable[[], Any]] = {
        "diverged": lambda: (rows + columns) % pitch < wide,
        "oscillating": lambda: (rows % pitch < 2 * wide) & (columns % pitch < 2 * wide),
        "slow": lambda: rows % pitch < wide,
        "stuck": lambda: ((rows + columns) % pitch < wide) | ((rows - columns) % pitch < wide),
    }
    return np.asarray(rules[word]()) if word in rules else np.zeros(shape, bool)


class RunMapPlot:
    """The artists of a map; `pixel` says where a pair of values is.

    They are in the still layer, those of a map with closer windows in the moving one: `show`
    says of which window they are visible.
    """

    def __init__(
        self, layers: Layers, cell: Cell, run_map: RunMap, marks: tuple[legend.Mark, ...] = ()
    ) -> None:
        """`marks` are explained in the legend too: the dots of the film's runs."""
        self.run_map = self.whole = run_map
        self.palette = Palette.of(layers.theme, run_map)
        self.pitch = pitch_of(layers)
        self.layers = layers
        self.named = not layers.type.bare
        explained = [*legend_of(layers, run_map), *marks]
        if self.named:
            cell, _ = legend.add_rows(layers, cell, explained)
        self.area = map_area(layers, cell, run_map)
        self.artists: list[list[Artist]] = []
        if self.named:
            self._title(cell)
        for window in run_map.windows:
            self.run_map = window
            self.artists.append([])
            self._picture()
            if self.named:
                self._axes(cell)
            self._limit()
            if run_map.zoomed:
                self._window(cell)
        self.run_map = run_map
        self.show(0)

    def add(self, *artists: Artist, window: int = -1) -> None:
        """Add artists of a window; of the newest one if none is named."""
        if self.whole.zoomed:
            self.layers.move(*artists)
            self.artists[window] += artists
        else:
            self.layers.add(*artists)

    def show(self, window: int) -> None:
        """Show one of the windows."""
        for number, artists in enumerate(self.artists):
            for artist in artists:
                artist.set_visible(number == window)

    def of_window(self, window: int) -> None:
        """From now on `pixel` and `holds` are about this window."""
        self.run_map = self.whole.windows[window]

    def holds(self, x: float, y: float) -> bool:
        """Whether a pair of values is on the window."""
        x_, y_ = self.run_map.options.x, self.run_map.options.y
        return x_.low <= x <= x_.high and y_.low <= y <= y_.high

    def _window(self, cell: Cell) -> None:
        """Which window it is, how ragged its boundary is, and where the next one is."""
        whole, layers = self.whole, self.layers
        number = len(self.artists)
        zoom = whole.options.zoom
        assert zoom is not None
        found = dimension(self.run_map.verdict)
        fields = {
            "number": number,
            "count": len(whole.windows),
            "times": significant(zoom.factor ** (number - 1), 6),
        }
        short = phrase("window {number} of {count}", number=number, count=len(whole.windows))
        texts: tuple[Phrase, ...] = (
            phrase("window {number} of {count}, {times} times closer", **fields),
            short,
        )
        if number == 1:
            texts = (short,)
        if found is not None and number == 1:
            fields["dimension"] = fixed(found[0], 2)
            texts = (
                phrase(
                    "window {number} of {count}: the boundary of the diverged has dimension"
                    " {dimension}",
                    **fields,
                ),
                phrase("dimension of the boundary: {dimension}", dimension=fields["dimension"]),
                short,
            )
        elif found is not None:
            fields["dimension"] = fixed(found[0], 2)
            long = phrase(
                "window {number} of {count}, {times} times closer: the boundary of the diverged"
                " has dimension {dimension}",
                **fields,
            )
            brief = phrase("{times} times closer: dimension {dimension}", **fields)
            texts = (long, brief, *texts)
        if self.named:
            text = layers.fitting(texts, cell.right - self.area.left)
            y = self.area.top + 0.75 * layers.type.ticks
            self.add(layers.words(self.area.left, y, text))
        if number < len(whole.windows):
            following = whole.windows[number].options
            x, y_ = following.x, following.y
            corners = [(x.low, y_.low), (x.high, y_.low), (x.high, y_.high), (x.low, y_.high)]
            points = np.array([self.pixel(*corner) for corner in [*corners, corners[0]]])
            for pen in window_pens(layers):
                self.add(PaintedArtist(partial(draw_sample, pen, points), 4))

    def pixel(self, x: float | Array, y: float | Array) -> Array:
        """The pixel (..., 2) of values of both keys."""
        options, area = self.run_map.options, self.area
        at = np.stack(np.broadcast_arrays(options.x.at(x), options.y.at(y)), axis=-1)
        # The ends of an axis are the middles of its first and its last pixel.
        size = np.array(options.size, float)
        at = (at * (size - 1) + 0.5) / size
        return np.asarray(at * [area.width, area.height] + [area.left, area.bottom])

    def _picture(self) -> None:
        area, (height, width) = self.area, self.run_map.verdict.shape
        columns = np.arange(int(area.width)) * width // max(int(area.width), 1)
        rows = (np.arange(int(area.height)) * height // max(int(area.height), 1))[::-1]
        verdict = self.run_map.verdict[rows][:, columns]
        epochs = self.run_map.epochs[rows][:, columns]
        picture = self.palette.picture(verdict, epochs, self.pitch)
        plain = self.palette.picture(verdict, epochs, self.pitch, COARSE)
        place = Cell(area.left, area.bottom, float(len(columns)), float(len(rows)))
        self.add(PaintedArtist(partial(draw_pixels, picture, plain, place), 2))

    def _title(self, cell: Cell) -> None:
        layers, run_map = self.layers, self.whole
        long = phrase("each pixel is a run of {count} epochs", count=f"{run_map.trained:,}")
        titles = (long, phrase("each pixel is a run"))
        title = layers.fitting(titles, cell.right - self.area.left)
        rows = 1 if run_map.zoomed else 0
        y = self.area.top + (0.75 + WINDOW_EM * rows) * layers.type.ticks
        layers.add(layers.words(self.area.left, y, title))

    def _axes(self, cell: Cell) -> None:
        layers, area, em = self.layers, self.area, self.layers.type.ticks
        x, y = self.run_map.options.x, self.run_map.options.y
        small: dict[str, Any] = {"size": em, "colour": layers.theme.muted}
        free = -math.inf
        for value, text in ticks(x, area.width / (4.2 * em)):
            at = float(self.pixel(value, y.low)[0])
            half = layers.width(text, em) / 2
            if at - half > free and at + half <= cell.right + 0.4 * em:
                self.add(layers.words(at, area.bottom - 1.4 * em, text, ha="center", **small))
                self._tick(np.array([[at, area.bottom], [at, area.bottom - 0.35 * em]]))
                free = at + half + 0.6 * em
        for value, text in ticks(y, min(area.height / (2.2 * em), MOST_TICKS)):
            at = float(self.pixel(x.low, value)[1])
            self.add(layers.words(area.left - 0.6 * em, at, text, ha="right", va="center", **small))
            self._tick(np.array([[area.left - 0.35 * em, at], [area.left, at]]))
        middle_x, middle_y = area.left + area.width / 2, area.bottom + area.height / 2
        text, size = self._axis_name(x, cell.right - cell.left)
        row = area.bottom - 2.75 * em
        small["size"] = size
        self.add(layers.words(middle_x, row, text, ha="center", **small))
        text, size = self._axis_name(y, area.height + 2 * em)
        small["size"] = size
        left = cell.left + 0.55 * em
        self.add(layers.words(left, middle_y, text, ha="center", va="center", rotation=90, **small))

    def _axis_name(self, axis: MapAxis, room: float) -> tuple[str, float]:
        """The longest name of an axis that has room, and its size."""
        names = axis_words(axis)
        layers, em = self.layers, self.layers.type.ticks
        return axis_name(layers, layers.fitting(names, room, em) or names[-1], "", room)

    def _tick(self, points: Array) -> None:
        pen = Pen(self.layers.theme.muted, max(1.0, round(self.layers.type.hair)), cap="butt")
        self.add(PaintedArtist(lambda renderer: pen.draw(renderer, points)))

    def _limit(self) -> None:
        """The line on which runs stop being stable: dark on light on dark, on any colour."""
        places = self.run_map.boundary
        if not len(places):
            return
        points = self.pixel(places[:, 0], places[:, 1])
        for pen in limit_pens(self.layers, self.area):
            self.add(PaintedArtist(partial(draw_sample, pen, points), 3))


def legend_of(layers: Layers, run_map: RunMap) -> list[legend.Mark]:
    """A mark for each verdict that the map has, and one for the line of the limit."""
    palette = Palette.of(layers.theme, run_map)
    each = [window.counts() for window in run_map.windows]
    counts = {word: sum(one[word] for one in each) for word in WORDS}
    em, marks = layers.type.ticks, []
    names: tuple[Phrase, ...]
    for code, word in enumerate(WORDS):
        if not counts[word]:
            continue
        if code == CONVERGED:
            few, most = (significant(v, 3) for v in (palette.shortest, palette.longest))
            names = (
                phrase("converged in {few} … {most} epochs", few=few, most=most),
                phrase("in {few} … {most} epochs", few=few, most=most),
            )
            wide = RAMP_EM * em
            if few == most:
                names = (phrase("converged in {few} epochs", few=few), names[1])
                wide = SWATCH_EM * em
            epochs = np.geomspace(palette.shortest, palette.longest, max(int(wide), 2))
        else:
            names, wide = (names_of_verdicts()[word],), 1.9 * em
            epochs = np.full(int(wide), np.nan)
        high = max(int(0.95 * em), 4)
        table = np.broadcast_to(epochs, (high, len(epochs)))
        codes = np.full(table.shape, code, np.uint8)
        picture = palette.picture(codes, table, pitch_of(layers))
        plain = palette.picture(codes, table, pitch_of(layers), COARSE)
        swatch = Swatch(len(epochs) / 2, "", picture=picture, plain=plain)
        marks.append(legend.Mark(names, swatch))
    if len(run_map.boundary):
        names = (
            phrase("limit of what is stable in the long run"),
            phrase("stable in the long run"),
        )
        marks.append(legend.Mark(names, limit_pens(layers, None)[-1]))
    if run_map.zoomed and run_map.options.zoom is not None:
        times = significant(run_map.options.zoom.factor, 6)
        names = (phrase("next window, {times} times closer", times=times), phrase("next window"))
        marks.append(legend.Mark(names, window_pens(layers)[-1]))
    return marks


def above_em(windows: int) -> float:
    """The height of what is written over the runs of a map with so many windows."""
    return ABOVE_EM + (WINDOW_EM if windows > 1 else 0.0)


def pitch_of(layers: Layers) -> int:
    """From one stroke of a pattern to the next, in pixels."""
    return max(4, round(PATTERN_EM * layers.type.ticks))


@dataclass(frozen=True)
class Swatch(Stamp):
    """A small picture (height, width, 4) as the sample of a legend."""

    picture: Any = None
    plain: Any = None  # the same in fewer colours

    def draw(self, renderer: Any, at: Array) -> None:
        high, wide = self.picture.shape[:2]
        left, bottom = round(float(at[0]) - wide / 2), round(float(at[1]) - high / 2)
        draw_pixels(self.picture, self.plain, Cell(left, bottom, wide, high), renderer)


def draw_pixels(picture: Pixels, coarse: Pixels, place: Cell, renderer: Any) -> None:
    """Draw a picture (height, width, 4) at a place in whole pixels.

    A page is given the numbers of `coarse` (height, width, 4), the same in fewer colours.
    """
    left, bottom = int(place.left), int(place.bottom)
    if not isinstance(renderer, Lister):
        renderer.draw_image(PLAIN, left, bottom, np.ascontiguousarray(picture[::-1]))
        return
    packed = np.ascontiguousarray(coarse).view(np.uint32)[..., 0]
    colours, shades = np.unique(packed, return_inverse=True)
    table = colours.astype(np.uint32)[:, None].view(np.uint8)
    box = left, bottom, int(place.width), int(place.height)
    renderer.blocks(box, shades.reshape(packed.shape).astype(np.uint8), table[:, :3])


def draw_sample(sample: Pen | Stamp, at: Array, renderer: Any) -> None:
    """Paint with a pen through points (M, 2), or stamp at a pixel (2,)."""
    sample.draw(renderer, at)


def limit_pens(layers: Layers, area: Cell | None) -> tuple[Pen, Pen]:
    """The two pens of the line of the limit, from below."""
    theme, type_ = layers.theme, layers.type
    under = theme.mark if not theme.clear else "#ffffff"
    wide = max(1.5, type_.thin)
    return (
        Pen(under, wide + max(2.0, 0.8 * type_.stroke), clip=area, cap="butt"),
        Pen(theme.text, wide, dashes=type_.dash, clip=area, cap="butt"),
    )


def window_pens(layers: Layers) -> tuple[Pen, Pen]:
    """The two pens of the frame of the next window, from below."""
    theme, type_ = layers.theme, layers.type
    under = theme.mark if not theme.clear else "#ffffff"
    wide = max(1.5, type_.thin)
    return Pen(under, wide + max(2.0, 0.8 * type_.stroke)), Pen(theme.text, wide)


def left_px(layers: Layers, run_map: RunMap) -> float:
    """The room left of the runs, for the ticks of each window and the name of the axis."""
    em = layers.type.ticks
    texts = (text for one in run_map.windows for _, text in ticks(one.options.y, MOST_TICKS))
    widest = max((layers.width(text, em) for text in texts), default=0.0)
    return max(LEFT_EM * em, widest + BESIDE_EM * em)


def map_area(layers: Layers, cell: Cell, run_map: RunMap) -> Cell:
    """The rectangle of the runs in a cell without its legend, in whole pixels."""
    em = 0.0 if layers.type.bare else layers.type.ticks
    left = 0.0 if layers.type.bare else left_px(layers, run_map)
    above = above_em(len(run_map.windows)) * em
    inner = cell.inset(left, BELOW_EM * em, RIGHT_EM * em, above)
    return Cell(*(float(round(v)) for v in (inner.left, inner.bottom, inner.width, inner.height)))


def axis_words(axis: MapAxis) -> tuple[str, ...]:
    """The names of an axis, the longest first: its key, and its end as far as it is a name."""
    parts = axis.key.split(".")
    end = next((i for i in reversed(range(len(parts))) if not parts[i].isdigit()), 0)
    names = (axis.key, ".".join(parts[end:]))
    if not axis.log:
        return names
    return (phrase("{name} (log scale)", name=axis.key), *names)


def ticks(axis: MapAxis, most: float) -> list[tuple[float, str]]:
    """Values along an axis, at most about so many, and what is written there."""
    count = max(2, int(most))
    if axis.log:
        first = math.ceil(math.log10(axis.low) - 1e-9)
        last = math.floor(math.log10(axis.high) + 1e-9)
        powers = list(range(first, last + 1, max(1, -(-(last - first) // count))))
        if len(powers) > 1:
            plain = powers[0] >= -4 and powers[-1] <= 4
            return [(10.0**p, f"{10.0**p:g}" if plain else power_of_ten(p)) for p in powers]
        parts = [m * 10.0**p for p in range(first - 1, last + 1) for m in (1, 2, 5)]
        slack = 1e-9 * axis.high
        inside = [value for value in parts if axis.low - slack <= value <= axis.high + slack]
        if len(inside) > 2:
            return [(value, significant(value, 3)) for value in inside]
    values = ticks_between(axis.low, axis.high, count).tolist()
    if axis.whole:
        values = sorted({float(round(value)) for value in values} - {0.0} | {axis.low})
        values = [value for value in values if axis.low <= value <= axis.high]
    return [(value, exactly(value, axis.high - axis.low)) for value in values]


def exactly(value: float, width: float) -> str:
    """A round number on an axis of some width, in all the digits that it has."""
    last = max(0, 3 - math.floor(math.log10(width)))
    decimals = next((d for d in range(last) if abs(round(value, d) - value) < 1e-6 * width), last)
    return fixed(value, decimals) if abs(value) < MAX_FIXED else significant(value + 0.0)
