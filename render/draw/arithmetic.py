"""One parameter's step in numbers and as an arrow."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.text import Text

from render.draw.marks import Pen, arrow
from render.draw.numbers import figures
from render.draw.show import Now, Show

DIGITS = 5  # of the largest parameter or gradient


class Line:
    """One parameter's arithmetic, and its step as an arrow to one scale for all."""

    def __init__(
        self, show: Show, column: int, origin: float, y: float, scale: float, pen: Pen, head: float
    ) -> None:
        recording = show.recording
        self.params, self.grads = recording.params[:, column], recording.grads[:, column]
        self.value, self.grad = figures(self.params, DIGITS), figures(self.grads, DIGITS)
        self.lr = show.spec.optimizer.lr
        self.last = recording.steps
        self.best = show.landscape.optimum[recording.names[column]]
        self.origin, self.y, self.scale = origin, y, scale
        self.points = np.zeros((2, 2))
        self.pen, self.head = pen, head
        self.sum: Text
        self.result: Text

    def arithmetic(self, row: int) -> str:
        """The step that leaves a row, in numbers."""
        bracket = f"({self.grad(self.grads[row]).strip()})".rjust(self.grad.width + 2)
        return f"= {self.value(self.params[row])} − {self.lr:g} × {bracket} ="

    def outcome(self) -> str:
        """Where the parameter ended, and where it should have."""
        ended, best = self.value(self.params[-1]), self.value(self.best).strip()
        return f"= {ended}  after {self.last} steps; least squares: {best}"

    def show(self, now: Now) -> None:
        row, done = now.row, now.row == self.last
        if done:
            self.sum.set_text(self.outcome())
            self.result.set_text("")
            self.points[:] = 0
            return
        target = self.params[row + 1]
        self.sum.set_text(self.arithmetic(row))
        self.result.set_text(self.value(target))
        step = (target - self.params[row]) * self.scale
        self.points = np.array([[self.origin, self.y], [self.origin + step, self.y]])

    def draw_arrow(self, renderer: Any) -> None:
        arrow(renderer, self.points, self.pen, self.head)
