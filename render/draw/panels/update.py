"""One parameter's step in numbers and as an arrow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from render.draw.panels.base import DrawnPanel, of_few
from render.numerals import significant
from render.phrases import phrase

if TYPE_CHECKING:
    from render.cells import Cell, Room, Type
    from render.config.spec import Spec
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.draw.numbers import Figures
    from render.recording import Array
    from render.results import Run


MAX_LINES = 3  # one for each parameter
DIGITS = 5  # of the largest parameter or gradient


class StepRow:
    """The line `w ← w − lr · ∂L/∂w = −10.000 − 0.1 × (−42.064) = −5.794`; no number moves."""

    def __init__(
        self, layers: Layers, context: Context, column: int, left: float, baseline: float
    ) -> None:
        from render.draw.numbers import figures

        recording = context.recording
        name = recording.names[column]
        self.params, self.grads = recording.params[:, column], recording.grads[:, column]
        # All lines have the same format, so that their columns are aligned.
        self.value = figures(recording.params[:, :MAX_LINES], DIGITS)
        self.grad = figures(recording.grads[:, :MAX_LINES], DIGITS)
        self.lr, self.last = recording.lr, recording.last
        self.plain = recording.plain
        self.move = figures(np.diff(recording.params[:, :MAX_LINES], axis=0), DIGITS)
        rule = f"{name} ← {name} − lr · ∂L/∂{name} "
        if not self.plain:
            rule = f"{name} ← {name} + Δ{name} "
        self.outcome = f"{name} = {self.value(self.params[-1])}"
        if context.landscape.exact:
            best = self.value(context.landscape.optimum[name]).strip()
            squares = context.landscape.method == "least squares"
            named = phrase("least squares") if squares else phrase("best")
            self.outcome = phrase(
                "{outcome}   {name}: {value}", outcome=self.outcome, name=named, value=best
            )
        self.baseline = baseline
        self.label = phrase("step in {name}", name=name)

        theme, wide = layers.theme, layers.width("0", mono=True)
        self.formula = layers.live(left, baseline, colour=theme.muted)
        self.rule = rule
        sum_left = self.sum_left = left + wide * len(rule)
        self.sum = layers.live(sum_left, baseline)
        result_left = sum_left + wide * (len(self.arithmetic(0)) + 1)
        self.result = layers.live(result_left, baseline, colour=theme.trail)
        layers.move(self.formula, self.sum, self.result)
        self.right = result_left + wide * self.value.width
        self.outcome_right = left + layers.width(self.outcome, mono=True)
        self.step = layers.live(0, baseline, mono=False)
        self.arrow = np.zeros((2, 2))
        self.reaches = np.zeros(0)  # (T,) of the arrow of each step, in pixels

    def add_arrow(self, layers: Layers, start: float, origin: float, reaches: Array) -> None:
        """Draw each step too, `reaches` (T,) pixels from `origin`; its label ends at `start`."""

        from render.draw.artists import PaintedArtist, Pen, arrow

        pen = Pen(layers.theme.parameter, layers.type.stroke, cap="butt")
        self.reaches = reaches
        self.arrow[:] = origin, self.baseline + 0.33 * layers.type.text
        self.step = layers.live(
            start - 0.8 * layers.type.text, self.baseline,
            size=layers.type.ticks, colour=layers.theme.muted, mono=False, right=True,
        )  # fmt: skip
        self.step.text = self.label

        def paint(renderer: Any) -> None:
            arrow(renderer, self.arrow, pen, head=3 * pen.width)

        layers.move(PaintedArtist(paint, zorder=12), self.step)

    def arithmetic(self, row: int) -> str:
        """The step that leaves a row, in numbers."""
        value = self.value(self.params[row])
        if not self.plain:
            move = self.params[min(row + 1, self.last)] - self.params[row]
            return f"= {value} + {_bracket(self.move, move)} ="
        lr = significant(float(self.lr[min(row, max(self.last - 1, 0))]))
        return f"= {value} − {lr} × {_bracket(self.grad, self.grads[row])} ="

    def update(self, row: int) -> None:
        """Write the step about to be taken, or at the end the outcome."""
        ended = row == self.last
        self.step.set_visible(not ended)
        target = self.params[min(row + 1, self.last)]
        self.formula.text = "" if ended else self.rule
        self.sum.x = self.formula.x if ended else self.sum_left
        self.sum.text = self.outcome if ended else self.arithmetic(row)
        self.result.text = "" if ended else self.value(target)
        reach = self.reaches[row] if row < len(self.reaches) else 0.0
        self.arrow[1, 0] = self.arrow[0, 0] + reach


def _bracket(write: Figures, value: float) -> str:
    """A number in brackets, as wide as every other of its series."""
    return f"({write(value).strip()})".rjust(write.width + 2)


ARROWS_FROM = 0.66  # of the panel's width, or further right if the numbers need it
ARROWS_EM = 5.0  # in text heights: with less room no arrows are drawn
MIN_STEP = 0.05  # of the way to the optimum: the arrow of such a step may fill the room
MIN_ARROW_PX = 3.0  # if no arrow of a run is longer, none is drawn


def relative(run: Run, count: int) -> Array:
    """The steps (T, count) in the first parameters, from −1 to 1, as they are drawn.

    They are relative to the longest of the run: one sees them get shorter. If that is short
    itself, as a learning rate far too small makes it, they are relative to the way to the
    optimum. Where a run diverges each is relative to the longest so far, or the first ones
    could not be seen beside the last.
    """
    from render.draw.plot.over_time import diverges

    recording = run.recording
    params = recording.params[:, :count]
    moves = np.diff(params, axis=0)
    if not len(moves):
        return moves
    longest = np.maximum.accumulate(np.abs(moves).max(axis=1))
    best = [run.landscape.optimum[name] for name in recording.names[:count]]
    way = float(np.abs(params[0] - best).max())
    unit = longest if diverges(run) else np.full(len(moves), longest[-1])
    unit = np.maximum(unit, MIN_STEP * way)
    return np.asarray(moves / np.maximum(unit, 1e-300)[:, None])


@dataclass
class UpdatePanel(DrawnPanel):
    """The arithmetic of the step that is about to be taken, a line for each parameter."""

    room_em: ClassVar[tuple[float, float]] = (30, 1.7)
    fixed_height: ClassVar[bool] = True
    words_only: ClassVar[bool] = True

    def unfit(self, spec: Spec, runs: int) -> str | None:
        return of_few(spec, "update")

    def least(self, type_: Type, spec: Spec, width: float) -> Room:
        from render.cells import Room

        trained = [start for start in spec.model.parameters().values() if not start.frozen]
        wide, line = (em * type_.text for em in self.room_em)
        return Room(wide, line * min(len(trained), MAX_LINES) + 0.8 * type_.text, fixed=True)

    def room(self, layers: Layers, context: Context, width: float) -> Room:
        from matplotlib.figure import Figure

        room = self.least(layers.type, context.first.spec, width)
        if layers.type.bare:
            return room
        lines = range(min(len(context.recording.names), MAX_LINES))
        unused = replace(layers, figure=Figure(), growing=[], moving=[])
        wide = max(StepRow(unused, context, i, 0.0, 0.0).right for i in lines)
        return replace(room, width=max(room.width, wide))

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.draw.plot.axes import GUTTER_EM

        if context.family:  # in a cell of a grid its text is in line with the plots
            inner = cell.inset(left=GUTTER_EM[0] * layers.type.ticks)
            cell = inner if self.room(layers, context, inner.width).width <= inner.width else cell
        layers.rule(cell.left, cell.right, cell.top)
        text = layers.type.text
        pitch = self.room_em[1] * text
        self.lines = [
            StepRow(layers, context, i, cell.left, cell.top - pitch * (i + 1) - 0.15 * text)
            for i in range(min(len(context.recording.names), MAX_LINES))
        ]
        step_px = max(layers.width(line.label, layers.type.ticks) for line in self.lines)
        start = max(line.right for line in self.lines) + 2 * text + step_px
        start = max(start, cell.left + ARROWS_FROM * cell.width)
        if cell.right - start > ARROWS_EM * text:
            self._arrows(layers, context, start, cell.right)

        self.last = context.recording.last
        small = layers.type.ticks
        free = cell.right - max(line.outcome_right for line in self.lines) - 2 * text
        self.verdict = layers.live(
            cell.right, self.lines[0].baseline,
            size=small, colour=layers.theme.muted, mono=False, right=True,
        )  # fmt: skip
        sentence = context.first.verdict.sentence
        captioned = any(line.text.lower() == sentence.lower() for line in context.captions)
        self.verdict.text = "" if captioned else layers.fitting((sentence,), free, small)
        layers.move(self.verdict)

    def _arrows(self, layers: Layers, context: Context, left: float, right: float) -> None:
        """Draw the steps as arrows between two pixels, all from one origin."""
        sizes = relative(context.first, len(self.lines))
        low, high = sizes.min(initial=0.0), sizes.max(initial=0.0)
        scale = (right - left) / max(high - low, 1.0)
        if scale * max(high, -low) < MIN_ARROW_PX:
            return
        for line, column in zip(self.lines, sizes.T, strict=True):
            line.add_arrow(layers, left, right - high * scale, scale * column)

    def update(self, state: FrameState) -> None:
        for line in self.lines:
            line.update(state.first.row)
        self.verdict.set_visible(state.first.row == self.last)
