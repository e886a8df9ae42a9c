"""The loss at each value of the one trained parameter, with tangent and next step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from render.draw.numbers import figures
from render.draw.panels.base import Panel
from render.draw.show import Now, Show

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from render.draw.layout import Cell
    from render.draw.style import Type
    from render.recording import Array

TANGENT = 0.2  # half its length, of the plot's width


@dataclass
class Cost(Panel):
    """The loss at each value of the one trained parameter, with tangent and next step."""

    room_em: ClassVar[tuple[float, float]] = (13, 9)

    def setup(self, show: Show, figure: Figure, cell: Cell, type_: Type) -> None:
        from render.draw.dot import Dot
        from render.draw.marks import Disc, Drawing, Pen, arrow
        from render.draw.plot import beside_title, plot
        from render.draw.trail import Look, Trail

        theme, recording = show.theme, show.recording
        self.recording = recording
        self.name = recording.names[0]
        low, high = ends(show)
        self.plot = plot(
            figure, cell, theme, type_,
            title=f"loss at each {show.spec.model.labels()[self.name].split()[0]}",
            xlim=(low, high),
            ylim=height(show),
            xlabel=self.name,
        )  # fmt: skip
        area, axes = self.plot.area, self.plot.axes
        across = np.linspace(low, high, 400)
        axes.plot(across, self.curve(across), color=theme.muted, lw=0.8 * type_.stroke, zorder=2)
        best = show.landscape.optimum[self.name]
        axes.axvline(
            best, color=theme.truth, lw=max(1.5, 0.45 * type_.stroke), dashes=(5, 4), zorder=1.5
        )
        look = Look(
            core=Pen(theme.trail, type_.stroke, cap="butt", clip=area),
            mark=Disc(0.4 * type_.dot, theme.mark, theme.trail, 0.5 * type_.stroke),
        )
        trail = Trail(show, self.locate, look)
        self.grow(figure, trail)
        self.tip = trail.tip()
        self.nudge = 1e-4 * (high - low)
        self.tangent = np.zeros((2, 2))
        tangent = Pen(theme.text, 0.6 * type_.stroke, clip=area)
        self.arrow = np.zeros((2, 2))
        shaft = Pen(theme.parameter, type_.stroke, cap="butt", clip=area)
        head = 2.2 * type_.stroke

        def paint(renderer: Any) -> None:
            tangent.draw(renderer, self.tangent)
            arrow(renderer, self.arrow, shaft, head)

        self.dot = Dot(theme, type_, small=True)
        self.slope = beside_title(self.plot, theme, type_, "", theme.text)
        self.add(figure, self.tip, Drawing(paint, 12), self.dot, self.slope, moving=True)
        self.written = figures(recording.grads[:, 0])

    def curve(self, values: Array) -> Array:
        """The loss (M,) at values (M,) of the trained parameter, the others held."""
        frozen = [*self.recording.frozen.values()]
        rest = np.broadcast_to(frozen, (len(values), len(frozen)))
        return self.recording.objective(np.concatenate([values[:, None], rest], axis=-1))

    def locate(self, steps: Array) -> Array:
        """Pixels (..., 2) of parameter and loss at steps (...,)."""
        return self.plot.pixels(self.recording.values(steps)[..., 0], self.recording.losses(steps))

    def update(self, now: Now) -> None:
        self.tip.now = now
        at = self.locate(np.array([now.snapshot.step]))[0]
        self.dot.at, self.dot.ghost = self.plot.held(at)
        value = now.snapshot.values[self.name]
        around = value + self.nudge * np.array([-1.0, 1.0])
        below, above = self.curve(around)
        slope = (above - below) / (2 * self.nudge)
        rise = self.plot.pixels(around, now.snapshot.loss + slope * (around - value))
        along = (rise[1] - rise[0]) / np.linalg.norm(rise[1] - rise[0])
        self.tangent = at + TANGENT * self.plot.area.width * np.outer([-1, 1], along)
        target = self.recording.params[min(now.row + 1, self.recording.steps), 0]
        self.arrow = self.plot.pixels(np.array([value, target]), np.zeros(2))
        self.arrow[:, 1] = self.plot.area.bottom + 0.06 * self.plot.area.height
        self.slope.set_text(f"∂L/∂{self.name} = {self.written(slope)}")


def ends(show: Show) -> tuple[float, float]:
    """The range of the trained parameter that is drawn."""
    axis = show.landscape.grid[show.landscape.axes.index(show.recording.names[0])]
    return float(axis[0]), float(axis[-1])


def height(show: Show) -> tuple[float, float]:
    """Limits of the loss axis: the highest loss of the run inside the picture, and room
    beneath for the arrow of the step."""
    low, high = ends(show)
    path = show.recording.params[:, 0]
    top = float(show.recording.loss[(path >= low) & (path <= high)].max())
    return -0.16 * top, 1.25 * top
