"""The data, the true line, the model's line and its residuals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from render.draw.panels.base import Panel

if TYPE_CHECKING:
    from render.draw.layout import Cell
    from render.draw.page import Page
    from render.draw.show import Now, Show

TALL = 5.0  # the axis is at most this many times as high as the data, and the line runs out of it


@dataclass
class Data(Panel):
    """The data, the true line, the model's line and its residuals."""

    room_em: ClassVar[tuple[float, float]] = (14, 9)

    def setup(self, page: Page, cell: Cell, show: Show) -> None:
        from matplotlib.path import Path

        from render.draw.marks import Drawing, Pen
        from render.draw.plot import plot

        theme, type_, data = page.theme, page.type, show.dataset
        self.model, self.x = show.spec.model, data.x
        self.ends = np.array([data.x.min(), data.x.max()])
        pad = 0.03 * np.ptp(self.ends)
        equation = self.model.equation(show.recording.at(0).values)
        self.plot = plot(
            page, cell,
            titles=("data and prediction", "data"),
            beside=equation,
            xlim=(self.ends[0] - pad, self.ends[1] + pad),
            ylim=limits(show),
            xlabel="x",
        )  # fmt: skip
        axes, area = self.plot.axes, self.plot.area
        axes.scatter(data.x, data.y, s=(0.38 * type_.text) ** 2, color=theme.data, lw=0, zorder=2)
        order = np.argsort(data.x)
        axes.plot(
            data.x[order], data.clean[order],
            color=theme.truth, lw=type_.thin, dashes=type_.dash, zorder=3,
        )  # fmt: skip
        self.plot.legend(page, "true line", theme.truth)

        self.dots = self.plot.pixels(data.x, data.y)
        self.line = np.zeros((2, 2))
        self.sticks = np.repeat(self.dots, 2, axis=0)  # from each point to the line
        codes = np.tile([Path.MOVETO, Path.LINETO], len(data.x))
        stick = Pen(theme.residual, max(1.0, 0.3 * type_.stroke), cap="butt", clip=area)
        stroke = Pen(theme.prediction, type_.stroke, clip=area)

        def paint(renderer: Any) -> None:
            stick.draw_path(renderer, Path(self.sticks, codes))
            stroke.draw(renderer, self.line)

        self.equation = self.plot.beside_title(page, theme.prediction)
        page.move(Drawing(paint, 12), self.equation)

    def update(self, now: Now) -> None:
        values = now.snapshot.values
        self.line = self.plot.pixels(self.ends, self.model.predict(values, self.ends))
        self.sticks[1::2] = self.plot.pixels(self.x, self.model.predict(values, self.x))
        self.equation.text = self.model.equation(values)


def limits(show: Show) -> tuple[float, float]:
    """An axis that holds the data and, as far as TALL allows, every line of the run."""
    data, recording = show.dataset, show.recording
    low, high = data.y.min(), data.y.max()
    middle, half = (low + high) / 2, max(0.55 * (high - low), 1e-9)
    ends = np.array([data.x.min(), data.x.max()])[:, None]
    values = dict(zip(recording.axes, recording.values(show.cuts).T, strict=True))
    reach = np.abs(show.spec.model.predict(values, ends) - middle).max()
    half = min(max(half, 1.04 * reach), TALL * half)
    return middle - half, middle + half
