"""The landscape from above: contours, the path, the exact optimum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from render.draw.panels.base import Panel
from render.draw.show import Now, Show

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from render.draw.layout import Cell
    from render.draw.style import Type
    from render.recording import Array


@dataclass
class Contour(Panel):
    """The landscape from above: contours, the path, the exact optimum."""

    room_em: ClassVar[tuple[float, float]] = (12, 9)

    def setup(self, show: Show, figure: Figure, cell: Cell, type_: Type) -> None:
        from matplotlib.colors import LinearSegmentedColormap

        from render.draw.dot import Dot
        from render.draw.levels import contour_levels, contours, level
        from render.draw.marks import Disc, Pen, words
        from render.draw.plot import plot
        from render.draw.style import SANS
        from render.draw.trail import Look, Trail

        theme, self.recording, landscape = show.theme, show.recording, show.landscape
        (x, y), (first, second) = landscape.grid, landscape.axes
        self.columns = [self.recording.axes.index(name) for name in landscape.axes]
        labels = show.spec.model.labels()
        self.plot = plot(
            figure, cell, theme, type_,
            title="from above",
            xlim=(x[0], x[-1]),
            ylim=(y[0], y[-1]),
            xlabel=labels[first],
            ylabel=labels[second],
        )  # fmt: skip
        axes = self.plot.axes
        axes.grid(False)
        colormap = LinearSegmentedColormap.from_list("surface", theme.surface, N=256)
        axes.contourf(
            x, y, level(landscape),
            levels=[0, *contour_levels(), 1], cmap=colormap, alpha=0.30, antialiased=True,
        )  # fmt: skip
        for at, lines in contours(landscape):
            for line in lines:
                axes.plot(*line.T, color=colormap(at), lw=max(1.2, 0.4 * type_.stroke), zorder=2)
        best = [landscape.optimum[name] for name in landscape.axes]
        size = 1.5 * type_.dot
        axes.plot(*best, "+", ms=size, mew=0.6 * type_.stroke, color=theme.truth, zorder=3)
        star = words(
            self.plot.area.right, self.plot.area.top + 0.75 * type_.ticks, "+ least squares",
            size=type_.ticks, colour=theme.muted, family=SANS, ha="right",
        )  # fmt: skip
        self.add(figure, star)
        area = self.plot.area
        look = Look(
            core=Pen(theme.trail, type_.stroke, cap="butt", clip=area),
            mark=Disc(0.4 * type_.dot, theme.mark, theme.trail, 0.5 * type_.stroke),
        )
        trail = Trail(show, self.locate, look)
        self.grow(figure, trail)
        self.tip = trail.tip()
        self.dot = Dot(theme, type_, small=True)
        self.add(figure, self.tip, self.dot, moving=True)

    def locate(self, steps: Array) -> Array:
        """Pixels (..., 2) of the parameters at steps (...,)."""
        values = self.recording.values(steps)
        return self.plot.pixels(values[..., self.columns[0]], values[..., self.columns[1]])

    def update(self, now: Now) -> None:
        self.tip.now = now
        at = self.locate(np.array([now.snapshot.step]))[0]
        self.dot.at, self.dot.ghost = self.plot.held(at)
