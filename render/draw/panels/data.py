"""The data, the true line, the models' lines, a lone one's residuals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from render.draw.panels.base import DrawnPanel
from render.errors import RenderError
from render.recording import Array

if TYPE_CHECKING:
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.draw.layout import Cell
    from render.draw.plot.axes import Plot
    from render.recording import Array, Dataset
    from render.results import Run


THRESHOLD = 0.5  # from this probability on the answer is 1
DIGITS = 2  # of the accuracy


class Boundary:
    """A line at the threshold, a ring around each wrong point, the accuracy in the title's row."""

    def __init__(self, page: Layers, plot: Plot, x: Array, y: Array) -> None:
        from render.draw.artists import PaintedArtist, Pen, Stamp

        self.plot, self.y = plot, y
        self.points = plot.pixels(x, y)  # (N, 2)
        self.wrong = np.zeros(len(y), bool)
        self.turns = np.zeros((0, 2, 2))
        theme, type_ = page.theme, page.type
        line = Pen(theme.prediction, type_.thin, dashes=type_.dash, cap="butt", clip=plot.area)
        ring = Stamp(0.42 * type_.text, "none", theme.text, 0.35 * type_.stroke)

        def paint(renderer: Any) -> None:
            for turn in self.turns:
                line.draw(renderer, turn)
            for point in self.points[self.wrong]:
                ring.draw(renderer, point)

        left = plot.titled_to + 1.5 * type_.ticks
        self.accuracy = page.live(left, plot.title_y, size=type_.ticks, colour=theme.muted)
        room = plot.titled_from - left - type_.ticks
        fits = page.width(self._words(1.0), type_.ticks, mono=True) <= room
        self.accuracy.set_visible(fits and not type_.bare)
        page.move(PaintedArtist(paint, 13), self.accuracy)

    def move(self, along: Array, predicted: Array, answers: Array) -> None:
        """To a model that predicts `predicted` (M,) along the axis and `answers` (N,) at x."""
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


CURVE = 97  # points of the prediction's line, odd: its ends and its middle are among them
STICKS = 300  # residuals at most; of more points evenly chosen ones
MANY = 150  # more points than this are drawn smaller
PROBABILITIES = (-0.15, 1.15)  # an axis that holds all of them, and rings around the points
TALL = 5.0  # the axis is at most this many times as high as the data, and the line runs out of it


@dataclass
class DataPanel(DrawnPanel):
    """The data, the true line, the models' lines, a lone one's residuals."""

    room_em: ClassVar[tuple[float, float]] = (14, 9)

    def setup(self, page: Layers, cell: Cell, show: Context) -> None:
        from matplotlib.path import Path

        from render.draw.artists import PaintedArtist, Pen
        from render.draw.plot.axes import plot

        theme, type_, data = page.theme, page.type, show.dataset
        if not show.first.spec.model.needs_data:
            raise RenderError("the data panel needs data, and a function has none")
        self.model, self.columns = show.first.spec.model, data.columns
        x = shown_x(data)
        order = np.argsort(x)
        self.scaled = data.x.ndim == 1 and data.unscale != (1.0, 0.0)
        equation = self._equation(show.recording.at(0).values)
        pad = 0.03 * (x.max() - x.min())
        self.plot = plot(
            page, cell,
            titles=("labels",) if self.model.probability else ("data and prediction", "data"),
            beside=equation if show.lone else "",
            xlim=(x.min() - pad, x.max() + pad),
            ylim=limits(show),
            xlabel=data.names[0] + (f",  z = {scaling(data)}" if self.scaled else ""),
            ylabel="" if data.names[-1] == "y" else data.names[-1],
        )  # fmt: skip
        axes, area = self.plot.axes, self.plot.area
        small = 0.38 if len(x) <= MANY else 0.22
        axes.scatter(x, data.y, s=(small * type_.text) ** 2, color=theme.data, lw=0, zorder=2)
        if data.clean is not None and not self.model.probability:
            axes.plot(
                x[order], data.clean[order],
                color=theme.truth, lw=type_.thin, dashes=type_.dash, zorder=3,
            )  # fmt: skip
            self.plot.legend(page, "true line", theme.truth)

        self.along, self.inputs = predicted_at(data)
        self.lines = [np.zeros((len(self.along), 2)) for _ in show.runs]
        few = np.unique(np.linspace(0, len(x) - 1, min(len(x), STICKS)).astype(int))
        self.few = order[few]
        self.x = x[self.few]
        self.sticks = np.repeat(self.plot.pixels(self.x, data.y[self.few]), 2, axis=0)
        codes = np.tile([Path.MOVETO, Path.LINETO], len(few))
        thin = max(1.0, 0.3 * type_.stroke)
        quiet = Pen(theme.residual, thin, cap="butt", clip=area)
        loud = Pen(theme.data, 1.6 * thin, cap="butt", clip=area)
        self.measuring = False  # the loss is being told, which is made of the residuals
        strokes = [
            Pen(g.line, type_.stroke, dashes=g.dashed(type_.stroke), clip=area) for g in show.guises
        ]
        self.lone = show.lone

        def paint(renderer: Any) -> None:
            if self.lone:
                stick = loud if self.measuring else quiet
                stick.draw_path(renderer, Path(self.sticks, codes))
            for stroke, line in zip(strokes, self.lines, strict=True):
                stroke.draw(renderer, line)

        self.equation = self.plot.beside_title(page, theme.prediction)
        page.move(PaintedArtist(paint, 12), *[self.equation] * self.lone)
        decides = self.model.probability and self.lone and data.x.ndim == 1
        self.boundary = Boundary(page, self.plot, x, data.y) if decides else None

    def update(self, now: FrameState) -> None:
        for line, here in zip(self.lines, now.runs, strict=True):
            predicted = self.model.predict(here.snapshot.values, self.inputs)
            line[:] = self.plot.pixels(self.along, predicted + 0 * self.along)
        if self.lone:
            self.measuring = now.moment.phase == "loss"
            values = now.first.snapshot.values
            ends = self.model.predict(values, self.columns[..., self.few])
            self.sticks[1::2] = self.plot.pixels(self.x, ends)
            self.equation.text = self._equation(values)
            if self.boundary is not None:
                predicted = self.model.predict(values, self.inputs)
                answers = self.model.predict(values, self.columns)
                self.boundary.move(self.along, predicted, answers)

    def _equation(self, values: Mapping[str, float]) -> str:
        """The model's, in z where it is not trained on the x of the axis."""
        written = self.model.equation(values)
        return written.replace("x", "z") if self.scaled else written


