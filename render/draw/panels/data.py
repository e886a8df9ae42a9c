"""The data, the true line, the models' lines, the residuals of a single run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from render.draw.panels.base import DrawnPanel, of_data
from render.draw.plot.ranges import data_limits, predicted_at, scaling, shown_x
from render.recording import Array

if TYPE_CHECKING:
    from render.cells import Cell
    from render.config.spec import Spec
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.draw.plot.axes import Plot
    from render.recording import Array


THRESHOLD = 0.5  # from this probability on the answer is 1
DIGITS = 2  # of the accuracy


class Boundary:
    """A line at the threshold, a ring around each wrong point, the accuracy in the title's row."""

    def __init__(self, layers: Layers, plot: Plot, x: Array, y: Array) -> None:
        from render.draw.artists import PaintedArtist, Pen, Stamp

        self.plot, self.y = plot, y
        self.points = plot.pixels(x, y)  # (N, 2)
        self.wrong = np.zeros(len(y), bool)
        self.turns = np.zeros((0, 2, 2))
        theme, type_ = layers.theme, layers.type
        line = Pen(theme.prediction, type_.thin, dashes=type_.dash, cap="butt", clip=plot.area)
        ring = Stamp(0.42 * type_.text, "none", theme.text, 0.35 * type_.stroke)

        def paint(renderer: Any) -> None:
            for turn in self.turns:
                line.draw(renderer, turn)
            for point in self.points[self.wrong]:
                ring.draw(renderer, point)

        left = plot.titled_to + 1.5 * type_.ticks
        self.accuracy = layers.live(left, plot.title_y, size=type_.ticks, colour=theme.muted)
        room = plot.titled_from - left - type_.ticks
        fits = layers.width(self._words(1.0), type_.ticks, mono=True) <= room
        self.accuracy.set_visible(fits and not type_.bare)
        layers.move(PaintedArtist(paint, 13), self.accuracy)

    def move(self, along: Array, predicted: Array, answers: Array) -> None:
        """Show a model that predicts `predicted` (M,) along the axis and `answers` (N,) at x."""
        self.wrong = (answers >= THRESHOLD) != (self.y >= THRESHOLD)
        self.accuracy.text = self._words(1 - float(self.wrong.mean()))
        above = predicted >= THRESHOLD
        after = np.flatnonzero(above[1:] != above[:-1])
        part = (THRESHOLD - predicted[after]) / (predicted[after + 1] - predicted[after])
        at = along[after] + part * (along[after + 1] - along[after])
        low, high = self.plot.axes.get_ylim()
        ends = [self.plot.pixels(at, np.full(len(at), y)) for y in (low, high)]
        self.turns = np.stack(ends, axis=1)

    def _words(self, accuracy: float) -> str:
        return f"accuracy {accuracy:.{DIGITS}f}"


MAX_STICKS = 300  # residuals that are drawn; of more points, evenly chosen ones
MAX_LARGE_POINTS = 150  # of more points, each is drawn smaller


@dataclass
class DataPanel(DrawnPanel):
    """The data, the true line, the models' lines, the residuals of a single run."""

    room_em: ClassVar[tuple[float, float]] = (14, 9)

    @classmethod
    def unfit(cls, spec: Spec, runs: int) -> str | None:
        return of_data(spec, "data")

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from matplotlib.path import Path

        from render.draw.artists import PaintedArtist, Pen
        from render.draw.plot.axes import plot

        theme, type_, data = layers.theme, layers.type, context.dataset
        self.model, self.columns = context.first.spec.model, data.columns
        x = shown_x(data)
        order = np.argsort(x)
        self.scaled = data.x.ndim == 1 and data.unscale != (1.0, 0.0)
        equation = self._equation(context.recording.at(0).values)
        pad = 0.03 * (x.max() - x.min())
        self.plot = plot(
            layers, cell,
            titles=("labels",) if self.model.probability else ("data and prediction", "data"),
            beside=equation if context.single else "",
            xlim=(x.min() - pad, x.max() + pad),
            ylim=data_limits(context),
            xlabel=data.names[0] + (f",  z = {scaling(data)}" if self.scaled else ""),
            ylabel="" if data.names[-1] == "y" else data.names[-1],
        )  # fmt: skip
        axes, area = self.plot.axes, self.plot.area
        small = 0.38 if len(x) <= MAX_LARGE_POINTS else 0.22
        axes.scatter(x, data.y, s=(small * type_.text) ** 2, color=theme.data, lw=0, zorder=2)
        if data.clean is not None and not self.model.probability:
            axes.plot(
                x[order], data.clean[order],
                color=theme.truth, lw=type_.thin, dashes=type_.dash, zorder=3,
            )  # fmt: skip
            self.plot.legend(layers, "true line", theme.truth)

        self.along, self.inputs = predicted_at(data)
        self.lines = [np.zeros((len(self.along), 2)) for _ in context.runs]
        few = np.unique(np.linspace(0, len(x) - 1, min(len(x), MAX_STICKS)).astype(int))
        self.few = order[few]
        self.x = x[self.few]
        self.sticks = np.repeat(self.plot.pixels(self.x, data.y[self.few]), 2, axis=0)
        codes = np.tile([Path.MOVETO, Path.LINETO], len(few))
        thin = max(1.0, 0.3 * type_.stroke)
        quiet = Pen(theme.residual, thin, cap="butt", clip=area)
        loud = Pen(theme.data, 1.6 * thin, cap="butt", clip=area)
        self.measuring = False  # in the phase of the loss, which is computed from the residuals
        strokes = [
            Pen(g.line, type_.stroke, dashes=g.dashed(type_.stroke), clip=area)
            for g in context.styles
        ]
        self.single = context.single

        def paint(renderer: Any) -> None:
            if self.single:
                stick = loud if self.measuring else quiet
                stick.draw_path(renderer, Path(self.sticks, codes))
            for stroke, line in zip(strokes, self.lines, strict=True):
                stroke.draw(renderer, line)

        self.equation = self.plot.beside_title(layers, theme.prediction)
        layers.move(PaintedArtist(paint, 12), *[self.equation] * self.single)
        decides = self.model.probability and self.single and data.x.ndim == 1
        self.boundary = Boundary(layers, self.plot, x, data.y) if decides else None

    def update(self, state: FrameState) -> None:
        for line, run_state in zip(self.lines, state.runs, strict=True):
            predicted = self.model.predict(run_state.snapshot.values, self.inputs)
            line[:] = self.plot.pixels(self.along, predicted + 0 * self.along)
        if self.single:
            self.measuring = state.moment.phase == "loss"
            values = state.first.snapshot.values
            ends = self.model.predict(values, self.columns[..., self.few])
            self.sticks[1::2] = self.plot.pixels(self.x, ends)
            self.equation.text = self._equation(values)
            if self.boundary is not None:
                predicted = self.model.predict(values, self.inputs)
                answers = self.model.predict(values, self.columns)
                self.boundary.move(self.along, predicted, answers)

    def _equation(self, values: Mapping[str, float]) -> str:
        """The model's equation, in z where it is not trained on the x of the axis."""
        written = self.model.equation(values)
        return written.replace("x", "z") if self.scaled else written
