"""The landscape cut along each of its two parameters, through the dot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from render.draw.numbers import figures
from render.draw.panels.base import DrawnPanel, of_few, of_one, two_axes
from render.draw.plot.ranges import axis_start
from render.phrases import form, phrase

if TYPE_CHECKING:
    from render.cells import Cell, Room, Type
    from render.config.spec import Spec
    from render.draw.context import Context, FrameState, RunState
    from render.draw.layers import Layers


TANGENT = 0.16  # half its length, in widths of the plot
CURVE_POINTS = 161  # along a curve
MAX_PX = 1e5  # beyond the plot: Agg's integers overflow further outside
MIN_HEIGHT = 0.02  # of the axis, in heights of the landscape


@dataclass
class SlicesPanel(DrawnPanel):
    """The landscape cut along each of its two parameters, through the dot."""

    room_em: ClassVar[tuple[float, float]] = (13, 9)

    def unfit(self, spec: Spec, runs: int) -> str | None:
        return of_few(spec, "slices") or two_axes(spec, "slices") or of_one(runs, "slices")

    def least(self, type_: Type, spec: Spec, width: float) -> Room:
        from render.cells import Room

        # Two plots, beside or above one another as the cell is wide or tall.
        wide, high = (em * type_.text for em in self.room_em)
        beside = width >= 2 * wide
        return Room(wide, high if beside else 1.25 * high)

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.cells import GAP_EM, halves

        gap = 0.5 * GAP_EM * layers.type.text
        cells = halves(cell, gap)
        ylim = limits(context)
        self.slices = [Slice(layers, part, context, axis, ylim) for axis, part in enumerate(cells)]
        self._titles(layers)

    def _titles(self, layers: Layers) -> None:
        """Add the longest titles that have room above both plots."""
        for words in (form("loss along {name}"), form("along {name}"), "{name}"):
            titles = [phrase(words, name=one.name) for one in self.slices]
            if layers.type.bare or not all(
                layers.width(title) <= one.plot.titled_from - one.plot.area.left - layers.type.ticks
                for title, one in zip(titles, self.slices, strict=True)
            ):
                continue
            for title, one in zip(titles, self.slices, strict=True):
                layers.add(layers.words(one.plot.area.left, one.plot.title_y, title))
            return

    def update(self, state: FrameState) -> None:
        for one in self.slices:
            one.move(state.first)


class Slice:
    """The loss along one parameter: curve, tangent, dot and the lowest point."""

    def __init__(
        self, layers: Layers, cell: Cell, context: Context, axis: int, ylim: tuple[float, float]
    ) -> None:
        from render.draw.artists import PaintedArtist, Pen
        from render.draw.context import slopes_recorded
        from render.draw.plot.axes import plot
        from render.draw.plot.trail import Dot
        from render.draw.surface.sections import Cut, points

        theme, type_, landscape = layers.theme, layers.type, context.landscape
        self.name, self.other = landscape.axes[axis], landscape.axes[1 - axis]
        grid = landscape.grid[axis]
        self.cut = Cut(context.recording, self.name, float(grid[0]), float(grid[-1]))
        self.along = np.linspace(grid[0], grid[-1], points(context, CURVE_POINTS))
        self.written = figures(self.cut.slopes())
        trained = context.recording.names
        recorded = slopes_recorded(context.first) and self.name in trained
        self.column = trained.index(self.name) if recorded else None  # of its gradients
        column = context.recording.parameters.index(self.other)
        path = context.recording.values(np.arange(context.recording.last + 1.0))[:, column]
        self.write_other = figures(path)
        self.plot = plot(
            layers, cell,
            titles=(),
            beside=self._slope(0.0),
            xlim=(grid[0], grid[-1]),
            ylim=ylim,
            log=landscape.log,
        )  # fmt: skip
        area = self.plot.area
        self._named(layers, cell, self.plot.x_ticks.named(context.labels[self.name]))
        self.least = ylim[0]
        self.bowl = self.cut.is_bowl() and landscape.exact
        self.curve, self.tangent = np.zeros((2, 2)), np.zeros((2, 2))
        self.best = np.zeros((2, 2))
        line = Pen(theme.muted, 0.8 * type_.stroke, clip=area)
        lowest = Pen(theme.truth, type_.thin, dashes=type_.dash, cap="butt", clip=area)
        touching = Pen(theme.text, 0.6 * type_.stroke, clip=area)

        def paint(renderer: Any) -> None:
            if self.bowl:
                lowest.draw(renderer, self.best)
            line.draw(renderer, self.curve)
            touching.draw(renderer, self.tangent)

        self.dot = Dot(layers, context.styles[0], small=True)
        self.slope = self.plot.beside_title(layers, theme.text)
        layers.move(PaintedArtist(paint, 12), self.dot, self.slope, self.place)

    def _named(self, layers: Layers, cell: Cell, label: str) -> None:
        """Bring the axis's name to the moment, with the value of the other parameter."""
        area, em = self.plot.area, layers.type.ticks
        y = cell.bottom + 0.25 * em
        words = self._place(0.0)
        both = layers.width(label, em) + 1.2 * em + layers.width(words, em, mono=True)
        fits = both <= area.width
        left = area.left + (area.width - (both if fits else layers.width(label, em))) / 2
        self.place = layers.live(left + both, y, size=em, colour=layers.theme.muted, right=True)
        self.place.set_visible(fits and not layers.type.bare)
        if not layers.type.bare:
            layers.add(layers.words(left, y, label, size=em, colour=layers.theme.muted))

    def _place(self, value: float) -> str:
        value_ = self.write_other(value)
        return phrase("at {name} = {value}", name=self.other, value=value_)

    def _slope(self, slope: float) -> str:
        return f"∂L/∂{self.name} = {self.written(slope)}"

    def move(self, run_state: RunState) -> None:
        """Cut the landscape where the run is."""
        values, loss = run_state.snapshot.values, run_state.snapshot.loss
        losses = np.nan_to_num(self.cut.losses(values, self.along), nan=np.inf)
        self.curve = self._pixels(self.along, losses)
        value = np.array([values[self.name]])
        at = self._pixels(value, np.array([loss]))[0]
        slope = self.cut.slope(values)
        # On a logarithmic axis too: it is as steep as the curve here.
        reach = 1e-3 * (self.cut.high - self.cut.low)
        if self.plot.axes.get_yscale() == "log" and slope:
            reach = min(reach, 1e-3 * abs(loss / slope))
        ends = value + reach * np.array([-1.0, 1.0])
        rise = self._pixels(ends, loss + slope * (ends - value))
        direction = rise[1] - rise[0]
        long = float(np.linalg.norm(direction))
        direction = direction / long if np.isfinite(long) and long > 1e-9 else np.array([1.0, 0.0])
        self.tangent = at + TANGENT * self.plot.area.width * np.outer([-1, 1], direction)
        self.dot.at, self.dot.hollow = self.plot.clamp(at)
        landed = run_state.landed.values
        if self.column is None:
            slope = self.cut.slope(landed)
        else:
            slope = float(run_state.recording.grads[run_state.row, self.column])
        self.slope.text = self._slope(slope)
        self.place.text = self._place(landed[self.other])
        if self.bowl:
            x = self._pixels(np.array([self.cut.best(values)]), np.array([loss]))[0, 0]
            self.best = np.array([[x, self.plot.area.bottom], [x, self.plot.area.top]])

    def _pixels(self, values: Any, losses: Any) -> Any:
        """Pixels (M, 2), limited to MAX_PX outside the plot."""
        area = self.plot.area
        if self.plot.axes.get_yscale() == "log":
            losses = np.maximum(losses, self.least)
        # An axis can't have infinity: values above the picture are drawn just above it.
        top = self.plot.axes.get_ylim()[1]
        limit = top * 1e3 if top > 0 else 1e3 * abs(self.least)
        at = self.plot.pixels(values, np.minimum(losses, max(limit, 1e-300)))
        low = np.array([area.left - MAX_PX, area.bottom - MAX_PX])
        return np.clip(at, low, [area.right + MAX_PX, area.top + MAX_PX])


def limits(context: Context) -> tuple[float, float]:
    """The loss axis of both plots in the whole film: it holds the runs within the picture."""
    from render.draw.plot.contours import lowest_on_log

    tops, bottoms = [], []
    for run in context.scale:
        recording, landscape = run.recording, run.landscape
        inside = np.ones(len(recording.loss), bool)
        path = landscape.plane.project(recording.completed(recording.params))
        for along, grid, moves in zip(
            path.T, landscape.grid, landscape.moving(recording), strict=True
        ):
            if moves:
                inside &= (along >= grid[0]) & (along <= grid[-1])
        tops.append(float(recording.loss[inside].max(initial=0.0)))
        tops.append(MIN_HEIGHT * landscape.ceiling)
        bottoms.append(min(landscape.minimum, float(recording.loss.min())))
    top = max(tops)
    if context.landscape.log:
        low = min(lowest_on_log(run.landscape) for run in context.scale)
        return 0.5 * low, 4 * top
    bottom = axis_start(min(bottoms), top)
    return bottom - 0.08 * (top - bottom), top + 0.2 * (top - bottom)
