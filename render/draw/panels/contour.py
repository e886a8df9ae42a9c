"""The landscape from above: contours, the paths, the exact minima."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from render.config.options import Flag
from render.draw.panels.base import Chart, DrawnPanel, least_names, two_axes
from render.draw.step_range import StepRange, in_one_call
from render.phrases import phrase

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.lines import Line2D

    from render.cells import Cell, Room
    from render.config.spec import Spec
    from render.draw.artists import Pen
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.draw.plot.axes import Plot
    from render.draw.plot.contours import KnownMinimum, Map
    from render.recording import Array, Landscape


MAX_PREDICTIONS = 50_000_000  # for what is around the landscape: half a second
TINT = 0.30  # opacity of the bands between the contours
WIDEST = 2.5  # times the landscape: a longer axis would show little but its surroundings
AROUND_PX = 2  # all is cut off at the edges of the plot
FILLED = 0.52  # of the width of a cell, at least, for the plot: a little more than half


@dataclass(frozen=True)
class Ground:
    """The bands, the contours and the minima of a map, on axes of their own over the plot's.

    They are made when they are drawn first: not at all where a print of them is there.
    """

    layers: Layers
    plot: Plot
    chart: Map
    known: Sequence[KnownMinimum]

    def paint(self, renderer: Any) -> None:
        """Draw them."""
        from render.draw.prints import inputs_of

        layers, axes, known = self.layers, self.plot.axes, self.known
        marks = [(minimum.coordinates, minimum.lowest) for minimum in known]
        limits = [float(end) for end in (*axes.get_xlim(), *axes.get_ylim())]
        inputs = inputs_of(
            "contours", self.chart, marks, limits, self.plot.area, layers.theme, layers.type
        )
        within = self.plot.area.inset(*[-AROUND_PX] * 4)
        layers.prints.draw(renderer, inputs, lambda: within, self._draw)

    def _draw(self, renderer: Any) -> None:
        for artist in self.artists:
            artist.draw(renderer)

    @property
    def lines(self) -> Sequence[Line2D]:
        """The contours, and the crosses at the minima."""
        from matplotlib.lines import Line2D

        return [artist for artist in self.artists if isinstance(artist, Line2D)]

    @cached_property
    def artists(self) -> Sequence[Artist]:
        """All of them, from back to front."""
        from matplotlib.artist import Artist
        from matplotlib.lines import Line2D

        from render.draw.plot.axes import PlotAxes
        from render.draw.plot.contours import colormap, contour_levels, contours_of

        theme, type_, chart, shown = self.layers.theme, self.layers.type, self.chart, self.plot.axes
        axes = PlotAxes(self.layers.figure, shown.get_position())
        axes.set(xlim=shown.get_xlim(), ylim=shown.get_ylim())
        colours = colormap(theme)
        bands = [0, *contour_levels(), 1]
        made: list[Artist] = [
            axes.contourf(chart.x, chart.y, chart.level, levels=bands, cmap=colours, alpha=TINT)
        ]
        width = max(1.2, 0.4 * type_.stroke)
        for at, lines in contours_of(chart):
            look: dict[str, Any] = {"color": colours(at), "lw": width, "zorder": 2}
            for line in lines:  # `axes.plot` would look for the limits of each
                made.append(Line2D(*line.T, transform=axes.transData, **look))
                axes.add_artist(made[-1])
        for minimum in self.known:
            size = 1.0 if minimum.lowest else 0.6
            cross: dict[str, Any] = {"ms": 1.5 * size * type_.dot, "mew": 0.6 * size * type_.stroke}
            made += axes.plot(*minimum.coordinates, "+", color=theme.truth, zorder=3, **cross)
        return sorted(made, key=Artist.get_zorder)


@dataclass
class ContourPanel(DrawnPanel):
    """The landscape from above: contours, the paths, the exact minima."""

    room_em: ClassVar[tuple[float, float]] = (11, 9)

    eigenvectors: Annotated[
        Flag, Field(description="draw the axes of the bowl, and name them λ₁ and λ₂")
    ] = False

    def unfit(self, spec: Spec, runs: int) -> str | None:
        return two_axes(spec, "contour")

    def room(self, layers: Layers, context: Context, width: float) -> Room:
        """A cell that is not so low that most of it stays empty on one scale."""
        from render.cells import Cell
        from render.draw.plot.axes import area_of

        room, landscape = super().room(layers, context, width), context.first.landscape
        if layers.type.bare or not landscape.one_scale:
            return room
        area = area_of(layers, Cell(0, 0, width, room.height))
        across, up = landscape.lengths
        high = FILLED * area.width * float(up / across) / WIDEST
        return replace(room, height=room.height + max(0.0, high - area.height))

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.draw.artists import PaintedArtist
        from render.draw.plot.axes import area_of, plot
        from render.draw.plot.contours import known_minima, widened
        from render.draw.plot.trail import PlotRun, fan_out
        from render.draw.surface.notes import TWO_SCALES

        theme, type_, recording = layers.theme, layers.type, context.recording
        landscape, em = context.landscape, layers.type.ticks
        self.plane = landscape.plane
        titles: tuple[str, ...] = (phrase("from above"), phrase("above"))
        if not landscape.one_scale and "surface" not in layers.kinds:
            titles = tuple(phrase("from above, {scales}", scales=s) for s in TWO_SCALES) + titles
        whole, (cell, ranges) = area_of(layers, cell), on_one_scale(layers, cell, context)
        chart = widened(landscape, recording, ranges)
        area = area_of(layers, cell)
        pairs = zip(context.axis_labels, context.short_axis_labels, strict=True)
        rooms = zip(pairs, (area.width, area.height), strict=True)
        labels = [layers.fitting(pair, room, em) or pair[-1] for pair, room in rooms]
        self.plot = plot(
            layers, cell,
            titles=titles,
            xlim=ranges[0],
            ylim=ranges[1],
            xlabel=labels[0],
            ylabel=labels[1],
        )  # fmt: skip
        area = self.plot.area
        self.plot.axes.grid(False)
        known = known_minima(landscape, recording)
        self.base = Ground(layers, self.plot, chart, known)
        self.plot.axes.add_artist(PaintedArtist(self.base.paint))
        if known:
            full, short = least_names(landscape)
            full = phrase("minima") if len(known) > 1 else full
            names = tuple(phrase("+ {name}", name=name) for name in (full, short))
            left = self.plot.titled_to + type_.ticks
            right = (
                area.right if layers.fitting(names, area.right - left, type_.ticks) else whole.right
            )
            name = layers.fitting(names, right - left, type_.ticks)
            right = max(area.right, left + layers.width(name, type_.ticks))
            options: dict[str, Any] = {"size": type_.ticks, "colour": theme.muted, "ha": "right"}
            legend = layers.words(right, self.plot.title_y, name, **options)
            layers.add(*([] if type_.bare else [legend]))

        if self.eigenvectors:
            self._bowl_axes(layers, landscape)
        self.plot_runs = [
            PlotRun(layers, context, run, style, area, self.locate)
            for run, style in zip(context.runs, context.styles, strict=True)
        ]
        self.dots = [plot_run.dot for plot_run in self.plot_runs]
        fan_out(self.dots, np.array([plot_run.home for plot_run in self.plot_runs]))
        layers.move(*(plot_run.tip for plot_run in self.plot_runs), *self.dots)

    def _bowl_axes(self, layers: Layers, landscape: Landscape) -> None:
        """The eigenvectors of the Hessian as lines through the minimum, the steepest is λ₁."""
        if not landscape.exact or landscape.eigenvectors.shape != (2, 2):
            return
        from render.draw.artists import PaintedArtist, Pen

        theme, type_, area = layers.theme, layers.type, self.plot.area
        best = landscape.minima_of(landscape.axes)[0]
        middle = self.plot.pixels(*best)
        far = float(np.hypot(area.width, area.height))
        inner = area.inset(*[1.3 * type_.ticks] * 4)
        for name, vector in zip(("λ₁", "λ₂"), landscape.eigenvectors.T[::-1], strict=True):
            ends = self.plot.pixels(*(best + np.outer([-1, 1], vector)).T) - middle
            along = ends[1] / max(float(np.linalg.norm(ends[1])), 1e-300)
            pen = Pen(theme.truth, type_.thin, dashes=type_.dash, cap="butt", clip=area)
            line = middle + far * np.outer([-1, 1], along)
            layers.add(PaintedArtist(partial(_stroke, pen, line), 2.5))
            reach = np.linspace(far, 0, 400)[:, None]
            places = [at for at in middle + reach * along * _up(along) if inner.holds(at)]
            if places and not type_.bare:
                across = np.array([-along[1], along[0]]) * _up(np.array([-along[1], along[0]]))
                x, y = places[0] + 0.9 * type_.ticks * across
                words = layers.words(x, y, name, size=type_.ticks, colour=theme.truth)
                words.set(ha="center", va="center")
                layers.add(words)

    def locate(self, step_range: StepRange) -> Array:
        """Pixels (M, 2) of a run's parameters."""
        return self._pixels(self.plane.project(step_range.values))

    def _pixels(self, places: Array) -> Array:
        return self.plot.pixels(*places.T)

    def chart(self) -> Chart:
        return Chart("parameters", self.plot)

    def update(self, state: FrameState) -> None:
        places = [self.plane.project(run_state.glide.values) for run_state in state.runs]
        points = in_one_call(self._pixels, places)
        for plot_run, run_state, glide in zip(self.plot_runs, state.runs, points, strict=True):
            plot_run.move(state, run_state, glide, self.plot.clamp_on_ray)


