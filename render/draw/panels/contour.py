"""The landscape from above: contours, the path, the exact optimum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from render.draw.panels.base import Panel

if TYPE_CHECKING:
    from render.draw.layout import Cell
    from render.draw.page import Page
    from render.draw.show import Now, Show
    from render.recording import Array

TINT = 0.30  # opacity of the bands between the contours


@dataclass
class Contour(Panel):
    """The landscape from above: contours, the path, the exact optimum."""

    room_em: ClassVar[tuple[float, float]] = (11, 9)

    def setup(self, page: Page, cell: Cell, show: Show) -> None:
        from render.draw.dot import Dot
        from render.draw.levels import colormap, contour_levels, contours, level
        from render.draw.plot import plot
        from render.draw.trail import Trail, flat_look

        theme, type_, self.recording = page.theme, page.type, show.recording
        landscape, labels = show.landscape, show.spec.model.labels()
        self.columns = [self.recording.axes.index(name) for name in landscape.axes]
        x, y = landscape.grid
        self.plot = plot(
            page, cell,
            titles=("from above", "above"),
            xlim=(x[0], x[-1]),
            ylim=(y[0], y[-1]),
            xlabel=labels[landscape.axes[0]],
            ylabel=labels[landscape.axes[1]],
        )  # fmt: skip
        axes, area = self.plot.axes, self.plot.area
        axes.grid(False)
        colours = colormap(theme)
        bands = [0, *contour_levels(), 1]
        axes.contourf(x, y, level(landscape), levels=bands, cmap=colours, alpha=TINT)
        for at, lines in contours(landscape):
            for line in lines:
                axes.plot(*line.T, color=colours(at), lw=max(1.2, 0.4 * type_.stroke), zorder=2)
        best = [landscape.optimum[name] for name in landscape.axes]
        if landscape.exact:
            cross: dict[str, Any] = {"ms": 1.5 * type_.dot, "mew": 0.6 * type_.stroke}
            axes.plot(*best, "+", color=theme.truth, zorder=3, **cross)
            full = "least squares" if landscape.method == "least squares" else "minimum"
            room = area.right - self.plot.titled_to - type_.ticks
            name = page.fitting((f"+ {full}", "+ best"), room, type_.ticks)
            look: dict[str, Any] = {"size": type_.ticks, "colour": theme.muted, "ha": "right"}
            shown = page.words(area.right, self.plot.title_y, name, **look)
            page.add(*([] if type_.bare else [shown]))

        trail = Trail(show, self.locate, flat_look(page, area))
        page.grow(trail)
        self.tip = trail.tip()
        self.dot = Dot(page, small=True)
        page.move(self.tip, self.dot)

    def locate(self, steps: Array) -> Array:
        """Pixels (..., 2) of the parameters at steps (...,)."""
        values = self.recording.values(steps)
        return self.plot.pixels(values[..., self.columns[0]], values[..., self.columns[1]])

    def update(self, now: Now) -> None:
        self.tip.now = now
        at = self.locate(np.array([now.snapshot.step]))[0]
        self.dot.at, self.dot.ghost = self.plot.held_on_ray(at)
