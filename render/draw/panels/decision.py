"""The class that a network predicts for each place of two features, and the points on it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from render.draw.lister import Lister, RegionLook
from render.draw.panels.base import DrawnPanel, needed, of_classes, of_one
from render.phrases import phrase
from render.recording import Array

if TYPE_CHECKING:
    from render.cells import Cell
    from render.config.spec import Spec
    from render.config.theme import Theme
    from render.draw.artists import Pen, Stamp
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.draw.plot.axes import Plot
    from render.draw.plot.legend import Mark
    from render.projected import Regions
    from render.recording import Dataset, Pixels, Points


COLOURS = (3, 4, 5, 6, 1, 2, 0, 7)  # of the theme's colours for runs, one for each class
PALEST, DEEPEST = 0.10, 0.46  # opacity of a region where the network guesses, and where it is sure
ONE_SCALE = 2.0  # features whose ranges differ by less have one scale: what is round is drawn round
MAX_POINTS = 2000  # drawn of each set; of more, evenly chosen ones
SIZES_EM = ((150, 0.26), (600, 0.2), (np.inf, 0.15))  # radius of one of at most so many points
MIN_RADIUS_PX = 2.5
LEGEND_SHARE = 0.28  # of the cell's height, at most, for the legend
LINE_PX = 3  # pixels between two places at which the boundary is computed


@dataclass
class DecisionPanel(DrawnPanel):
    """The class that a network predicts for each place of two features, and the points on it."""

    of_landscape: ClassVar[bool] = False
    room_em: ClassVar[tuple[float, float]] = (13, 11)
    network: ClassVar[bool] = True

    def unfit(self, spec: Spec, runs: int) -> str | None:
        if (fault := of_classes(spec, "decision") or of_one(runs, "decision")) is not None:
            return fault
        if spec.dataset.features == 2:
            return None
        return (
            "the decision panel is for two features, and these data have"
            f" {spec.dataset.features}: the weights panel shows a network of any"
        )

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.draw.artists import PaintedArtist, Pen
        from render.draw.plot.axes import area_of, plot
        from render.draw.plot.legend import ROW_EM, add_rows, rows_of

        theme, type_, data = layers.theme, layers.type, context.dataset
        projected = needed(context.recording.projected, "decision", "predictions")
        regions = needed(projected.regions, "decision", "predictions over two features")
        self.count = count = classes_of(regions, data)
        self.colours = class_colours(theme, count)
        sides = [original(data, axis, side) for axis, side in enumerate((regions.x, regions.y))]
        marks, row = self._marks(layers, context, count), ROW_EM * type_.ticks
        most = max(1, int(LEGEND_SHARE * cell.height / row))
        high = row * rows_of(layers, cell.width, marks, most)
        plotted = on_one_scale(layers, cell.inset(bottom=high), sides)
        whole = cell.inset(bottom=plotted.bottom - cell.bottom - high)
        _, self.explained = add_rows(layers, whole, marks, most)
        unseen = data.validation if type_.bare or self.hollow in self.explained else None
        cell = plotted
        self.accuracy = None if "accuracy" in layers.kinds else projected.accuracy
        self.name = "training" if data.validation is not None else "accuracy"
        titles = (phrase("the predicted class"), phrase("prediction"))
        beside = self._words(0) if self.accuracy is not None else ""
        room = area_of(layers, cell).width - type_.ticks - layers.width(beside, mono=True)
        if not layers.fitting(titles, room):
            self.accuracy, beside = None, ""
        self.plot = plot(
            layers, cell,
            titles=titles,
            xlim=ends(sides[0]),
            ylim=ends(sides[1]),
            xlabel=data.names[0],
            ylabel=data.names[1],
            beside=beside,
        )  # fmt: skip
        self.plot.axes.grid(False)
        self.map = RegionMap(regions, self.plot, sides, self.colours)
        line = Pen(theme.text, max(1.5, 0.45 * type_.stroke), alpha=0.75, clip=self.plot.area)

        def paint(renderer: Any) -> None:
            self.map.draw(renderer, line)

        layers.move(PaintedArtist(paint, 2))
        for points, hollow in ((unseen, True), (data, False)):
            if points is not None:
                layers.move(self._points(layers, data, points, count, hollow))
        self.value = self.plot.beside_title(layers, theme.text)
        layers.move(*[self.value] * (self.accuracy is not None))

    def _words(self, row: int) -> str:
        from render.draw.numbers import share_text

        assert self.accuracy is not None
        share = share_text(100 * float(self.accuracy[row]))
        if self.name == "training":
            return phrase("training {share}", share=share)
        return phrase("accuracy {share}", share=share)

    def _marks(self, layers: Layers, context: Context, count: int) -> list[Mark]:
        """The legend: each class, the hollow points, what faint is, how many points there are."""
        from render.draw.artists import Stamp, outline
        from render.draw.plot.legend import Mark

        theme, em, data = layers.theme, layers.type.ticks, context.dataset
        radius = 0.34 * em
        self.hollow: Mark | None = None
        marks = [
            Mark((name,), stamp(theme, which, radius, hollow=False))
            for which, name in enumerate(class_names(data, count))
        ]
        if data.validation is not None:
            ring = Stamp(radius, "none", theme.muted, 0.4 * radius)
            self.hollow = Mark((phrase("validation"),), ring)
            marks.append(self.hollow)
        faint = Stamp(radius, theme.muted, alpha=0.35, shape=outline("s", 0.9))
        marks.append(Mark((phrase("fainter: less certain"), phrase("fainter: unsure")), faint))
        if (every := len(data.y)) > MAX_POINTS:
            few = phrase("{shown} of {count} points", shown=f"{MAX_POINTS:,}", count=f"{every:,}")
            marks.append(Mark((few,), Stamp(0.0, "none")))
        return marks

    def _points(
        self, layers: Layers, data: Dataset, points: Points, count: int, hollow: bool
    ) -> Any:
        """All points of a set, in the colours and marks of their classes."""
        from render.draw.artists import Stamped

        few = np.linspace(0, len(points.y) - 1, min(len(points.y), MAX_POINTS)).round()
        chosen = np.unique(few).astype(int)
        em = next(size for most, size in SIZES_EM if len(data.y) <= most)
        radius = max(em * layers.type.text, MIN_RADIUS_PX)
        at = self.plot.pixels(*(original(data, axis, points.x[chosen, axis]) for axis in (0, 1)))
        stamps = [stamp(layers.theme, which, radius, hollow) for which in range(count)]
        labels = points.y[chosen].astype(int)
        inside = [self.plot.area.holds(place) for place in at]
        each = [
            (stamps[which], place)
            for which, place, held in zip(labels, at, inside, strict=True)
            if held
        ]
        wide = 2 * math.ceil(radius)
        around = self.plot.area.inset(-wide, -wide, -wide, -wide)
        return Stamped(each, around, 11 if hollow else 12)

    def update(self, state: FrameState) -> None:
        row = state.first.row
        self.map.show(row)
        if self.accuracy is not None:
            self.value.text = self._words(row)


class RegionMap:
    """The regions of each class as an image, smooth between the places that were predicted."""

    def __init__(
        self, regions: Regions, plot: Plot, sides: Sequence[Array], colours: Array
    ) -> None:
        self.regions, self.colours = regions, colours
        area = plot.area
        self.corner = round(area.left), round(area.bottom)
        width, height = max(round(area.width), 1), max(round(area.height), 1)
        along = [(np.arange(size) + 0.5) / size for size in (width, height)]
        (left, right), (low, high) = plot.axes.get_xlim(), plot.axes.get_ylim()
        at = left + along[0] * (right - left), low + along[1] * (high - low)
        self._across, self._up = (linear(side, to) for side, to in zip(sides, at, strict=True))
        self._lines = [self.corner[i] + np.arange(size)[::LINE_PX] + 0.5
                       for i, size in enumerate((width, height))]  # fmt: skip
        across, up = (slice(None, None, -1 if side[0] > side[-1] else 1) for side in sides)
        self._upright = slice(None, None, -1 * up.step), across  # the first row is the upper one
        self._size = width, height
        self.row = 0
        self._made: tuple[int, Pixels, list[Array]] | None = None

    def chances(self, row: int) -> Array:
        """How sure the network is of each class (C, height, width); together they are 1."""
        count = len(self.colours)
        sure = self.regions.certainty[row] / 255
        rest = (1 - sure) / max(count - 1, 1)
        label = self.regions.label[row]
        return np.stack(
            [
                self._up @ np.where(label == which, sure, rest) @ self._across.T
                for which in range(count)
            ]
        )

    def show(self, row: int) -> None:
        """Bring it to a recorded row."""
        self.row = row

    @property
    def pixels(self) -> Pixels:
        """The picture (height, width, 4) of the row, whose first line is the lowest."""
        return self._drawn()[0]

    @property
    def boundaries(self) -> list[Array]:
        """The lines (M, 2) in pixels between the regions of the row."""
        return self._drawn()[1]

    def _drawn(self) -> tuple[Pixels, list[Array]]:
        if self._made is not None and self._made[0] == self.row:
            return self._made[1:]
        chances = self.chances(self.row)
        label, guess = chances.argmax(axis=0), 1 / len(chances)
        sure = np.clip((chances.max(axis=0) - guess) / max(1 - guess, 1e-9), 0, 1)
        pixels = np.empty((*label.shape, 4), np.uint8)
        pixels[..., :3] = self.colours[label]
        pixels[..., 3] = np.rint(255 * (PALEST + (DEEPEST - PALEST) * sure))
        lines = self._between(chances[:, ::LINE_PX, ::LINE_PX])
        self._made = self.row, pixels, lines
        return pixels, lines

    def draw(self, renderer: Any, line: Pen) -> None:
        """Draw the regions, and the lines between them; a list has the predictions."""
        from render.draw.artists import PLAIN

        if isinstance(renderer, Lister):
            numbers = (self.regions.label, self.regions.certainty)
            label, sure = (each[self.row][self._upright] for each in numbers)
            look = RegionLook(self.colours, (PALEST, DEEPEST), line.colour, line.width, line.alpha)
            renderer.regions((*self.corner, *self._size), label, sure, look)
            return
        renderer.draw_image(PLAIN, *self.corner, self.pixels)
        for boundary in self.boundaries:
            line.draw(renderer, boundary)

    def _between(self, chances: Array) -> list[Array]:
        """The lines (M, 2) in pixels at which a class has the same chance as the next one."""
        from contourpy import contour_generator

        found: list[Array] = []
        if min(chances.shape[1:]) < 2:
            return found
        for which in range(len(chances) if len(chances) > 2 else 1):
            others = np.delete(chances, which, axis=0).max(axis=0)
            across, up = self._lines
            lines = contour_generator(across, up, chances[which] - others).lines(0.0)
            found += [np.asarray(line) for line in lines]
        return found


def linear(side: Array, at: Array) -> Array:
    """The matrix (M, G) that interpolates values on `side` (G,) at places (M,)."""
    if side[0] > side[-1]:
        return linear(side[::-1], at)[:, ::-1]
    below = np.clip(np.searchsorted(side, at) - 1, 0, len(side) - 2)
    part = np.clip((at - side[below]) / (side[below + 1] - side[below]), 0, 1)
    matrix = np.zeros((len(at), len(side)))
    rows = np.arange(len(at))
    matrix[rows, below] += 1 - part
    matrix[rows, below + 1] += part
    return matrix


def original(data: Dataset, axis: int, values: Array) -> Array:
    """Values of a feature in the units of the data, before they were scaled."""
    a, b = (np.ravel(scale) for scale in data.unscale)
    return np.asarray(a[axis % len(a)] * values + b[axis % len(b)])


def ends(side: Array) -> tuple[float, float]:
    """The lower and the higher end of a grid."""
    return float(side.min()), float(side.max())


def classes_of(regions: Regions, data: Dataset) -> int:
    """How many classes there are."""
    if data.classes:
        return len(data.classes)
    return max(int(regions.label.max()), int(data.y.max()), 1) + 1


def class_names(data: Dataset, count: int) -> list[str]:
    """What each class is called."""
    named = data.classes or tuple(map(str, range(count)))
    return [phrase("class {name}", name=name) if name.isdigit() else name for name in named]


def class_colours(theme: Theme, count: int) -> Array:
    """The colour (C, 3) of each class."""
    from render.config.theme import rgb

    return np.array([rgb(class_colour(theme, which)) for which in range(count)], np.uint8)


def class_colour(theme: Theme, which: int) -> str:
    """A colour of runs; the first classes don't have those of trail and prediction."""
    return theme.runs[COLOURS[which % len(COLOURS)]]


def stamp(theme: Theme, which: int, radius: float, hollow: bool) -> Stamp:
    """The mark of a class; the ninth has the first colour again, with another shape."""
    from render.config.theme import MARKERS
    from render.draw.artists import Stamp, outline

    colour = class_colour(theme, which)
    marker, grown = MARKERS[(which + 3 * (which // len(COLOURS))) % len(MARKERS)]
    shape = outline(marker, grown)
    if hollow:
        return Stamp(0.9 * radius, theme.mark, colour, max(1.2, 0.45 * radius), shape=shape)
    return Stamp(radius, colour, theme.mark, max(0.8, 0.22 * radius), shape=shape)


def on_one_scale(layers: Layers, cell: Cell, sides: Sequence[Array]) -> Cell:
    """The cell, smaller where features of much the same range have one scale in it."""
    from render.draw.plot.axes import area_of

    lengths = np.array([float(np.ptp(side)) for side in sides])
    if lengths.max() > ONE_SCALE * lengths.min():
        return cell
    area = area_of(layers, cell)
    room = np.maximum([area.width, area.height], 1.0)
    spare = room - lengths / float((lengths / room).max())
    return cell.inset(right=float(round(spare[0])), bottom=float(round(spare[1])))
