"""Numbers recorded at the steps of a run as a curve against the film's clock, with its dot."""

from __future__ import annotations

import numpy as np

from render.draw.artists import Pen
from render.draw.context import Context, FrameState, RunState
from render.draw.layers import Layers
from render.draw.plot.axes import Plot
from render.draw.plot.stairs import Stairs
from render.draw.plot.trail import Dot, Trail
from render.draw.run_style import THINNER, RunStyle, plot_trail_style
from render.draw.step_range import StepRange
from render.recording import Array
from render.results import Run

MAX_FUTURE_POINTS = 2000  # of the faint curve of what is still to come
MAX_PX = 1e6  # on either side of the frame's corner: Agg's integers overflow not much further out
ABOVE_FOOT = 1.001  # times the foot of a logarithmic axis: lower values are drawn at this height


class Series:
    """Values (R,) of a run's first R recorded steps, straight from record to record.

    With `stairs` each value lasts until the next record, and the last one until the run ends.
    """

    def __init__(
        self,
        layers: Layers,
        context: Context,
        run: Run,
        plot: Plot,
        values: Array,
        style: RunStyle,
        *,
        stairs: bool = False,
    ) -> None:
        self.context, self.recording, self.plot, self.values = context, run.recording, plot, values
        self.last = float(len(values) - 1)
        self.stairs, self.log = stairs, plot.axes.get_yscale() == "log"
        least = ABOVE_FOOT * plot.axes.get_ylim()[0]
        self._heights = np.log(np.maximum(values, least)) if self.log else values
        self.dot = Dot(layers, style, small=True)
        self.home = self.locate(np.zeros(1))[0]  # pixel (2,)
        self._inset = 1.2 * layers.type.dot
        if context.single:
            self._draw_future(layers)
        self.line = self._drawn(layers, run, style)
        self.tip = self.line.tip()
        layers.grow(self.line)

    def _drawn(self, layers: Layers, run: Run, style: RunStyle) -> Trail | Stairs:
        if not self.stairs:
            trail_style = plot_trail_style(layers, self.plot.area, style.trail, self.context.single)
            return Trail(self.context, run, self._located, trail_style, chords=True)
        width = layers.type.stroke * (1.0 if self.context.single else THINNER)
        pen = Pen(style.trail, width, dashes=style.dashed(width), clip=self.plot.area)
        return Stairs(self.place, self.context.steps(run), pen)

    def _draw_future(self, layers: Layers) -> None:
        """The whole curve, faintly; the past is drawn over it."""
        every = np.arange(len(self.values) + (1 if self.stairs else 0))
        few = np.linspace(0, len(every) - 1, min(len(every), MAX_FUTURE_POINTS)).astype(int)
        x, y = self.plot.axes.transData.inverted().transform(self.locate(every[few])).T
        self.plot.axes.plot(
            x, y,
            color=layers.theme.future, lw=0.6 * layers.type.stroke, zorder=2,
            drawstyle="steps-post" if self.stairs else "default",
        )  # fmt: skip

    def locate(self, steps: Array) -> Array:
        """Pixels (..., 2) at steps (...,)."""
        below = np.clip(np.floor(steps), 0, self.last)
        if self.stairs:
            return self.place(steps, below)
        steps = np.minimum(steps, self.last)
        start, end = (self._heights[np.minimum(below + i, self.last).astype(int)] for i in (0, 1))
        return self._pixels(steps, start + (steps - below) * (end - start))

    def _located(self, step_range: StepRange) -> Array:
        return self.locate(step_range.steps)

    def ending(self) -> float:
        """The height of the curve's end in pixels."""
        return float(self.locate(np.array([self.last]))[0, 1])

    def place(self, steps: Array, rows: Array) -> Array:
        """Pixels (..., 2) at steps (...,), at the heights of the values of rows (...,)."""
        return self._pixels(steps, self._heights[np.clip(rows, 0, self.last).astype(int)])

    def _pixels(self, steps: Array, heights: Array) -> Array:
        x = self.context.clock.shown(self.recording, steps)
        at = self.plot.pixels(x, np.exp(heights) if self.log else heights)
        return at.clip(-MAX_PX, MAX_PX)

    def move(self, frame_state: FrameState, run_state: RunState) -> None:
        """Bring the curve's end and its dot to a moment."""
        self.dot.at, self.dot.hollow = self.plot.clamp(self.tip.move(frame_state, run_state))
        if self.dot.hollow:  # the whole dot below the title
            area, inset = self.plot.area, min(self._inset, 0.4 * self.plot.area.height)
            self.dot.at[1] = np.clip(self.dot.at[1], area.bottom + inset, area.top - inset)
