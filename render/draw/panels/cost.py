"""The loss at each value of the one trained parameter, with tangent and next step."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from render.draw.numbers import figures
from render.draw.panels.base import DrawnPanel
from render.errors import RenderError

if TYPE_CHECKING:
    from render.draw.context import Context, FrameState, RunState, StepRange
    from render.draw.layers import Layers
    from render.draw.layout import Cell
    from render.recording import Array


TANGENT = 0.16  # half its length, of the plot's width
SHALLOW = 0.02  # of the curve's height: a run that moves less is drawn as a whole curve
NUDGE = 1e-4  # of the plot's width, to find its slope


@dataclass
class CostPanel(DrawnPanel):
    """The loss at each value of the one trained parameter, with tangent and next step."""

    room_em: ClassVar[tuple[float, float]] = (13, 8.2)

    def setup(self, page: Layers, cell: Cell, show: Context) -> None:
        from render.draw.artists import PaintedArtist, Pen, arrow
        from render.draw.plot.axes import plot
        from render.draw.plot.contours import known_minima
        from render.draw.plot.trail import PlotRun

        theme, type_, self.recording = page.theme, page.type, show.recording
        if len(self.recording.names) != 1:
            trained = " and ".join(self.recording.names)
            raise RenderError(
                f"the cost panel is for one trained parameter, and this run trains {trained}:"
                " the contour panel shows two"
            )
        self.name = self.recording.names[0]
        self.written = figures(self.recording.grads[:, 0])
        low, high = ends(show)
        self.nudge = NUDGE * (high - low)
        word = show.labels[self.name].split()[0]
        self.plot = plot(
            page, cell,
            titles=(f"loss at each {word}", f"loss at {self.name}", "loss"),
            beside=self._words(0) if show.lone else "",
            xlim=(low, high),
            ylim=height(show),
            xlabel=self.name,
        )  # fmt: skip
        area, axes = self.plot.area, self.plot.axes
        across = np.linspace(low, high, 400)
        axes.plot(across, self.curve(across), color=theme.muted, lw=0.8 * type_.stroke, zorder=2)
        for minimum in known_minima(show.landscape, self.recording):
            width = type_.thin if minimum.lowest else 0.6 * type_.thin
            best = minimum.params[0]
            axes.axvline(best, color=theme.truth, lw=width, dashes=type_.dash, zorder=1.5)
        self.walkers = [
            PlotRun(page, show, run, guise, area, self.locate)
            for run, guise in zip(show.runs, show.guises, strict=True)
        ]
        self.dots = [walker.dot for walker in self.walkers]
        page.move(*(walker.tip for walker in self.walkers))
        self.tangent = self.arrow = np.zeros((2, 2))
        tangent = Pen(theme.text, 0.6 * type_.stroke, clip=area)
        shaft = Pen(theme.parameter, type_.stroke, cap="butt", clip=area)

        def paint(renderer: Any) -> None:
            if self.sloping:
                tangent.draw(renderer, self.tangent)
            arrow(renderer, self.arrow, shaft, head=2.4 * shaft.width)

        self.lone, self.off = show.lone, type_.dot
        self.sloping = True  # while a step is told, from its backward on
        self.slope = self.plot.beside_title(page, theme.text)
        page.move(*[PaintedArtist(paint, 12)] * show.lone, *self.dots)
        page.move(*[self.slope] * show.lone)

    def curve(self, values: Array) -> Array:
        """The loss (M,) at values (M,) of the trained parameter, the others held."""
        frozen = [*self.recording.frozen.values()]
        rest = np.broadcast_to(frozen, (len(values), len(frozen)))
        return self.recording.objective(np.concatenate([values[:, None], rest], axis=-1))

    def locate(self, stretch: StepRange) -> Array:
        """Pixels (M, 2) of a run's parameter and loss."""
        return self.plot.pixels(stretch.values[:, 0], stretch.losses)

    def update(self, now: FrameState) -> None:
        held = partial(self.plot.held, off=self.off)
        for walker, here in zip(self.walkers, now.runs, strict=True):
            walker.move(now, here, held)
        if self.lone:
            self._step(now.first, now.telling, now.moment.phase)

    def _step(self, here: RunState, row: int, phase: str | None) -> None:
        """Tangent and arrow of the step that is being taken."""
        self.sloping = phase not in ("forward", "loss")
        value = here.snapshot.values[self.name]
        nudge = max(self.nudge, NUDGE * abs(value))  # not lost beside a value far away
        around = value + nudge * np.array([-1.0, 1.0])
        below, above = self.curve(around)
        slope = (above - below) / (2 * nudge)
        rise = self.plot.pixels(around, here.snapshot.loss + slope * (around - value))
        along = (rise[1] - rise[0]) / max(float(np.linalg.norm(rise[1] - rise[0])), 1e-9)
        at = self.walkers[0].at
        self.tangent = at + TANGENT * self.plot.area.width * np.outer([-1, 1], along)
        stepping = phase in (None, "update")
        target = self.recording.params[min(row + stepping, self.recording.steps), 0]
        self.arrow = self.plot.pixels(np.array([value, target]), np.zeros(2))
        self.arrow[:, 1] = self.plot.area.bottom + 0.06 * self.plot.area.height
        self.slope.text = self._words(slope)

    def _words(self, slope: float) -> str:
        return f"∂L/∂{self.name} = {self.written(slope)}"


def ends(show: Context) -> tuple[float, float]:
    """The range of the trained parameter that is drawn."""
    axis = show.landscape.grid[show.landscape.moving(show.recording).index(True)]
    return float(axis[0]), float(axis[-1])


def height(show: Context) -> tuple[float, float]:
    """Limits of the loss axis: the highest loss of the runs inside the picture, and room
    beneath the lowest for the arrow of the step."""
    low, high = ends(show)
    tops, bottoms = [], []
    for run in show.scale:
        path, recording = run.recording.params[:, 0], run.recording
        inside = recording.loss[(path >= low) & (path <= high)]
        drawn = run.landscape.loss
        tops.append(float(inside.max(initial=0.0)))
        tops.append(SHALLOW * float(drawn.max()))
        # A loss that falls for ever is followed as far as the picture goes.
        lowest = run.landscape.minimum if run.landscape.exact else float(drawn.min())
        bottoms.append(min(lowest, float(inside.min(initial=np.inf))))
    top = max(tops)
    bottom = floor(min(bottoms), top)
    return bottom - 0.16 * (top - bottom), top + 0.25 * (top - bottom)


def floor(least: float, top: float) -> float:
    """Where a loss axis starts: at 0, unless that is far below the least loss."""
    return 0.0 if 0 <= least < 0.3 * top else least
