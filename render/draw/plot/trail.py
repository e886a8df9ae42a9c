"""The path so far: a stroke in pieces, a mark at each recorded step, a tip that moves."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from render.draw.artists import PaintedArtist, Stamp, outline
from render.draw.canvas import GrowingArtist
from render.draw.context import Context, FrameState, RunState, StepRange, gliding, recorded
from render.draw.layers import Layers
from render.draw.layout import Cell
from render.draw.run_style import MARKED, RunStyle, TrailStyle, plot_trail_style
from render.recording import Array
from render.results import Run

THINNEST = 1.2  # pixels of the rim
GLOW = ((2.6, 0.07), (2.1, 0.09), (1.65, 0.12))  # radius in dot radii, opacity


class Dot(PaintedArtist):
    """The dot at a pixel: solid, or a ring where it is behind something or out of the picture."""

    def __init__(self, page: Layers, guise: RunStyle, small: bool = False) -> None:
        super().__init__(self._paint, zorder=20)
        theme, edge, colour = page.theme, page.theme.edge, guise.dot
        shape = outline(guise.marker, guise.grown)
        radius = page.type.dot * guise.size * (0.8 if small else 1.0)
        self.at: Array = np.full(2, np.nan)  # pixels
        self.ghost = False
        rim = max(THINNEST, theme.rim_strength * radius)
        edged, ringed = max(2.0, radius / 4), radius / 1.6
        self._glow = [Stamp(radius * r, colour, alpha=a) for r, a in GLOW * guise.glows]
        self._solid = (
            Stamp(radius, "none", theme.rim, edged + 2 * rim, shape=shape),
            Stamp(radius, colour, edge, edged, shape=shape),
        )
        self._ring = (
            Stamp(radius, "none", theme.rim, ringed + 2 * rim, shape=shape),
            Stamp(radius, "none", edge, ringed, shape=shape),
            Stamp(radius, "none", colour, max(3.0, radius / 3), shape=shape),
        )

    def _paint(self, renderer: Any) -> None:
        if not np.isfinite(self.at).all():
            return
        for disc in self._glow:
            disc.draw(renderer, self.at)
        for disc in self._ring if self.ghost else self._solid:
            disc.draw(renderer, self.at)


SEAM = 0.5  # pixels by which a piece overlaps the one before
FILLED = 3.0  # stroke widths: marks no further apart than dashes and this would fill the gaps

Locate = Callable[[StepRange], Array]  # → pixels (M, 2); nan where it can't be drawn
Sees = Callable[[StepRange], Array]  # → whether the camera sees them (M,)


class Trail(GrowingArtist):
    """The run's path through one panel.

    It follows the glide between two recorded steps, or with `chords` joins the recorded
    ones by straight lines: a plot of what was recorded.
    """

    def __init__(
        self,
        show: Context,
        run: Run,
        locate: Locate,
        look: TrailStyle,
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
        self._rows = StepRange(self.recording, np.arange(marked + 1, dtype=float))
        self.relocate(len(steps))
        apart = self._before[-1] / max(marked, 1)
        if core.dashes and apart < sum(core.dashes) + FILLED * core.width:
            self.look = replace(self.look, mark=None, hidden_mark=None)

    def relocate(self, pieces: int) -> None:
        """Find the points of the first pieces anew, because what they are drawn on has moved."""
        part = StepRange(self.recording, self._steps[: self._bounds[pieces]])
        self._points, self._seen = self.locate(part), self.seen(part)
        along = np.append(travelled(self._points), 0.0)
        self._before = along[self._bounds[: pieces + 1] - (self._bounds[: pieces + 1] > 0)]
        self._marks, self._marks_seen = self.locate(self._rows), self.seen(self._rows)

    def seen(self, stretch: StepRange) -> Array:
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

    def unfinished(self, now: FrameState, here: RunState) -> StepRange:
        """From the last complete piece to where the run is."""
        if not self.chords:
            return here.glide
        step = here.snapshot.step
        rows = recorded(self._cuts[now.pieces], step)
        return StepRange(self.recording, np.append(rows, step))

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


def _guise(show: Context, run: Run) -> RunStyle:
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


class Tip(PaintedArtist):
    """The moving end of a trail."""

    def __init__(self, trail: Trail) -> None:
        super().__init__(self._paint, zorder=11)
        self.trail = trail
        self._pieces, self._step = 0, 0.0
        self._points, self._seen = np.zeros((0, 2)), np.zeros(0, bool)

    def move(self, now: FrameState, here: RunState) -> Array:
        """Bring it to a moment; where its run is in the panel, pixel (2,)."""
        stretch = self.trail.unfinished(now, here)
        points = self.trail.locate(stretch)
        self.put(now, here, points, self.trail.seen(stretch))
        return points[-1].copy()

    def put(self, now: FrameState, here: RunState, points: Array, seen: Array) -> None:
        """The same with its points (M, 2) given, and which of them are seen (M,)."""
        self._pieces, self._step = now.pieces, here.snapshot.step
        self._points, self._seen = points, seen

    def _paint(self, renderer: Any) -> None:
        self.trail.draw_tip(renderer, self._pieces, self._step, self._points, self._seen)


Held = Callable[[Array], tuple[Array, bool]]  # a pixel (2,) → inside the plot, and whether moved


class PlotRun:
    """What one run adds to a contour or a cost plot; the dot is the panel's to put on the page."""

    def __init__(
        self, page: Layers, show: Context, run: Run, guise: RunStyle, area: Cell, locate: Locate
    ) -> None:
        trail = Trail(show, run, locate, plot_trail_style(page, area, guise.trail, show.lone))
        page.grow(trail)
        self.tip = trail.tip()
        self.dot = Dot(page, guise, small=True)
        self.at: Array = np.full(2, np.nan)  # where the run is, pixel (2,), in sight or not

    def move(self, now: FrameState, here: RunState, held: Held) -> None:
        """Bring trail and dot to a moment."""
        self.at = self.tip.move(now, here)
        self.dot.at, self.dot.ghost = held(self.at)
