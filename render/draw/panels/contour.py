"""The landscape from above: contours, the paths, the exact minima."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from render.draw.panels.base import DrawnPanel
from render.draw.panels.surface import spanned_by_two

if TYPE_CHECKING:
    from render.draw.context import Context, FrameState, StepRange
    from render.draw.layers import Layers
    from render.draw.layout import Cell
    from render.recording import Array


TINT = 0.30  # opacity of the bands between the contours


@dataclass
class ContourPanel(DrawnPanel):
    """The landscape from above: contours, the paths, the exact minima."""

    room_em: ClassVar[tuple[float, float]] = (11, 9)

    def setup(self, page: Layers, cell: Cell, show: Context) -> None:
        from render.draw.plot.axes import plot
        from render.draw.plot.contours import (
            colormap,
            contour_levels,
            contours,
            known_minima,
            level,
        )
        from render.draw.plot.trail import PlotRun

        spanned_by_two(show, "contour")
        theme, type_, recording = page.theme, page.type, show.recording
        landscape, labels = show.landscape, show.axis_labels
        self.plane = landscape.plane
        x, y = landscape.grid
        self.plot = plot(
            page, cell,
            titles=("from above", "above"),
            xlim=(x[0], x[-1]),
            ylim=(y[0], y[-1]),
            xlabel=labels[0],
            ylabel=labels[1],
        )  # fmt: skip
        axes, area = self.plot.axes, self.plot.area
        axes.grid(False)
        colours = colormap(theme)
        bands = [0, *contour_levels(), 1]
        axes.contourf(x, y, level(landscape), levels=bands, cmap=colours, alpha=TINT)
        for at, lines in contours(landscape):
            for line in lines:
                axes.plot(*line.T, color=colours(at), lw=max(1.2, 0.4 * type_.stroke), zorder=2)
        known = known_minima(landscape, recording)
        for minimum in known:
            size = 1.0 if minimum.lowest else 0.6
            cross: dict[str, Any] = {"ms": 1.5 * size * type_.dot, "mew": 0.6 * size * type_.stroke}
            axes.plot(*minimum.coordinates, "+", color=theme.truth, zorder=3, **cross)
        if known:
            full = "least squares" if landscape.method == "least squares" else "minimum"
            full = "minima" if len(known) > 1 else full
            room = area.right - self.plot.titled_to - type_.ticks
            name = page.fitting((f"+ {full}", "+ best"), room, type_.ticks)
            look: dict[str, Any] = {"size": type_.ticks, "colour": theme.muted, "ha": "right"}
            shown = page.words(area.right, self.plot.title_y, name, **look)
            page.add(*([] if type_.bare else [shown]))

        self.walkers = [
            PlotRun(page, show, run, guise, area, self.locate)
            for run, guise in zip(show.runs, show.guises, strict=True)
        ]
        self.dots = [walker.dot for walker in self.walkers]
        page.move(*(walker.tip for walker in self.walkers), *self.dots)

    def locate(self, stretch: StepRange) -> Array:
        """Pixels (M, 2) of a run's parameters."""
        return self.plot.pixels(*self.plane.project(stretch.values).T)

    def update(self, now: FrameState) -> None:
        for walker, here in zip(self.walkers, now.runs, strict=True):
            walker.move(now, here, self.plot.held_on_ray)
