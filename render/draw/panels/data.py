"""The data, the true line, the model's line and its residuals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from render.draw.panels.base import Panel
from render.draw.show import Now, Show

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from render.draw.layout import Cell
    from render.draw.style import Type

TALL = 5.0  # the axis is at most this many times as high as the data, and the line runs out of it


@dataclass
class Data(Panel):
    """The data, the true line, the model's line and its residuals."""

    room_em: ClassVar[tuple[float, float]] = (14, 9)

    def setup(self, show: Show, figure: Figure, cell: Cell, type_: Type) -> None:
        from matplotlib.path import Path

        from render.draw.marks import IDENTITY, Drawing, Pen, words
        from render.draw.plot import beside_title, plot
        from render.draw.style import SANS

        theme, data = show.theme, show.dataset
        self.show = show
        self.ends = np.array([data.x.min(), data.x.max()])
        pad = 0.03 * np.ptp(self.ends)
        self.plot = plot(
            figure, cell, theme, type_,
            title="data and prediction",
            xlim=(self.ends[0] - pad, self.ends[1] + pad),
            ylim=limits(show),
            xlabel="x",
        )  # fmt: skip
        axes, area = self.plot.axes, self.plot.area
        axes.scatter(data.x, data.y, s=(0.38 * type_.text) ** 2, color=theme.data, lw=0, zorder=2)
        order = np.argsort(data.x)
        axes.plot(
            data.x[order], data.clean[order],
            color=theme.truth, lw=max(1.5, 0.45 * type_.stroke), dashes=(5, 4), zorder=3,
        )  # fmt: skip
        self.line = np.zeros((2, 2))
        self.sticks = Path(np.zeros((2 * len(data.x), 2)), np.tile([1, 2], len(data.x)))
        stick = Pen(theme.residual, max(1.0, 0.3 * type_.stroke), cap="butt", clip=area)
        stroke = Pen(theme.prediction, type_.stroke, clip=area)

        def paint_sticks(renderer: Any) -> None:
            gc = stick.context(renderer)
            renderer.draw_path(gc, self.sticks, IDENTITY)
            gc.restore()

        self.add(figure, Drawing(paint_sticks, 12), moving=True)
        self.add(figure, Drawing(lambda r: stroke.draw(r, self.line), 13), moving=True)
        title_px = 0.56 * type_.text * len("data and prediction")
        legend_x, legend_y = area.left + title_px + 1.2 * type_.text, area.top + 0.75 * type_.ticks
        sample = np.array([[legend_x, 0], [legend_x + 2 * type_.ticks, 0]]) + (
            0, legend_y + 0.3 * type_.ticks,
        )  # fmt: skip
        dashed = Pen(theme.truth, max(1.5, 0.45 * type_.stroke), dashes=(5, 4), cap="butt")
        legend = words(
            legend_x + 2.5 * type_.ticks, legend_y, "true line",
            size=type_.ticks, colour=theme.muted, family=SANS,
        )  # fmt: skip
        self.add(figure, Drawing(lambda r: dashed.draw(r, sample)), legend)
        self.equation = beside_title(self.plot, theme, type_, "", theme.prediction)
        self.add(figure, self.equation, moving=True)
        self.dots = self.plot.pixels(data.x, data.y)

    def update(self, now: Now) -> None:
        values, model = now.snapshot.values, self.show.spec.model
        x = self.show.dataset.x
        self.line = self.plot.pixels(self.ends, model.predict(values, self.ends))
        fitted = self.plot.pixels(x, model.predict(values, x))
        self.sticks.vertices[0::2] = self.dots
        self.sticks.vertices[1::2] = fitted
        self.equation.set_text(model.equation(values))


def limits(show: Show) -> tuple[float, float]:
    """An axis that holds the data and, as far as TALL allows, every line of the run."""
    data = show.dataset
    low, high = data.y.min(), data.y.max()
    middle, half = (low + high) / 2, 0.55 * (high - low)
    ends = np.array([data.x.min(), data.x.max()])[:, None]
    values = dict(zip(show.recording.axes, show.recording.values(show.cuts).T, strict=True))
    reach = np.abs(show.spec.model.predict(values, ends) - middle).max()
    half = min(max(half, 1.04 * reach), TALL * half)
    return middle - half, middle + half
