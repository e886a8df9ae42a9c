"""The path so far: a stroke in pieces, a mark at each recorded step, a tip that moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from render.draw.canvas import Growing
from render.draw.guise import Guise
from render.draw.layout import Cell
from render.draw.marks import Drawing, Pen, Stamp
from render.draw.page import Page
from render.draw.show import Here, Now, Show
from render.recording import Array
from render.run import Run

POINTS = 32  # of a step, in a piece that is a fraction of one
POINTS_LATE = 12  # of a longer piece, if it has no more recorded steps than that
MOST_POINTS = 32  # of a longer piece
LONGEST = 0.12  # of the box: a longer stretch between two points would cut through the air
GHOST = 0.45  # opacity of the trail behind the surface
SEAM = 0.5  # pixels by which a piece overlaps the one before
AMONG = 0.8  # of a lone trail's width, for one among others
FILLED = 3.0  # stroke widths: marks no further apart than dashes and this would fill the gaps
MARKED = 60  # steps at most in a run whose every step is marked

Locate = Callable[[Array], Array]  # steps (...,) → pixels (..., 2); nan where it can't be drawn
Sees = Callable[[Array], Array]  # steps (M,) → whether the camera sees them (M,)


@dataclass(frozen=True)
class Look:
    """How a trail is drawn, in the open and behind the surface."""

    core: Pen
    casing: Pen | None = None
    hidden: Pen | None = None
    mark: Stamp | None = None
    hidden_mark: Stamp | None = None
    area: Cell | None = None  # marks outside it are left out
    longest: float | None = None  # pixels between two points that are still joined


def flat_look(page: Page, area: Cell, colour: str, lone: bool = True) -> Look:
    """A trail in a flat plot; among others its marks are no larger than they must be."""
    theme, type_ = page.theme, page.type
    large = Stamp(0.4 * type_.dot, theme.mark, colour, 0.5 * type_.stroke)
    return Look(
        core=Pen(colour, type_.stroke if lone else AMONG * type_.stroke, cap="butt", clip=area),
        mark=large if lone else Stamp(type_.stroke, colour),
        area=area,
    )


def relief_look(
    page: Page, run: Run, guise: Guise, scale: float, area: Cell, lone: bool = True
) -> Look:
    """A trail on the surface: a dark rim in the open, a faint line behind.

    `scale` is the box's width in pixels. The rims of many steps to and fro would paint the
    surface over: long runs have none.
    """
    theme, type_ = page.theme, page.type
    rim = Pen(theme.mark, 1.9 * type_.stroke, cap="butt", clip=area)
    width = type_.stroke if lone else AMONG * type_.stroke
    large = Stamp(0.42 * type_.dot, theme.mark, guise.trail, 0.55 * type_.stroke)
    behind = theme.edge if lone else guise.trail
    return Look(
        core=Pen(guise.trail, width, cap="butt", clip=area),
        casing=rim if run.recording.steps <= MARKED else None,
        longest=LONGEST * scale,
        hidden=Pen(behind, 0.5 * type_.stroke, alpha=GHOST, cap="butt", clip=area),
        mark=large if lone else Stamp(type_.stroke, guise.trail),
        hidden_mark=Stamp(0.36 * type_.dot, behind, alpha=0.6),
        area=area,
    )


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
        self._cuts, self._chords = show.steps(run), chords
        self.set_zorder(10)
        cuts = zip(self._cuts[:-1], self._cuts[1:], strict=True)
        steps = [self._between(first, last) for first, last in cuts]
        self._ends = np.cumsum([len(s) for s in steps])[:-1]
        self._steps = np.concatenate(steps) if steps else np.zeros(0)
        marked = run.recording.steps if run.recording.steps <= MARKED else -1
        self._rows = np.arange(marked + 1, dtype=float)
        self.relocate()
        apart = self._before[-1] / max(marked, 1)
        if core.dashes and apart < sum(core.dashes) + FILLED * core.width:
            self.look = replace(self.look, mark=None, hidden_mark=None)

    def relocate(self) -> None:
        """Find all of its points anew, because what it is drawn on has moved."""
        self._points = np.split(self.locate(self._steps), self._ends)
        lengths = [float(travelled(points)[-1:].sum()) for points in self._points]
        self._before = np.append(0.0, np.cumsum(lengths))  # pixels up to each piece, for dashes
        self._seen = np.split(self._seen_at(self._steps), self._ends)
        self._marks = self.locate(self._rows)
        self._marks_seen = self._seen_at(self._rows)

    def draw_pieces(self, renderer: Any, start: int, stop: int) -> None:
        for piece in range(start, stop):
            first, last = self._cuts[piece], self._cuts[piece + 1]
            if first == last:
                continue  # the run has ended
            self._stroke(renderer, self._points[piece], self._seen[piece], self._before[piece])
            for row in range(int(first), int(last) + 1):
                self._mark(renderer, row)

    def tip(self) -> Tip:
        """The unfinished piece, which belongs to the moving layer."""
        return Tip(self)

    def draw_tip(self, renderer: Any, pieces: int, step: float) -> None:
        """From the last complete piece to the dot."""
        start = self._cuts[pieces]
        if self._chords:
            steps = np.append(self._whole(start, step), step)
        else:
            steps = self._between(start, step)
        self._stroke(renderer, self.locate(steps), self._seen_at(steps), self._before[pieces])
        for row in range(int(start), int(step) + 1):
            self._mark(renderer, row)

    def _between(self, first: float, last: float) -> Array:
        """The steps that a piece is drawn through; none of one that is still to come."""
        if first == last:
            return np.zeros(0)
        if self._chords:
            rows = self._whole(first, last)
            return rows if len(rows) > 1 else np.zeros(0)
        long = last - first
        parts = POINTS if long < 1 else max(1, int(POINTS_LATE / long))  # of each step
        inner = np.arange(np.floor(first * parts) + 1, np.ceil(last * parts)) / parts
        return np.concatenate([[first], _thinned(inner), [last]])

    def _whole(self, first: float, last: float) -> Array:
        """The recorded steps from the one before `first` to the last before `last`."""
        rows = np.arange(int(first), int(last) + 1, dtype=float)
        return np.concatenate([rows[:1], _thinned(rows[1:-1]), rows[-1:] if len(rows) > 1 else []])

    def _seen_at(self, steps: Array) -> Array:
        return np.ones(len(steps), bool) if self.sees is None else self.sees(steps)

    def _stroke(self, renderer: Any, points: Array, seen: Array, before: float) -> None:
        """Runs of one visibility; a run starts at the last point of the one before it.

        `before` pixels of the trail lie behind them: dashes go on where they left off.
        """
        core = self.look.core
        along = before + travelled(points)
        if self.look.longest is not None and len(points):
            far = np.linalg.norm(np.diff(points, axis=0), axis=1) > self.look.longest
            points = np.insert(points, np.flatnonzero(far) + 1, np.nan, axis=0)
            seen = np.insert(seen, np.flatnonzero(far) + 1, seen[:-1][far])
            along = np.insert(along, np.flatnonzero(far) + 1, along[:-1][far])
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

    def _mark(self, renderer: Any, row: int) -> None:
        if row >= len(self._marks) or not self._inside(self._marks[row]):
            return
        disc = self.look.mark if self._marks_seen[row] else self.look.hidden_mark
        if disc is not None:
            disc.draw(renderer, self._marks[row])


def _guise(show: Show, run: Run) -> Guise:
    """How a run is told from the others in the picture."""
    return next(g for r, g in zip(show.runs, show.guises, strict=True) if r is run)


def travelled(points: Array) -> Array:
    """Pixels (M,) from the first of the points (M, 2) along them; nothing through gaps."""
    if not len(points):
        return np.zeros(0)
    lengths = np.linalg.norm(np.diff(points, axis=0), axis=1)
    return np.append(0.0, np.cumsum(np.where(np.isfinite(lengths), lengths, 0.0)))


def reaching_back(run: Array) -> Array:
    """A stroke that starts half a pixel early: no seam shows where it meets the one before."""
    start = run[1] - run[0]
    length = float(np.linalg.norm(start))
    if not length > 1e-9:
        return run
    return np.concatenate([run[:1] - SEAM * start / length, run])


def _thinned(steps: Array) -> Array:
    """Every odd one of too many: an even stride would see one side of an oscillation alone."""
    return steps[:: len(steps) // MOST_POINTS * 2 + 1]


class Tip(Drawing):
    """The moving end of a trail; set `pieces` and `step` before drawing."""

    def __init__(self, trail: Trail) -> None:
        super().__init__(
            lambda renderer: trail.draw_tip(renderer, self.pieces, self.step), zorder=11
        )
        self.pieces = 0
        self.step = 0.0

    def move(self, now: Now, here: Here) -> None:
        """Bring it to a moment."""
        self.pieces, self.step = now.pieces, here.snapshot.step