def shown_x(data: Dataset) -> Array:
    """The first input (N,) in its original units."""
    a, b = (np.ravel(scale)[0] for scale in data.unscale)
    first = data.x if data.x.ndim == 1 else data.x[:, 0]
    return np.asarray(a * first + b)


def scaling(data: Dataset) -> str:
    """What the model sees of the axis's x: `(x − 200.9) / 14.04`."""
    a, b = (float(np.ravel(scale)[0]) for scale in data.unscale)
    if b == 0:
        return f"{1 / a:.4g} x".replace("-", "−")
    return f"(x {'+' if b < 0 else '−'} {abs(b):.4g}) / {a:.4g}".replace("-", "−")


def predicted_at(data: Dataset) -> tuple[Array, Array]:
    """Where the prediction is drawn: x in original units (M,), and the model's inputs there."""
    if data.x.ndim == 1:
        a, b = data.unscale
        inputs = np.linspace(data.x.min(), data.x.max(), CURVE)
        return a * inputs + b, inputs
    order = np.argsort(data.x[:, 0])
    return shown_x(data)[order], data.columns[:, order]


def limits(show: Context) -> tuple[float, float]:
    """An axis that holds the data and, as far as TALL allows, every line of the runs."""
    ranges = [_limits(show, run) for run in show.scale if run.spec.model.needs_data]
    return min(low for low, _ in ranges), max(high for _, high in ranges)


def _limits(show: Context, run: Run) -> tuple[float, float]:
    data, recording, model = run.dataset, run.recording, run.spec.model
    if model.probability:
        return PROBABILITIES
    low, high = data.y.min(), data.y.max()
    middle, half = (low + high) / 2, max(0.55 * (high - low), 1e-9)
    _, inputs = predicted_at(data)
    ends = inputs[..., [0, inputs.shape[-1] // 2, -1]]
    steps = show.steps(run)[:: max(1, len(show.cuts) // 500)]
    values = {
        name: column[:, None]
        for name, column in zip(recording.parameters, recording.values(steps).T, strict=True)
    }
    with np.errstate(over="ignore", invalid="ignore"):
        reach = np.nanmax(np.abs(model.predict(values, ends) - middle))
        last = {name: column[-1] for name, column in values.items()}
        ended = np.abs(model.predict(last, ends) - middle).max()
    wide = max(half, 1.04 * ended) if ended < 4 * TALL * half else half
    half = max(wide, min(1.04 * reach, TALL * half))
    return middle - half, middle + half