def _up(direction: Array) -> float:
    """1 for a direction (2,) that goes up, −1 for another: names are at the upper ends."""
    return 1.0 if direction[1] > 0 or (direction[1] == 0 and direction[0] > 0) else -1.0


def _stroke(pen: Pen, line: Array, renderer: Any) -> None:
    pen.draw(renderer, line)


def on_one_scale(
    layers: Layers, cell: Cell, context: Context
) -> tuple[Cell, tuple[tuple[float, float], tuple[float, float]]]:
    """The cell and the ranges with which both axes have as many units per pixel.

    The axis that has too much room is longer than the landscape, up to WIDEST times; what room is
    left then stays empty, as much in all cells of a grid. If the loss there takes long to
    compute, or is not known, all of it does.
    """
    from render.learn.objective import QuadraticLoss

    landscape, objective = context.landscape, context.recording.objective
    axis, spare, unit = _spare(layers, cell, landscape)
    more = min(spare, _most(landscape, axis, unit)) * unit / landscape.lengths[axis]
    dear = more * landscape.loss.size * len(context.dataset.y) > MAX_PREDICTIONS
    known = landscape.basis is None
    if not known or (dear and not isinstance(objective, QuadraticLoss)):
        empty = spare
    else:
        empty = min(_too_much(layers, cell, run.landscape, axis) for run in context.all)
    if empty:
        cell = cell.inset(right=empty) if axis == 0 else cell.inset(bottom=empty)
        axis, spare, unit = _spare(layers, cell, landscape)  # of the last pixel
    ranges = [(float(grid[0]), float(grid[-1])) for grid in landscape.grid]
    low, high = ranges[axis]
    ranges[axis] = (low - spare * unit / 2, high + spare * unit / 2)
    return cell, (ranges[0], ranges[1])


def _too_much(layers: Layers, cell: Cell, landscape: Landscape, along: int) -> float:
    """The room along an axis, in pixels, that not even the longest range of it needs."""
    axis, spare, unit = _spare(layers, cell, landscape)
    return max(0.0, spare - _most(landscape, axis, unit)) if axis == along else 0.0


def _most(landscape: Landscape, axis: int, unit: float) -> float:
    """How much longer than the landscape an axis may be, in pixels."""
    return (WIDEST - 1) * float(landscape.lengths[axis]) / unit


def _spare(layers: Layers, cell: Cell, landscape: Landscape) -> tuple[int, float, float]:
    """The axis that has room to spare on one scale with the other, in pixels; units per pixel."""
    from render.draw.plot.axes import area_of

    area = area_of(layers, cell)
    room = np.maximum([area.width, area.height], 1.0)
    unit = float((landscape.lengths / room).max())
    spare = room - landscape.lengths / unit
    axis = int(spare.argmax())
    return axis, float(spare[axis]) if landscape.one_scale else 0.0, unit
