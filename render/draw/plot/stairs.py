"""A curve in stairs: each value lasts until the next record."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from render.draw.artists import PaintedArtist, Pen
from render.draw.canvas import GrowingArtist
from render.draw.context import FrameState, RunState
from render.draw.plot.trail import arc_lengths, starting_earlier
from render.draw.step_range import thinned
from render.recording import Array

# Fractional steps (M,), and the rows (M,) whose values are drawn at them → pixels (M, 2).
Place = Callable[[Array, Array], Array]


class Stairs(GrowingArtist):
    """A curve that is level between two records and drops or rises at each."""

    def __init__(self, place: Place, cuts: Array, pen: Pen) -> None:
        """`cuts` (C+1,): the fractional steps of the run at which a piece ends."""
        super().__init__()
        self._place, self._cuts, self._pen = place, cuts, pen
        self.set_zorder(10)
        self._points = [self._through(a, b) for a, b in pairwise(cuts)]
        lengths = [float(arc_lengths(points)[-1]) for points in self._points]
        self._before = np.append(0.0, np.cumsum(lengths))  # pixels up to each piece, for dashes

    def draw_pieces(self, renderer: Any, start: int, stop: int) -> None:
        for piece in range(start, stop):
            self._stroke(renderer, self._points[piece], self._before[piece])

    def tip(self) -> StairsTip:
        """The unfinished piece, which belongs to the moving layer."""
        return StairsTip(self)

    def draw_tip(self, renderer: Any, pieces: int, step: float) -> None:
        """From the last complete piece to the dot."""
        self._stroke(renderer, self._through(self._cuts[pieces], step), self._before[pieces])

    def at(self, step: float) -> Array:
        """Where the dot is, pixel (2,)."""
        return self._place(np.array([step]), np.floor([step]))[0]

    def _through(self, first: float, last: float) -> Array:
        """Pixels (M, 2) from one step to another, two at each record between."""
        turns = np.arange(np.floor(first) + 1, np.floor(last) + 1)
        steps = np.concatenate([[first], np.repeat(thinned(turns), 2), [last]])
        rows = np.floor(steps)
        rows[1:-1:2] -= 1
        return self._place(steps, rows)

    def _stroke(self, renderer: Any, points: Array, before: float) -> None:
        if not (points != points[0]).any():
            return  # the run has ended, or not begun
        if self._pen.dashes:
            self._pen.draw(renderer, points, float(before % sum(self._pen.dashes)))
        else:
            self._pen.draw(renderer, starting_earlier(points))


class StairsTip(PaintedArtist):
    """The moving end of stairs."""

    def __init__(self, stairs: Stairs) -> None:
        super().__init__(self._paint, zorder=11)
        self.stairs = stairs
        self._pieces, self._step = 0, 0.0

    def move(self, frame_state: FrameState, run_state: RunState) -> Array:
        """Bring it to a moment; where the dot is, pixel (2,)."""
        self._pieces, self._step = frame_state.pieces, run_state.snapshot.row
        return self.stairs.at(self._step)

    def _paint(self, renderer: Any) -> None:
        self.stairs.draw_tip(renderer, self._pieces, self._step)
