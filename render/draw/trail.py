"""The path so far: a stroke in pieces, a mark at each recorded step, a tip that moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from render.draw.canvas import Growing
from render.draw.layout import Cell
from render.draw.marks import Disc, Drawing, Pen
from render.draw.page import Page
from render.draw.show import Now, Show
from render.recording import Array

POINTS = 5  # of a piece that is a fraction of a step
POINTS_LATE = 12  # of a later piece, if it has no more recorded steps than that
MOST_POINTS = 32  # of a later piece
LONGEST = 0.12  # of the box: a longer stretch between two points would cut through the air
GHOST = 0.45  # opacity of the trail behind the surface
SEAM = 0.5  # pixels by which a piece overlaps the one before
MARKED = 60  # steps at most in a run whose every step is marked

Locate = Callable[[Array], Array]  # steps (...,) → pixels (..., 2); nan where it can't be drawn
Sees = Callable[[Array], Array]  # steps (M,) → whether the camera sees them (M,)


@dataclass(frozen=True)
class Look:
    """How a trail is drawn, in the open and behind the surface."""

    core: Pen
    casing: Pen | None = None
    hidden: Pen | None = None
    mark: Disc | None = None
    hidden_mark: Disc | None = None
    area: Cell | None = None  # marks outside it are left out
    longest: float | None = None  # pixels between two points that are still joined


def flat_look(page: Page, area: Cell, colour: str | None = None) -> Look:
    """A trail in a flat plot."""
    theme, type_ = page.theme, page.type
    colour = colour or theme.trail
    return Look(
        core=Pen(colour, type_.stroke, cap="butt", clip=area),
        mark=Disc(0.4 * type_.dot, theme.mark, colour, 0.5 * type_.stroke),
        area=area,
    )


def relief_look(page: Page, show: Show, scale: float) -> Look:
    """A trail on the surface: a dark rim in the open, a faint line behind.

    `scale` is the box's width in pixels. The rims of many steps to and fro would paint the
    surface over: long runs have none.
    """
    theme, type_ = page.theme, page.type
    rim = Pen(theme.mark, 1.9 * type_.stroke, cap="butt")
    return Look(
        core=Pen(theme.trail, type_.stroke, cap="butt"),
        casing=rim if show.recording.steps <= MARKED else None,
        longest=LONGEST * scale,
        hidden=Pen(theme.edge, 0.5 * type_.stroke, alpha=GHOST, cap="butt"),
        mark=Disc(0.42 * type_.dot, theme.mark, theme.trail, 0.55 * type_.stroke),
        hidden_mark=Disc(0.36 * type_.dot, theme.edge, alpha=0.6),
    )


class Trail(Growing):
    """The run's path through one panel.

    It follows the glide between two recorded steps, or with `chords` joins the recorded
    ones by straight lines: a plot of what was recorded.
    """

    def __init__(
        self,
        show: Show,
        locate: Locate,
        look: Look,
        sees: Sees | None = None,
        chords: bool = False,
    ) -> None:
        super().__init__()
        self.show, self.locate, self.look, self.sees = show, locate, look, sees
        self._chords = chords
        self.set_zorder(10)
        steps = [self._between(a, b) for a, b in zip(show.cuts[:-1], show.cuts[1:], strict=True)]
        ends = np.cumsum([len(s) for s in steps])[:-1]
        every = np.concatenate(steps) if steps else np.zeros(0)
        self._points = np.split(locate(every), ends)
        self._seen = np.split(self._seen_at(every), ends)
        marked = show.recording.steps if show.recording.steps <= MARKED else -1
        rows = np.arange(marked + 1, dtype=float)
        self._marks = locate(rows)
        self._marks_seen = self._seen_at(rows)

    def draw_pieces(self, renderer: Any, start: int, stop: int) -> None:
        for piece in range(start, stop):
            first, last = self.show.cuts[piece], self.show.cuts[piece + 1]
            self._stroke(renderer, self._points[piece], self._seen[piece])
            self._mark(renderer, int(first))
            if last == int(last):
                self._mark(renderer, int(last))

    def tip(self) -> Tip:
        """The unfinished piece, which belongs to the moving layer."""
        return Tip(self)

    def draw_tip(self, renderer: Any, now: Now) -> None:
        """From the last complete piece to the dot."""
        step, start = now.snapshot.step, self.show.cuts[now.pieces]
        if self._chords and start < self.show.glided:
            steps = np.array([np.floor(step), step])
        else:
            steps = self._between(start, step)
        self._stroke(renderer, self.locate(steps), self._seen_at(steps))
        self._mark(renderer, int(step))

    def _between(self, first: float, last: float) -> Array:
        if first < self.show.glided:
            if self._chords:
                return np.array([last - 1, last]) if last == int(last) else np.zeros(0)
            return np.linspace(first, last, POINTS)
        parts = max(1, int(POINTS_LATE / max(last - first, 1)))  # of each step
        inner = np.arange(np.floor(first * parts) + 1, np.ceil(last * parts)) / parts
        # Every odd one of too many: an even stride would see one side of an oscillation alone.
        stride = len(inner) // MOST_POINTS * 2 + 1
        return np.concatenate([[first], inner[::stride], [last]])

    def _seen_at(self, steps: Array) -> Array:
        return np.ones(len(steps), bool) if self.sees is None else self.sees(steps)

    def _stroke(self, renderer: Any, points: Array, seen: Array) -> None:
        """Runs of one visibility; a run starts at the last point of the one before it."""
        if self.look.longest is not None and len(points):
            far = np.linalg.norm(np.diff(points, axis=0), axis=1) > self.look.longest
            points = np.insert(points, np.flatnonzero(far) + 1, np.nan, axis=0)
            seen = np.insert(seen, np.flatnonzero(far) + 1, seen[:-1][far])
        turns = np.flatnonzero(seen[1:] != seen[:-1]) + 1
        for a, b in zip([0, *turns], [*turns, len(points)], strict=True):
            run = points[a : b + 1]
            if len(run) < 2:
                continue
            if seen[a]:
                if self.look.casing is not None:
                    self.look.casing.draw(renderer, run)
                self.look.core.draw(renderer, reaching_back(run))
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


def reaching_back(run: Array) -> Array:
    """A stroke that starts half a pixel early: no seam shows where it meets the one before."""
    start = run[1] - run[0]
    length = float(np.linalg.norm(start))
    if not length > 1e-9:
        return run
    return np.concatenate([run[:1] - SEAM * start / length, run])


class Tip(Drawing):
    """The moving end of a trail; set `now` before drawing."""

    def __init__(self, trail: Trail) -> None:
        super().__init__(lambda renderer: trail.draw_tip(renderer, self.now), zorder=11)
        self.now: Now
