"""Beneath the dot, in the plane of the parameters: the gradient, and the step it causes."""

from __future__ import annotations

from typing import Any

import numpy as np

from render.draw.layout import Cell
from render.draw.marks import Drawing, Pen, arrow
from render.draw.page import Page
from render.draw.projection import Projection
from render.draw.show import Now
from render.draw.world import World
from render.recording import Array
from render.run import Run

SHOWN = ("backward", "update")  # the phases in which there is something to see
HEAD = 2.6  # of an arrow, in stroke widths


class Underfoot(Drawing):
    """Two arrows on the floor while a step is told, and a plumb line from the dot to them.

    The gradient points uphill, as long as the learning rate makes it: the step of plain
    gradient descent is the same arrow turned round.
    """

    def __init__(self, page: Page, run: Run, world: World, cell: Cell) -> None:
        super().__init__(self._paint, zorder=4)
        self.world, self.recording = world, run.recording
        theme, type_ = page.theme, page.type
        self._gradient = Pen(theme.text, 0.8 * type_.stroke, cap="butt", clip=cell)
        self._step = Pen(theme.parameter, type_.stroke, cap="butt", clip=cell)
        self._plumb = Pen(theme.muted, type_.thin, dashes=type_.dash, cap="butt", clip=cell)
        names = run.recording.names
        self._columns = [names.index(n) if n in names else None for n in run.landscape.axes]
        self._arrows: list[tuple[Pen, Array]] = []
        self._line: Array | None = None

    def move(self, now: Now, projection: Projection, dot: Array) -> None:
        """To a moment; `dot` is where the dot is in the box, (3,)."""
        self._arrows, self._line = [], None
        moment, recording, row = now.moment, self.recording, now.telling
        if moment.phase not in SHOWN or row >= recording.steps or not np.isfinite(dot).all():
            return
        start = self._place(recording.params[row], row)
        uphill = self._place(recording.params[row] + recording.lr[row] * recording.grads[row], row)
        grown = moment.part if moment.phase == "backward" else 1.0
        self._arrows.append((self._gradient, self._flat(projection, start, uphill, grown)))
        below = np.array([dot[0], dot[1], self.world.floor])
        self._line = projection(np.stack([dot, below]))
        if moment.phase == "update":
            self._arrows.append((self._step, self._flat(projection, start, below[:2], 1.0)))

    def _place(self, trained: Array, row: int) -> Array:
        """x and y in the box of trained parameters (P,); a frozen one stays where it is."""
        values = self.recording.values(np.array([float(row)]))[0]
        found = []
        for axis, column in enumerate(self._columns):
            name = self.world.landscape.axes[axis]
            own = trained[column] if column is not None else None
            value = values[self.recording.axes.index(name)] if own is None else own
            found.append(float(self.world.across(axis, np.asarray(value))))
        return np.array(found)

    def _flat(self, projection: Projection, start: Array, end: Array, grown: float) -> Array:
        """Pixels (2, 2) of an arrow on the floor, cut off where the floor ends."""
        way = grown * (end - start)
        over = np.abs(start + way) > 0.5
        room = np.where(way > 0, 0.5 - start, 0.5 + start) / np.maximum(np.abs(way), 1e-12)
        way = way * min(1.0, float(np.maximum(room, 0).min())) if over.any() else way
        flat = np.array([[*start, self.world.floor], [*(start + way), self.world.floor]])
        return projection(flat)

    def _paint(self, renderer: Any) -> None:
        if self._line is not None:
            self._plumb.draw(renderer, self._line)
        for pen, points in self._arrows:
            arrow(renderer, points, pen, head=HEAD * pen.width)
