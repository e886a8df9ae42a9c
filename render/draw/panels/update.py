"""One parameter's step in numbers and as an arrow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from render.draw.panels.base import DrawnPanel

if TYPE_CHECKING:
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.draw.layout import Cell, Room
    from render.draw.numbers import Figures


LINES = 3  # parameters at most
DIGITS = 5  # of the largest parameter or gradient


class StepRow:
    """`w ← w − lr · ∂L/∂w = −10.000 − 0.1 × (−42.064) = −5.794`, each number in its place."""

    def __init__(
        self, page: Layers, show: Context, column: int, left: float, baseline: float
    ) -> None:
        from render.draw.numbers import figures

        recording = show.recording
        name = recording.names[column]
        self.params, self.grads = recording.params[:, column], recording.grads[:, column]
        # One way of writing for all lines, so that their columns stand under one another.
        self.value = figures(recording.params[:, :LINES], DIGITS)
        self.grad = figures(recording.grads[:, :LINES], DIGITS)
        self.lr, self.last = recording.lr, recording.steps
        self.plain = recording.plain
        self.move = figures(np.diff(recording.params[:, :LINES], axis=0), DIGITS)
        rule = f"{name} ← {name} − lr · ∂L/∂{name} "
        if not self.plain:
            rule = f"{name} ← {name} + Δ{name} "
        self.outcome = f"{name} = {self.value(self.params[-1])}"
        if show.landscape.exact:
            best = self.value(show.landscape.optimum[name]).strip()
            named = show.landscape.method if show.landscape.method == "least squares" else "best"
            self.outcome += f"   {named}: {best}"
        self.baseline = baseline
        self.label = f"step in {name}"

        theme, wide = page.theme, page.width("0", mono=True)
        self.formula = page.live(left, baseline, colour=theme.muted)
        self.rule = rule
        sum_left = self.sum_left = left + wide * len(rule)
        self.sum = page.live(sum_left, baseline)
        result_left = sum_left + wide * (len(self.arithmetic(0)) + 1)
        self.result = page.live(result_left, baseline, colour=theme.trail)
        page.move(self.formula, self.sum, self.result)
        self.right = result_left + wide * self.value.width
        self.outcome_right = left + wide * len(self.outcome)
        self.step = page.live(0, baseline, mono=False)
        self.arrow = np.zeros((2, 2))
        self.scale = 0.0

    def add_arrow(self, page: Layers, start: float, origin: float, scale: float) -> None:
        """Draw the step too: `scale` pixels for one, from `origin`, its label before `start`."""

        from render.draw.artists import PaintedArtist, Pen, arrow

        pen = Pen(page.theme.parameter, page.type.stroke, cap="butt")
        self.scale = scale
        self.arrow[:] = origin, self.baseline + 0.33 * page.type.text
        self.step = page.live(
            start - 0.8 * page.type.text, self.baseline,
            size=page.type.ticks, colour=page.theme.muted, mono=False, right=True,
        )  # fmt: skip
        self.step.text = self.label

        def paint(renderer: Any) -> None:
            arrow(renderer, self.arrow, pen, head=3 * pen.width)

        page.move(PaintedArtist(paint, zorder=12), self.step)

    def arithmetic(self, row: int) -> str:
        """The step that leaves a row, in numbers."""
        value = self.value(self.params[row])
        if not self.plain:
            move = self.params[min(row + 1, self.last)] - self.params[row]
            return f"= {value} + {_bracket(self.move, move)} ="
        lr = f"{self.lr[min(row, max(self.last - 1, 0))]:.4g}"
        return f"= {value} − {lr} × {_bracket(self.grad, self.grads[row])} ="

    def update(self, row: int) -> None:
        """The step about to be taken; at the end, the outcome."""
        ended = row == self.last
        self.step.set_visible(not ended)
        target = self.params[min(row + 1, self.last)]
        self.formula.text = "" if ended else self.rule
        self.sum.x = self.formula.x if ended else self.sum_left
        self.sum.text = self.outcome if ended else self.arithmetic(row)
        self.result.text = "" if ended else self.value(target)
        self.arrow[1, 0] = self.arrow[0, 0] + self.scale * (target - self.params[row])


def _bracket(write: Figures, value: float) -> str:
    """A number in brackets, as wide as every other of its series."""
    return f"({write(value).strip()})".rjust(write.width + 2)


ARROWS_FROM = 0.66  # of the panel's width, or further right if the numbers need it
ARROWS_EM = 5.0  # shortest stretch worth drawing arrows in, in text heights


@dataclass
class UpdatePanel(DrawnPanel):
    """The arithmetic of the step that is about to be taken, one line a parameter."""

    room_em: ClassVar[tuple[float, float]] = (30, 1.7)
    fixed_height: ClassVar[bool] = True

    def room(self, page: Layers, show: Context) -> Room:
        from render.draw.layout import Room

        width, line = (em * page.type.text for em in self.room_em)
        lines = min(len(show.recording.names), LINES)
        return Room(width, line * lines + 0.8 * page.type.text, fixed=True)

    def setup(self, page: Layers, cell: Cell, show: Context) -> None:

        page.rule(cell.left, cell.right, cell.top)
        text = page.type.text
        pitch = self.room_em[1] * text
        self.lines = [
            StepRow(page, show, i, cell.left, cell.top - pitch * (i + 1) - 0.15 * text)
            for i in range(min(len(show.recording.names), LINES))
        ]
        step_px = max(page.width(line.label, page.type.ticks) for line in self.lines)
        start = max(line.right for line in self.lines) + 2 * text + step_px
        start = max(start, cell.left + ARROWS_FROM * cell.width)
        if cell.right - start > ARROWS_EM * text:
            moves = np.diff(show.recording.params[:, :LINES], axis=0)
            low, high = moves.min(initial=0.0), moves.max(initial=0.0)
            scale = (cell.right - start) / max(high - low, 1e-300)
            for line in self.lines:
                line.add_arrow(page, start, cell.right - high * scale, scale)

        self.last = show.recording.steps
        small = page.type.ticks
        free = cell.right - max(line.outcome_right for line in self.lines) - 2 * text
        self.verdict = page.live(
            cell.right, self.lines[0].baseline,
            size=small, colour=page.theme.muted, mono=False, right=True,
        )  # fmt: skip
        sentence = show.first.verdict.sentence
        said = any(line.text.lower() == sentence.lower() for line in show.captions)
        self.verdict.text = "" if said else page.fitting((sentence,), free, small)
        page.move(self.verdict)

    def update(self, now: FrameState) -> None:
        for line in self.lines:
            line.update(now.telling)
        self.verdict.set_visible(now.telling == self.last)
