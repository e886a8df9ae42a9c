"""The data, the true line, the models' lines, the residuals of a single run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from render.draw.equation import Equation
from render.draw.panels.base import Chart, DrawnPanel, of_predictions
from render.draw.plot.predicted import few_of, predicted_of
from render.draw.plot.ranges import Across, data_range, feature, recorded_predictions
from render.errors import RenderError
from render.phrases import joined, phrase
from render.recording import Array

if TYPE_CHECKING:
    from render.cells import Cell
    from render.config.spec import Spec
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.draw.plot.axes import Plot
    from render.draw.plot.trail import Dot


THRESHOLD = 0.5  # from this probability on the answer is 1
DIGITS = 2  # of the accuracy


class Boundary:
    """A line at the threshold, a ring around each wrong point, the accuracy in the title's row."""

    def __init__(
        self, layers: Layers, plot: Plot, cell: Cell, label: str, x: Array, y: Array
    ) -> None:
        from render.draw.artists import PaintedArtist, Pen, Stamp
        from render.draw.plot.legend import Mark, add_below

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
        threshold = replace(line, clip=None)
        marks = (Mark((phrase("wrong"),), ring), Mark((f"ŷ = {THRESHOLD:g}",), threshold))
        add_below(layers, cell, marks, label, needed=False)
        layers.move(PaintedArtist(paint, 13), self.accuracy)

    def move(self, along: Array, predicted: Array, answers: Array) -> None:
        """Show a model that predicts `predicted` (M,) along the axis and `answers` (N,) at x."""
        self.wrong = (answers >= THRESHOLD) != (self.y >= THRESHOLD)
        above = predicted >= THRESHOLD
        after = np.flatnonzero(above[1:] != above[:-1])
        part = (THRESHOLD - predicted[after]) / (predicted[after + 1] - predicted[after])
        at = along[after] + part * (along[after + 1] - along[after])
        low, high = self.plot.axes.get_ylim()
        ends = [self.plot.pixels(at, np.full(len(at), y)) for y in (low, high)]
        self.turns = np.stack(ends, axis=1)

    def write(self, answers: Array) -> None:
        """Write the accuracy of a model that predicts `answers` (N,) at x."""
        right = (answers >= THRESHOLD) == (self.y >= THRESHOLD)
        self.accuracy.text = self._words(float(right.mean()))

    def _words(self, accuracy: float) -> str:
        return phrase("accuracy {share}", share=f"{accuracy:.{DIGITS}f}")


class Ground:
    """The data, the true line and the ticks of y, where its limits change."""

    def __init__(
        self, layers: Layers, plot: Plot, data: Array, truth: Array | None, radius_em: float
    ) -> None:
        from matplotlib.path import Path

        from render.draw.artists import CIRCLE, PaintedArtist, Pen
        from render.draw.plot.moving_ticks import MovingTicks

        theme, type_ = layers.theme, layers.type
        self.plot, self.data, self.truth = plot, data, truth
        self.ticks = MovingTicks(layers, plot)
        self.at, self.line = np.zeros((data.shape[1], 2)), np.zeros((0, 2))
        disc = radius_em * type_.text * np.asarray(CIRCLE.vertices)
        codes = np.tile(np.asarray(CIRCLE.codes), len(self.at))
        dots = Pen(theme.data, 0)
        stroke = Pen(theme.truth, type_.thin, dashes=type_.dash, cap="butt", clip=plot.area)

        def paint(renderer: Any) -> None:
            discs = (self.at[:, None] + disc).reshape(-1, 2)
            dots.fill(renderer, Path(discs, codes))
            if len(self.line):
                stroke.draw(renderer, self.line)

        layers.move(PaintedArtist(paint, 11))

    def move(self) -> None:
        """Bring them to the present limits of the axes."""
        self.ticks.move()
        self.at = self.plot.pixels(*self.data)
        if self.truth is not None:
            self.line = self.plot.pixels(*self.truth)


MAX_EASED = 2000  # points drawn in every frame; of more, the axis stays as it is at the end
MAX_STICKS = 300  # residuals that are drawn; of more points, evenly chosen ones
MAX_LARGE_POINTS = 150  # of more points, each is drawn smaller


