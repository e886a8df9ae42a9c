"""The loss at each value of the one trained parameter, with tangent and next step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from render.draw.numbers import figures
from render.draw.panels.base import Panel
from render.errors import RenderError

if TYPE_CHECKING:
    from render.draw.layout import Cell
    from render.draw.page import Page
    from render.draw.show import Now, Show
    from render.recording import Array

TANGENT = 0.16  # half its length, of the plot's width
SHALLOW = 0.02  # of the curve's height: a run that moves less is drawn as a whole curve
NUDGE = 1e-4  # of the plot's width, to find its slope


@dataclass
class Cost(Panel):
    """The loss at each value of the one trained parameter, with tangent and next step."""

    room_em: ClassVar[tuple[float, float]] = (13, 9)

    def setup(self, page: Page, cell: Cell, show: Show) -> None:
        from render.draw.dot import Dot
        from render.draw.marks import Drawing, Pen, arrow
        from render.draw.plot import plot
        from render.draw.trail import Trail, flat_look

        theme, type_, self.recording = page.theme, page.type, show.recording
        if len(self.recording.names) != 1:
            trained = " and ".join(self.recording.names)
            raise RenderError(
                f"the cost panel is for one trained parameter, and this run trains {trained}:"
                " scene slope_bias shows two"
            )
        self.name = self.recording.names[0]
        self.written = figures(self.recording.grads[:, 0])
        low, high = ends(show)
        self.nudge = NUDGE * (high - low)
        word = show.spec.model.labels()[self.name].split()[0]
        self.plot = plot(
            page, cell,
            titles=(f"loss at each {word}", f"loss at {self.name}", "loss"),
            beside=self._words(0),
            xlim=(low, high),
            ylim=height(show),
            xlabel=self.name,
        )  # fmt: skip
        area, axes = self.plot.area, self.plot.axes
        across = np.linspace(low, high, 400)
        axes.plot(across, self.curve(across), color=theme.muted, lw=0.8 * type_.stroke, zorder=2)
        best = show.landscape.optimum[self.name]
        if show.landscape.exact:
            axes.axvline(best, color=theme.truth, lw=type_.thin, dashes=type_.dash, zorder=1.5)
        trail = Trail(show, self.locate, flat_look(page, area))
        page.grow(trail)
        self.tip = trail.tip()
        self.tangent = self.arrow = np.zeros((2, 2))
        tangent = Pen(theme.text, 0.6 * type_.stroke, clip=area)
        shaft = Pen(theme.parameter, type_.stroke, cap="butt", clip=area)

        def paint(renderer: Any) -> None:
            tangent.draw(renderer, self.tangent)
            arrow(renderer, self.arrow, shaft, head=2.4 * shaft.width)

        self.dot = Dot(page, small=True)
        self.slope = self.plot.beside_title(page, theme.text)
        page.move(self.tip, Drawing(paint, 12), self.dot, self.slope)

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
        along = (rise[1] - rise[0]) / max(float(np.linalg.norm(rise[1] - rise[0])), 1e-9)
        self.tangent = at + TANGENT * self.plot.area.width * np.outer([-1, 1], along)
        target = self.recording.params[min(now.row + 1, self.recording.steps), 0]
        self.arrow = self.plot.pixels(np.array([value, target]), np.zeros(2))
        self.arrow[:, 1] = self.plot.area.bottom + 0.06 * self.plot.area.height
        self.slope.text = self._words(slope)

    def _words(self, slope: float) -> str:
        return f"∂L/∂{self.name} = {self.written(slope)}"


def ends(show: Show) -> tuple[float, float]:
    """The range of the trained parameter that is drawn."""
    axis = show.landscape.grid[show.landscape.axes.index(show.recording.names[0])]
    return float(axis[0]), float(axis[-1])


def height(show: Show) -> tuple[float, float]:
    """Limits of the loss axis: the run's highest loss inside the picture, and room beneath
    the lowest for the arrow of the step."""
    low, high = ends(show)
    path, recording = show.recording.params[:, 0], show.recording
    curve = float(show.landscape.loss.max())
    inside = recording.loss[(path >= low) & (path <= high)]
    top = max(float(inside.max(initial=0.0)), SHALLOW * curve)
    bottom = floor(min(show.landscape.minimum, float(recording.loss.min())), top)
    return bottom - 0.16 * (top - bottom), top + 0.25 * (top - bottom)


def floor(least: float, top: float) -> float:
    """Where a loss axis starts: at 0, unless that is far below the least loss."""
    return 0.0 if 0 <= least < 0.3 * top else least
