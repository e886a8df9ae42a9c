"""The square of every residual, and their mean as one square: the loss."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from render.draw.equation import Equation
from render.draw.panels.base import DrawnPanel, of_data, of_one
from render.draw.plot.ranges import Across, data_limits
from render.learn.losses.base import Loss
from render.phrases import Phrase, form, phrase
from render.recording import Array, Recording

if TYPE_CHECKING:
    from render.cells import Cell
    from render.config.spec import Spec
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.draw.plot.axes import Plot
    from render.recording import Snapshot


@dataclass(frozen=True)
class Measure:
    """How a loss is drawn from the residuals."""

    loss: Loss
    squares: bool  # whether they are drawn as squares, else as sticks

    @classmethod
    def of(cls, loss: Loss, shape: str) -> Measure:
        """Squares if the config asks for them and the loss is a mean of squares; else sticks."""
        return cls(loss, shape == "squares" and loss.quadratic is not None)

    @property
    def equals(self) -> str:
        """The form of the number: with a penalty the mean is not the whole loss."""
        return form("= {number}") if self.loss.l1 or self.loss.l2 else form("= loss {number}")

    def mean(self, trained: Array, loss: Array) -> Array:
        """The losses (...,) at trained parameters (..., P) without the penalties."""
        return np.asarray(loss - self.loss.penalty(trained))

    def side(self, mean: Array) -> Array:
        """The side of the mean square, or the length of the mean stick; 0 where there is none."""
        return self.loss.residual_length(mean)

    def highest(self, recording: Recording) -> float:
        """The longest side in a run."""
        sides = self.side(self.mean(recording.params, recording.loss))
        return float(sides[np.isfinite(sides)].max(initial=0.0))


MAX_RESIDUALS = 60  # that are drawn; of more points, every 2nd, 3rd, …
FILL_OPACITY, EDGE_OPACITY = 0.30, 0.6  # of a square and of its edge, where the squares are few
MAX_OPAQUE = 12  # squares; more of them overlap and are more transparent
MIN_EDGE_OPACITY = 0.18
COVERED = 0.5  # times the plot: squares that cover more of it, counted one by one, are lighter
FAINTEST = 0.12  # of their usual ink
MAX_MEAN_SHARE = 0.5  # of the plot's height: a higher mean square is cut off
MIN_ASPECT_BESIDE = 1.5  # width / height from which on the mean square stands beside the plot
MAX_PX = 1e5  # coordinates further outside are moved to this distance


@dataclass
class ResidualsPanel(DrawnPanel):
    """The square of every residual, and their mean as one square: the loss."""

    shape: Annotated[
        Literal["squares", "sticks"], Field(description="each residual's square, or itself alone")
    ] = "squares"

    of_landscape: ClassVar[bool] = False
    room_em: ClassVar[tuple[float, float]] = (14, 13)

    def unfit(self, spec: Spec, runs: int) -> str | None:
        return of_data(spec, "residuals") or of_one(runs, "residuals")

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.draw.numbers import figures
        from render.draw.plot.data_axes import plot_of_data

        run, data = context.first, context.dataset
        self.model, self.measure = run.spec.model, Measure.of(run.spec.loss, self.shape)
        self.recording = run.recording
        means = self.measure.mean(run.recording.params, run.recording.loss)
        self.written = figures(means)
        self.across = across = Across.of(data)
        x = across.x
        stride = -(-len(x) // MAX_RESIDUALS)
        self.few = np.argsort(x, kind="stable")[::stride]
        self.x, self.y = x[self.few], data.y[self.few]
        self.inputs = data.columns[..., self.few]
        self.along = across.along if across.curve else self.x
        self.along_inputs = across.inputs if across.curve else self.inputs
        ylim = data_limits(context)
        upper, lower = self._shared_out(layers, cell, context, ylim)
        self.equation_of = Equation(run)
        self.plot, self.equation = plot_of_data(
            layers, upper, across, data, self.equation_of,
            titles=_titles(self.measure.squares, stride), ylim=ylim, titled=True,
        )  # fmt: skip
        self.per_unit = self.plot.area.height / (ylim[1] - ylim[0])
        self._points(layers, x, data.y)
        self._mean(layers, lower)

    def _shared_out(
        self, layers: Layers, cell: Cell, context: Context, ylim: tuple[float, float]
    ) -> tuple[Cell, Cell]:
        """The cells of the plot and of the mean, beside or beneath it."""
        from render.cells import Cell
        from render.draw.plot.axes import GUTTER_EM

        em, text = layers.type.ticks, layers.type.text
        fitted = [run for run in context.scale if run.spec.model.needs_data]
        highest = max(
            Measure.of(run.spec.loss, self.shape).highest(run.recording) for run in fitted
        )
        share = min(highest / (ylim[1] - ylim[0]), MAX_MEAN_SHARE)
        left, bottom, _, top = (0, 0, 0, 0) if layers.type.bare else (g * em for g in GUTTER_EM)
        words = 0.0 if layers.type.bare else self._words_px(layers)
        self.beside = cell.width >= MIN_ASPECT_BESIDE * cell.height
        if self.beside:
            high = cell.height - bottom - top
            wide = max(share * high, words) + 1.2 * text
            plot = Cell(cell.left, cell.bottom, cell.width - wide, cell.height)
            # Under the plot's top and over its bottom, so that scales and lines meet.
            corner = cell.right - wide + 1.2 * text
            return plot, Cell(corner, cell.bottom + bottom, cell.right - corner, high)
        free = cell.height - bottom - top - 0.8 * text
        high = max(share * free / (1 + share), 0.0 if layers.type.bare else 2.8 * text)
        plot = Cell(
            cell.left, cell.bottom + high + 0.8 * text, cell.width, cell.height - high - 0.8 * text
        )
        return plot, Cell(cell.left + left, cell.bottom, cell.width - left, high)

    def _words_px(self, layers: Layers) -> float:
        full, _ = self.measure.loss.mean_texts
        number = phrase(self.measure.equals, number=self.written(0.0))
        return max(layers.width(full, layers.type.ticks), layers.width(number, mono=True))

    def _points(self, layers: Layers, x: Array, y: Array) -> None:
        """The data, their residuals and the line."""
        from matplotlib.path import Path
        from matplotlib.transforms import Affine2D

        from render.draw.artists import CIRCLE, PaintedArtist, Pen, Stamp

        theme, type_, area = layers.theme, layers.type, self.plot.area
        small = (0.38 if len(x) <= 2 * MAX_RESIDUALS else 0.22) * type_.text
        self.plot.axes.scatter(x, y, s=small**2, color=theme.data, lw=0, zorder=2)
        self.at = self.plot.pixels(self.x, self.y)
        self.ends = self.at.copy()
        self.line = np.zeros((len(self.along), 2))
        middle = area.left + area.width / 2
        self.ways = np.where(self.at[:, 0] <= middle, 1.0, -1.0)  # on the side with more room
        stick = Pen(theme.data, max(1.0, 0.3 * type_.stroke), alpha=0.7, cap="butt", clip=area)
        thinner = min(1.0, MAX_OPAQUE / len(self.at))
        fill = Pen(theme.data, 0, FILL_OPACITY * thinner**1.5, clip=area)
        opacity = max(EDGE_OPACITY * thinner, MIN_EDGE_OPACITY)
        edge = Pen(theme.data, type_.hair, opacity, clip=area)
        stroke = Pen(theme.prediction, type_.stroke, clip=area)
        answer = Stamp(0.5 * small, theme.prediction)
        # As one path: to set up Agg for each square takes longer than to draw it.
        discs = Path.make_compound_path(
            *(Affine2D().scale(0.5 * small).translate(*at).transform_path(CIRCLE) for at in self.at)
        )
        dots = Pen(theme.data, 0)
        codes = np.tile([Path.MOVETO, Path.LINETO], len(self.at))
        around = np.tile([Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO], len(self.at))

        def paint(renderer: Any) -> None:
            if self.measure.squares:
                corners = self.corners()
                lighter = replace(fill, alpha=fill.alpha * self._lightness())
                for square in corners:
                    lighter.fill(renderer, Path(square))
                edge.draw_path(renderer, Path(corners[:, [0, 3, 2, 1]].reshape(-1, 2), around))
            pairs = np.stack([self.at, self.ends], axis=1).reshape(-1, 2)
            stick.draw_path(renderer, Path(pairs, codes))
            if self.across.curve:
                stroke.draw(renderer, self.line)
            dots.fill(renderer, discs)
            for at in [] if self.across.curve else self.line:
                if area.holds(at):
                    answer.draw(renderer, at)

        layers.move(PaintedArtist(paint, 12), *([self.equation] if self.equation else []))

    def _lightness(self) -> float:
        """From 1 down: how much of their ink squares have that overlap, so that each is seen."""
        side, area = np.abs(self.ends[:, 1] - self.at[:, 1]), self.plot.area
        sides = [side.clip(max=area.width), side.clip(max=area.height)]
        covered = float(np.prod(sides, axis=0).sum()) / max(area.width * area.height, 1.0)
        return max(COVERED / max(covered, COVERED), FAINTEST)

    def corners(self) -> Array:
        """The corners (K, 4, 2) of each square: its side is its residual, towards the middle."""
        side = np.minimum(np.abs(self.ends[:, 1] - self.at[:, 1]), MAX_PX)
        across = np.stack([self.ways * side, np.zeros_like(side)], axis=-1)
        return np.stack([self.at, self.ends, self.ends + across, self.at + across], axis=1)

    def _mean(self, layers: Layers, cell: Cell) -> None:
        """The mean square and its number."""
        from matplotlib.path import Path

        from render.cells import Cell
        from render.config.theme import rgb
        from render.draw.artists import PaintedArtist, Pen

        theme, type_ = layers.theme, layers.type
        self.side = 0.0  # of the mean square, in pixels
        wide = cell.width
        if not self.beside:  # the words stand on its right
            sides = self.measure.highest(self.recording) * self.per_unit
            wide = min(sides, cell.height, 0.5 * cell.width)
        clip = Cell(cell.left, cell.bottom, wide, cell.height)
        fill = Pen(theme.data, 0, 0.75, clip=clip)
        rod = Pen(theme.data, type_.stroke, cap="butt", clip=cell)

        def paint(renderer: Any) -> None:
            corner = np.array([cell.left, self.foot - self.side if self.beside else self.foot])
            if self.measure.squares:
                square = corner + self.side * np.array([[0, 0], [0, 1], [1, 1], [1, 0]])
                fill.fill(renderer, Path(square))
            elif self.side:
                foot = corner + np.array([0.5 * type_.stroke, 0])
                rod.draw(renderer, np.stack([foot, foot + np.array([0, self.side])]))

        layers.move(PaintedArtist(paint, 12))
        text, small = type_.text, type_.ticks
        full, short = self.measure.loss.mean_texts
        if self.beside:
            left, top = cell.left, cell.top - 0.75 * small
            number = left, top - 1.5 * text
            self.foot = number[1] - 0.8 * text if not type_.bare else cell.top
        else:
            self.foot = cell.bottom
            left = cell.left + wide + text
            top = cell.bottom + 0.5 * cell.height + 0.35 * text
            number = left, top - 1.5 * text
        room = cell.right - left
        words = layers.words(
            left, top, layers.fitting((full, short), room, small), size=small, colour=theme.muted
        )
        self.value = layers.live(*number)
        self.holds = min(wide, self.foot - cell.bottom if self.beside else cell.height)
        dark = min(theme.text, theme.background, key=lambda colour: sum(rgb(colour)))
        inside = cell.left + 0.4 * small, self.foot + (-1.3 if self.beside else 0.6) * small
        self.cut_off = layers.live(*inside, size=small, colour=dark, mono=False)
        self.cut_off.text = layers.fitting((phrase("cut off"),), self.holds - 0.4 * small, small)
        self.equals = self.measure.equals
        if layers.width(self._number(0.0), mono=True) > room:
            self.equals = "= {number}"
        if not type_.bare:
            layers.add(words)
            layers.move(self.value, self.cut_off)

    def _number(self, mean: float) -> str:
        return phrase(self.equals, number=self.written(mean))

    def update(self, state: FrameState) -> None:
        run = state.first.snapshot
        predicted = self.model.predict(run.values, self.inputs) + 0 * self.y
        self.ends = held(self.plot.pixels(self.x, predicted), self.plot)
        answers = self.model.predict(run.values, self.along_inputs)
        self.line[:] = held(self.plot.pixels(self.along, answers + 0 * self.along), self.plot)
        self.side = min(float(self.measure.side(self._mean_of(run))) * self.per_unit, MAX_PX)
        self.value.text = self._number(float(self._mean_of(state.first.landed)))
        self.cut_off.set_visible(self.measure.squares and self.side > self.holds + 1)
        if self.equation is not None:
            self.equation.text = self.equation_of(state.first.landed.values)

    def _mean_of(self, snapshot: Snapshot) -> Array:
        trained = np.array([snapshot.values[name] for name in self.recording.names])
        return self.measure.mean(trained, np.asarray(snapshot.loss))


def held(pixels: Array, plot: Plot) -> Array:
    """Pixels (M, 2), limited so that Agg's integers don't overflow."""
    low, high = plot.area.bottom - MAX_PX, plot.area.top + MAX_PX
    pixels[:, 1] = pixels[:, 1].clip(low, high)
    return pixels


def _titles(squares: bool, stride: int) -> tuple[str, ...]:
    """The title, which names the points that are drawn, the longest text first."""
    name = phrase("squared residuals") if squares else phrase("residuals")
    if stride == 1:
        return (name, phrase("squares")) if squares else (name,)
    each = {"name": name, "ordinal": _ordinal(stride)}
    return (
        phrase("{name} of every {ordinal} point", **each),
        phrase("{name}, every {ordinal}", **each),
        phrase("every {ordinal}", ordinal=each["ordinal"]),
    )


def _ordinal(number: int) -> Phrase:
    """21st, 22nd, 13th."""
    endings = {1: form("{count}st"), 2: form("{count}nd"), 3: form("{count}rd")}
    usual = form("{count}th")
    teen = number % 100 in (11, 12, 13)
    return phrase(usual if teen else endings.get(number % 10, usual), count=f"{number:,}")
