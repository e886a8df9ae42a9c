"""One parameter's step in numbers and as an arrow."""

from __future__ import annotations

from typing import Any

import numpy as np

from render.draw.marks import Drawing, Pen, arrow
from render.draw.numbers import Figures, figures
from render.draw.page import Page
from render.draw.show import Show

LINES = 3  # parameters at most
DIGITS = 5  # of the largest parameter or gradient


class Line:
    """`w ← w − lr · ∂L/∂w = −10.000 − 0.1 × (−42.064) = −5.794`, each number in its place."""

    def __init__(self, page: Page, show: Show, column: int, left: float, baseline: float) -> None:
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

    def add_arrow(self, page: Page, start: float, origin: float, scale: float) -> None:
        """Draw the step too: `scale` pixels for one, from `origin`, its label before `start`."""
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

        page.move(Drawing(paint, zorder=12), self.step)

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
