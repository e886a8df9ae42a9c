"""The landscape from above: contours, the paths, the exact minima."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from render.draw.panels.base import Chart, DrawnPanel, least_name, two_axes
from render.phrases import phrase

if TYPE_CHECKING:
    from render.cells import Cell
    from render.config.spec import Spec
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.draw.step_range import StepRange
    from render.recording import Array, Landscape


MAX_PREDICTIONS = 50_000_000  # for what is around the landscape: half a second
TINT = 0.30  # opacity of the bands between the contours


@dataclass
class ContourPanel(DrawnPanel):
    """The landscape from above: contours, the paths, the exact minima."""

    room_em: ClassVar[tuple[float, float]] = (11, 9)

    def unfit(self, spec: Spec, runs: int) -> str | None:
        return two_axes(spec, "contour")

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.draw.plot.axes import plot
        from render.draw.plot.contours import (
            colormap,
            contour_levels,
            contours_of,
            known_minima,
            widened,
        )
        from render.draw.plot.trail import PlotRun, fan_out
        from render.draw.surface.notes import TWO_SCALES

        theme, type_, recording = layers.theme, layers.type, context.recording
        landscape, labels = context.landscape, context.axis_labels
        self.plane = landscape.plane
        titles: tuple[str, ...] = (phrase("from above"), phrase("above"))
        if not landscape.one_scale and "surface" not in layers.kinds:
            titles = tuple(phrase("from above, {scales}", scales=s) for s in TWO_SCALES) + titles
        cell, ranges = on_one_scale(layers, cell, context)
        chart = widened(landscape, recording, ranges)
        self.plot = plot(
            layers, cell,
            titles=titles,
            xlim=ranges[0],
            ylim=ranges[1],
            xlabel=labels[0],
            ylabel=labels[1],
        )  # fmt: skip
        axes, area = self.plot.axes, self.plot.area
        axes.grid(False)
        colours = colormap(theme)
        bands = [0, *contour_levels(), 1]
        axes.contourf(chart.x, chart.y, chart.level, levels=bands, cmap=colours, alpha=TINT)
        for at, lines in contours_of(chart):
            for line in lines:
                axes.plot(*line.T, color=colours(at), lw=max(1.2, 0.4 * type_.stroke), zorder=2)
        known = known_minima(landscape, recording)
        for minimum in known:
            size = 1.0 if minimum.lowest else 0.6
            cross: dict[str, Any] = {"ms": 1.5 * size * type_.dot, "mew": 0.6 * size * type_.stroke}
            axes.plot(*minimum.coordinates, "+", color=theme.truth, zorder=3, **cross)
        if known:
            full = phrase("minima") if len(known) > 1 else least_name(landscape)
            room = area.right - self.plot.titled_to - type_.ticks
            name = layers.fitting(
                tuple(phrase("+ {name}", name=name) for name in (full, phrase("best"))),
                room,
                type_.ticks,
            )
            options: dict[str, Any] = {"size": type_.ticks, "colour": theme.muted, "ha": "right"}
            legend = layers.words(area.right, self.plot.title_y, name, **options)
            layers.add(*([] if type_.bare else [legend]))

        self.plot_runs = [
            PlotRun(layers, context, run, style, area, self.locate)
            for run, style in zip(context.runs, context.styles, strict=True)
        ]
        self.dots = [plot_run.dot for plot_run in self.plot_runs]
        fan_out(self.dots, np.array([plot_run.home for plot_run in self.plot_runs]))
        layers.move(*(plot_run.tip for plot_run in self.plot_runs), *self.dots)

    def locate(self, step_range: StepRange) -> Array:
        """Pixels (M, 2) of a run's parameters."""
        return self.plot.pixels(*self.plane.project(step_range.values).T)

    def chart(self) -> Chart:
        return Chart("parameters", self.plot)

    def update(self, state: FrameState) -> None:
        for plot_run, run_state in zip(self.plot_runs, state.runs, strict=True):
            plot_run.move(state, run_state, self.plot.clamp_on_ray)


def on_one_scale(
    layers: Layers, cell: Cell, context: Context
) -> tuple[Cell, tuple[tuple[float, float], tuple[float, float]]]:
    """The cell and the ranges with which both axes have as many units per pixel.

    The axis that has too much room is longer than the landscape. If the loss there takes long
    to compute, the cell is smaller instead.
    """
    from render.learn.objective import QuadraticLoss

    landscape = context.landscape
    ranges = [(float(grid[0]), float(grid[-1])) for grid in landscape.grid]
    axis, spare, unit = _spare(layers, cell, landscape)
    more = spare * unit / landscape.lengths[axis] * landscape.loss.size * len(context.dataset.y)
    if more > MAX_PREDICTIONS and not isinstance(context.recording.objective, QuadraticLoss):
        cell = cell.inset(right=spare) if axis == 0 else cell.inset(bottom=spare)
        axis, spare, unit = _spare(layers, cell, landscape)  # of the last pixel
    low, high = ranges[axis]
    ranges[axis] = (low - spare * unit / 2, high + spare * unit / 2)
    return cell, (ranges[0], ranges[1])


def _spare(layers: Layers, cell: Cell, landscape: Landscape) -> tuple[int, float, float]:
    """The axis that has room to spare on one scale with the other, in pixels; units per pixel."""
    from render.draw.plot.axes import area_of

    area = area_of(layers, cell)
    room = np.maximum([area.width, area.height], 1.0)
    unit = float((landscape.lengths / room).max())
    spare = room - landscape.lengths / unit
    axis = int(spare.argmax())
    return axis, float(spare[axis]) if landscape.one_scale else 0.0, unit