@dataclass
class DataPanel(DrawnPanel):
    """The data, the true line, the models' lines, the residuals of a single run."""

    over: Annotated[
        str | None,
        Field(
            description="of several features the one along x; else predictions over labels",
            examples=["size"],
        ),
    ] = None

    of_landscape: ClassVar[bool] = False
    room_em: ClassVar[tuple[float, float]] = (14, 9)

    def unfit(self, spec: Spec, runs: int) -> str | None:
        if (fault := of_predictions(spec, "data")) is not None or self.over is None:
            return fault
        try:
            feature(self.over, spec.dataset.axis_names[:-1])
        except RenderError as error:
            return str(error)
        return None

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from matplotlib.path import Path

        from render.draw.artists import PaintedArtist, Pen, Stamp
        from render.draw.plot.data_axes import plot_of_data, x_note
        from render.draw.plot.legend import Mark, add_below

        theme, type_, data = layers.theme, layers.type, context.dataset
        self.single = context.single
        self.model, self.columns = context.first.spec.model, data.columns
        known = [recorded_predictions(run) for run in context.runs if self.model.network]
        self.across = across = Across.of(data, self.over, known[0].inputs if known else None)
        x = across.x
        self.equation_of = None if known else Equation(context.first)
        self.range = data_range(context)
        self.eases = self.range.changes and len(x) <= MAX_EASED
        titles: tuple[str, ...] = (phrase("data and prediction"), phrase("data"))
        if self.model.probability:
            titles = (phrase("labels"),)
        elif across.label:
            titles = (phrase("prediction and label"), phrase("prediction"))
        self.plot, self.equation = plot_of_data(
            layers, cell, across, data, self.equation_of if context.single else None,
            titles=titles,
            ylim=self.range.last,
            first_ylim=self.range.first if self.eases else None,
        )  # fmt: skip
        axes, area = self.plot.axes, self.plot.area
        small = 0.38 if len(x) <= MAX_LARGE_POINTS else 0.22
        decides = self.model.probability and self.single and data.x.ndim == 1
        note = x_note(layers, cell, across, self.equation_of)
        label = joined(",  ", (across.name, note) if note else (across.name,))
        truth = None
        if data.clean is not None and not self.model.probability and across.curve:
            truth = np.stack([x, data.clean])[:, np.argsort(x)]
            line = Pen(theme.truth, type_.thin, dashes=type_.dash, cap="butt")
            name = (phrase("true line"),)
            if (
                not self.plot.legend(layers, name, theme.truth)
                and not add_below(layers, cell, [Mark(name, line)], label, needed=False)[0]
            ):
                truth = None  # a line that nothing explains is a puzzle
        points = np.stack([x, data.y])
        self.ground: Ground | None = None
        if self.eases:
            self.ground = Ground(layers, self.plot, points, truth, 0.5 * small)
        else:
            axes.scatter(x, data.y, s=(small * type_.text) ** 2, color=theme.data, lw=0, zorder=2)
            if truth is not None:
                axes.plot(*truth, color=theme.truth, lw=type_.thin, dashes=type_.dash, zorder=3)

        self.few = few_of(x, MAX_STICKS, known[0].chosen if known else None)
        self.along = across.along if across.curve else x[self.few]
        self.predicted = [predicted_of(run, across, self.few) for run in context.runs]
        self.lines = [np.zeros((len(self.along), 2)) for _ in context.runs]
        self.x = x[self.few]
        self.y = data.y[self.few]
        self.sticks = np.repeat(self.plot.pixels(self.x, self.y), 2, axis=0)
        codes = np.tile([Path.MOVETO, Path.LINETO], len(self.few))
        thin = max(1.0, 0.3 * type_.stroke)
        quiet = Pen(theme.residual, thin, cap="butt", clip=area)
        loud = Pen(theme.data, 1.6 * thin, cap="butt", clip=area)
        self.measuring = False  # in the phase of the loss, which is computed from the residuals
        strokes = [
            Pen(g.line, type_.stroke, dashes=g.dashed(type_.stroke), clip=area)
            for g in context.styles
        ]
        dots = [Stamp(0.5 * small * type_.text, g.line) for g in context.styles]

        def paint(renderer: Any) -> None:
            if self.single:
                stick = loud if self.measuring else quiet
                stick.draw_path(renderer, Path(self.sticks, codes))
            for stroke, dot, line in zip(strokes, dots, self.lines, strict=True):
                if across.curve:
                    stroke.draw(renderer, line)
                    continue
                for at in line:
                    if area.holds(at):
                        dot.draw(renderer, at)

        layers.move(PaintedArtist(paint, 12), *([self.equation] if self.equation else []))
        self.gone, self.off = gone_marks(layers, context), type_.dot
        layers.move(*self.gone.values())
        self.boundary = Boundary(layers, self.plot, cell, label, x, data.y) if decides else None

    def chart(self) -> Chart:
        return Chart("data", self.plot, self.along if self.across.curve else None)

    def update(self, state: FrameState) -> None:
        if self.ground is not None:
            self.plot.limit(*self.range.at(state.moment.tick))
            self.ground.move()
            self.sticks[::2] = self.plot.pixels(self.x, self.y)
        for line, predicts, run in zip(self.lines, self.predicted, state.runs, strict=True):
            predicted = predicts.along(run)
            line[:] = self.plot.pixels(self.along, predicted + 0 * self.along)
        for place, (which, mark) in enumerate(self.gone.items(), start=1):
            mark.at = self._edge(self.lines[which], place / (len(self.gone) + 1))
        if self.single:
            self.measuring = state.moment.phase == "loss"
            values, landed = state.first.snapshot.values, state.first.landed.values
            self.sticks[1::2] = self.plot.pixels(self.x, self.predicted[0].at_points(state.first))
            if self.equation is not None and self.equation_of is not None:
                self.equation.text = self.equation_of(landed)
            if self.boundary is not None:
                answers = self.model.predict(values, self.columns)
                self.boundary.move(self.along, predicted, answers)
                self.boundary.write(self.model.predict(landed, self.columns))

    def _edge(self, line: Array, share: float) -> Array:
        """Where (2,) the mark of a line (M, 2) is that has left the plot; nan for one in it.

        At the upper or lower edge, by where the line is, at a share of its width.
        """
        area, heights = self.plot.area, line[:, 1]
        if heights.min() <= area.top and heights.max() >= area.bottom:
            return np.full(2, np.nan)
        above = heights.mean() > area.top
        return np.array(
            [
                area.left + share * area.width,
                area.top - self.off if above else area.bottom + self.off,  # over no tick, no title
            ]
        )


def gone_marks(layers: Layers, context: Context) -> dict[int, Dot]:
    """A ring for each run that diverges, by its index: it is where the line has left the plot."""
    from render.draw.plot.over_time import diverges
    from render.draw.plot.trail import Dot

    marks: dict[int, Dot] = {}
    for i, (run, style) in enumerate(zip(context.runs, context.styles, strict=True)):
        if diverges(run):
            marks[i] = Dot(layers, style, small=True)
            marks[i].hollow = True
    return marks
