"""One parameter's step in numbers and as an arrow."""

from __future__ import annotations

from typing import Any

import numpy as np

from render.draw.marks import Drawing, Pen, arrow
from render.draw.numbers import figures
from render.draw.page import Page
from render.draw.show import Now, Show

DIGITS = 5  # of the largest parameter or gradient


class Line:
    """`w ← w − lr · ∂L/∂w = −10.000 − 0.1 × (−42.064) = −5.794`, each number in its place."""

    def __init__(self, page: Page, show: Show, column: int, left: float, baseline: float) -> None:
        recording = show.recording
        name = recording.names[column]
        self.params, self.grads = recording.params[:, column], recording.grads[:, column]
        self.value, self.grad = figures(self.params, DIGITS), figures(self.grads, DIGITS)
        self.lr, self.last = show.spec.optimizer.lr, recording.steps
        best = self.value(show.landscape.optimum[name]).strip()
        self.outcome = f"= {self.value(self.params[-1])}   least squares: {best}"
        self.baseline = baseline
        self.label = f"step in {name}"

        rule = f"{name} ← {name} − lr · ∂L/∂{name} "
        theme, wide = page.theme, page.width("0", mono=True)
        formula = page.live(left, baseline, colour=theme.muted)
        formula.text = rule
        page.add(formula)
        sum_left = left + wide * len(rule)
        self.sum = page.live(sum_left, baseline)
        result_left = sum_left + wide * (len(self.arithmetic(0)) + 1)
        self.result = page.live(result_left, baseline, colour=theme.trail)
        page.move(self.sum, self.result)
        self.right = result_left + wide * self.value.width
        self.outcome_right = sum_left + wide * len(self.outcome)
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
        bracket = f"({self.grad(self.grads[row]).strip()})".rjust(self.grad.width + 2)
        return f"= {self.value(self.params[row])} − {self.lr:g} × {bracket} ="

    def update(self, now: Now) -> None:
        """The step about to be taken; at the end, the outcome."""
        ended = now.row == self.last
        self.step.set_visible(not ended)
        target = self.params[min(now.row + 1, self.last)]
        self.sum.text = self.outcome if ended else self.arithmetic(now.row)
        self.result.text = "" if ended else self.value(target)
        self.arrow[1, 0] = self.arrow[0, 0] + self.scale * (target - self.params[now.row])
