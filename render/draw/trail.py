"""The path so far: a stroke in pieces, a mark at each recorded step, a tip that moves."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from render.draw.canvas import Growing
from render.draw.guise import Guise
from render.draw.look import MARKED, Look
from render.draw.marks import Drawing
from render.draw.show import Here, Now, Show
from render.draw.stretch import Stretch, gliding, recorded
from render.recording import Array
from render.run import Run

SEAM = 0.5  # pixels by which a piece overlaps the one before
FILLED = 3.0  # stroke widths: marks no further apart than dashes and this would fill the gaps

Locate = Callable[[Stretch], Array]  # → pixels (M, 2); nan where it can't be drawn
Sees = Callable[[Stretch], Array]  # → whether the camera sees them (M,)


class Trail(Growing):
    """The run's path through one panel.

    It follows the glide between two recorded steps, or with `chords` joins the recorded
    ones by straight lines: a plot of what was recorded.
    """

    def __init__(
        self,
        show: Show,
        run: Run,
        locate: Locate,
        look: Look,
        sees: Sees | None = None,
        chords: bool = False,
    ) -> None:
        super().__init__()
        core = replace(look.core, dashes=_guise(show, run).dashed(look.core.width))
        self.locate, self.look, self.sees = locate, replace(look, core=core), sees
        self.recording, self.chords = run.recording, chords
        self._cuts = show.steps(run)
        self.set_zorder(10)
        cuts = zip(self._cuts[:-1], self._cuts[1:], strict=True)
        steps = [self._between(first, last) for first, last in cuts]
        self._bounds = np.append(0, np.cumsum([len(s) for s in steps], dtype=int))
        self._steps = np.concatenate([*steps, []])
        marked = run.recording.steps if run.recording.steps <= MARKED else -1
        self._rows = Stretch(self.recording, np.arange(marked + 1, dtype=float))
        self.relocate(len(steps))
        apart = self._before[-1] / max(marked, 1)
        if core.dashes and apart < sum(core.dashes) + FILLED * core.width:
            self.look = replace(self.look, mark=None, hidden_mark=None)

    def relocate(self, pieces: int) -> None:
        """Find the points of the first pieces anew, because what they are drawn on has moved."""
        part = Stretch(self.recording, self._steps[: self._bounds[pieces]])
        self._points, self._seen = self.locate(part), self.seen(part)
        along = np.append(travelled(self._points), 0.0)
        self._before = along[self._bounds[: pieces + 1] - (self._bounds[: pieces + 1] > 0)]
        self._marks, self._marks_seen = self.locate(self._rows), self.seen(self._rows)

    def seen(self, stretch: Stretch) -> Array:
        """Whether the camera sees it (M,)."""
        return np.ones(len(stretch.steps), bool) if self.sees is None else self.sees(stretch)

    def draw_pieces(self, renderer: Any, start: int, stop: int) -> None:
        for piece in range(start, stop):
            first, last = self._cuts[piece], self._cuts[piece + 1]
            if first == last:
                continue  # the run has ended
            part = slice(*self._bounds[piece : piece + 2])
            self._stroke(renderer, self._points[part], self._seen[part], self._before[piece])
            self._mark(renderer, int(first), int(last))

    def draw_whole(self, renderer: Any, pieces: int) -> None:
        """So many pieces in one stroke, for a picture that is drawn anew in every frame."""
        part = slice(self._bounds[pieces])
        self._stroke(renderer, self._points[part], self._seen[part], 0.0)
        if pieces:
            self._mark(renderer, 0, int(self._cuts[pieces]))

    def tip(self) -> Tip:
        """The unfinished piece, which belongs to the moving layer."""
        return Tip(self)

    def unfinished(self, now: Now, here: Here) -> Stretch:
        """From the last complete piece to where the run is."""
        if not self.chords:
            return here.glide
        step = here.snapshot.step
        rows = recorded(self._cuts[now.pieces], step)
        return Stretch(self.recording, np.append(rows, step))

    def draw_tip(self, renderer: Any, pieces: int, step: float, points: Array, seen: Array) -> None:
        """Points (M, 2) from the last of so many complete pieces to the dot at a step."""
        self._stroke(renderer, points, seen, self._before[pieces])
        self._mark(renderer, int(self._cuts[pieces]), int(step))

    def _between(self, first: float, last: float) -> Array:
        """The steps that a piece is drawn through; none of one that is still to come."""
        if not self.chords:
            return gliding(first, last)
        rows = recorded(first, last) if first < last else np.zeros(0)
        return rows if len(rows) > 1 else np.zeros(0)

    def _stroke(self, renderer: Any, points: Array, seen: Array, before: float) -> None:
        """Runs of one visibility; a run starts at the last point of the one before it.

        `before` pixels of the trail lie behind them: dashes go on where they left off.
        """
        core = self.look.core
        along = before + travelled(points) if core.dashes else np.zeros(len(points))
        if self.look.longest is not None and len(points):
            far = _lengths(points) > self.look.longest
            if far.any():
                torn = np.flatnonzero(far) + 1
                points = np.insert(points, torn, np.nan, axis=0)
                seen = np.insert(seen, torn, seen[:-1][far])
                along = np.insert(along, torn, along[:-1][far])
        turns = np.flatnonzero(seen[1:] != seen[:-1]) + 1
        for a, b in zip([0, *turns], [*turns, len(points)], strict=True):
            run = points[a : b + 1]
            if len(run) < 2:
                continue
            if seen[a]:
                if self.look.casing is not None:
                    self.look.casing.draw(renderer, run)
                if core.dashes:
                    core.draw(renderer, run, float(along[a] % sum(core.dashes)))
                else:
                    core.draw(renderer, reaching_back(run))
            elif self.look.hidden is not None:
                self.look.hidden.draw(renderer, run)

    def _inside(self, at: Array) -> bool:
        area = self.look.area
        if area is None or not np.isfinite(at).all():
            return bool(np.isfinite(at).all())
        return area.left <= at[0] <= area.right and area.bottom <= at[1] <= area.top

    def _mark(self, renderer: Any, first: int, last: int) -> None:
        """The marks of recorded steps, as far as there are marks."""
        for row in range(first, min(last + 1, len(self._marks))):
            disc = self.look.mark if self._marks_seen[row] else self.look.hidden_mark
            if disc is not None and self._inside(self._marks[row]):
                disc.draw(renderer, self._marks[row])


def _guise(show: Show, run: Run) -> Guise:
    """How a run is told from the others in the picture."""
    return next(g for r, g in zip(show.runs, show.guises, strict=True) if r is run)


def travelled(points: Array) -> Array:
    """Pixels (M,) from the first of the points (M, 2) along them; nothing through gaps."""
    if not len(points):
        return np.zeros(0)
    lengths = _lengths(points)
    return np.append(0.0, np.cumsum(np.where(np.isfinite(lengths), lengths, 0.0)))


def reaching_back(run: Array) -> Array:
    """A stroke that starts half a pixel early: no seam shows where it meets the one before."""
    (x, y), (after_x, after_y) = run[:2].tolist()
    length = math.hypot(after_x - x, after_y - y)
    if not length > 1e-9:
        return run
    back = SEAM / length
    start = [[x - back * (after_x - x), y - back * (after_y - y)]]
    return np.concatenate([start, run])


def _lengths(points: Array) -> Array:
    """From each of the points (M, 2) to the next (M−1,)."""
    way = points[1:] - points[:-1]
    return np.hypot(way[:, 0], way[:, 1])


class Tip(Drawing):
    """The moving end of a trail."""

    def __init__(self, trail: Trail) -> None:
        super().__init__(self._paint, zorder=11)
        self.trail = trail
        self._pieces, self._step = 0, 0.0
        self._points, self._seen = np.zeros((0, 2)), np.zeros(0, bool)

    def move(self, now: Now, here: Here) -> Array:
        """Bring it to a moment; where its run is in the panel, pixel (2,)."""
        stretch = self.trail.unfinished(now, here)
        points = self.trail.locate(stretch)
        self.put(now, here, points, self.trail.seen(stretch))
        return points[-1].copy()

    def put(self, now: Now, here: Here, points: Array, seen: Array) -> None:
        """The same with its points (M, 2) given, and which of them are seen (M,)."""
        self._pieces, self._step = now.pieces, here.snapshot.step
        self._points, self._seen = points, seen

    def _paint(self, renderer: Any) -> None:
        self.trail.draw_tip(renderer, self._pieces, self._step, self._points, self._seen)
