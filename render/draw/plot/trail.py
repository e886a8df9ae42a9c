"""The path of a run so far: a stroke in pieces, a mark at each recorded step, a moving tip."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from render.cells import Cell
from render.draw.artists import PaintedArtist, Pen, Stamp, outline
from render.draw.canvas import GrowingArtist
from render.draw.context import Context, FrameState, RunState
from render.draw.layers import Layers
from render.draw.run_style import (
    MAX_MARKED_STEPS,
    RunStyle,
    TrailStyle,
    plot_trail_style,
    scribbles,
)
from render.draw.step_range import StepRange, gliding, recorded
from render.recording import Array
from render.results import Run

MIN_RIM_PX = 1.2
GLOW = ((2.6, 0.07), (2.1, 0.09), (1.65, 0.12))  # radius in dot radii, opacity


class Dot(PaintedArtist):
    """The dot at a pixel: solid, or a ring where it is hidden or outside the picture."""

    def __init__(self, layers: Layers, style: RunStyle, small: bool = False) -> None:
        super().__init__(self._paint, zorder=20)
        theme, edge, colour = layers.theme, layers.theme.edge, style.dot
        shape = outline(style.marker, style.grown)
        self.radius = radius = layers.type.dot * style.size * (0.8 if small else 1.0)
        self.at: Array = np.full(2, np.nan)  # pixels
        self.hollow = False
        self.home: Array = np.full(2, np.nan)  # pixels: where its run starts
        self.aside: Array = np.zeros(2)  # pixels from there to where it is drawn at the start
        rim = max(MIN_RIM_PX, theme.rim_strength * radius)
        edged, ringed = max(2.0, radius / 4), radius / 1.6
        self.glow = [Stamp(radius * r, colour, alpha=a) for r, a in GLOW * style.glows]
        self.solid = (
            Stamp(radius, "none", theme.rim, edged + 2 * rim, shape=shape),
            Stamp(radius, colour, edge, edged, shape=shape),
        )
        self.ring = (
            Stamp(radius, "none", theme.rim, ringed + 2 * rim, shape=shape),
            Stamp(radius, "none", edge, ringed, shape=shape),
            Stamp(radius, "none", colour, max(3.0, radius / 3), shape=shape),
        )

    def _paint(self, renderer: Any) -> None:
        if not (math.isfinite(self.at[0]) and math.isfinite(self.at[1])):
            return
        at = self.place()
        for disc in self.glow:
            disc.draw(renderer, at)
        for disc in self.ring if self.hollow else self.solid:
            disc.draw(renderer, at)

    def place(self) -> Array:
        """The pixel (2,) where it is drawn: beside `at` as long as its run is near its start."""
        far = FANNED * _length(self.aside)
        near = max(0.0, 1 - _length(self.at - self.home) / far) if far else 0.0
        return self.at + near**2 * self.aside if near else self.at


def _length(move: Array) -> float:
    """Of a move (2,) in pixels; NumPy's own takes ten times as long for one."""
    return math.hypot(*move.tolist())


TOGETHER_PX = 1.0  # between starts that count as one place
APART = 1.5  # radii between two dots of a fan
APART_IN_ROW = 1.1
FANNED = 4.0  # times as far away as a dot is aside at its start, it is at its own place


def fan_out(dots: Sequence[Dot], homes: Array, row: bool = False) -> None:
    """Fan out dots whose runs start at one place, so that none covers another.

    `homes` (N, 2) are the pixels of the starts. The dots stand around the start; with `row`, for
    a plot against the clock, to its right, at their true height. The fan closes as the runs leave
    the start.
    """
    for dot, home in zip(dots, homes, strict=True):
        together = [other for other, at in zip(dots, homes, strict=True) if _meet(home, at)]
        dot.home, dot.aside = home, np.zeros(2)
        if len(together) > 1:
            which, radius = together.index(dot), max(other.radius for other in together)
            turn = 2 * np.pi * which / len(together)
            wide = APART * radius / (2 * np.sin(np.pi / len(together)))
            dot.aside = wide * np.array([np.sin(turn), np.cos(turn)])
            if row:
                dot.aside = np.array([APART_IN_ROW * radius * which, 0.0])


def _meet(home: Array, other: Array) -> bool:
    return bool(np.linalg.norm(home - other) <= TOGETHER_PX)


OVERLAP_PX = 0.5  # length by which a piece overlaps the one before
MIN_MARK_GAP = 3.0  # stroke widths, and a dash: nearer marks fill the gaps of dashes

RECENT_EPOCHS = 1.0  # in which a trail through single batches fades
FADES = 6  # strengths of it
THIN, THIN_IN_RACE = 0.45, 0.6  # its width at its oldest, times a trail's
OLDEST, OLDEST_IN_RACE = 0.45, 0.6  # its opacity there

Locate = Callable[[StepRange], Array]  # → pixels (M, 2); nan where it can't be drawn
IsVisible = Callable[[StepRange], Array]  # → whether the camera sees them (M,)


class Trail(GrowingArtist):
    """The run's path through one panel.

    It follows the glide between two recorded steps. With `chords` it is straight between them, for
    a plot of what was recorded. Where a run goes to and fro within its epochs it is thin, faded
    with age, and only the ends of epochs are marked, and with `joined` joined by a stroke.
    """

    def __init__(
        self,
        context: Context,
        run: Run,
        locate: Locate,
        style: TrailStyle,
        is_visible: IsVisible | None = None,
        chords: bool = False,
        joined: bool = False,
    ) -> None:
        super().__init__()
        core = replace(style.core, dashes=context.style_of(run).dashed(style.core.width))
        self.locate, self.style, self.is_visible = locate, replace(style, core=core), is_visible
        self.recording, self.chords = run.recording, chords
        self.joined = joined and scribbles(run)
        self._cuts = context.steps(run)
        self.set_zorder(10)
        cuts = zip(self._cuts[:-1], self._cuts[1:], strict=True)
        steps = [self._between(first, last) for first, last in cuts]
        self._bounds = np.append(0, np.cumsum([len(s) for s in steps], dtype=int))
        self.steps = np.concatenate([*steps, []])
        # Of batches that go to and fro only the ends of epochs are marked.
        apart = run.recording.rows_per_epoch if scribbles(run) else 1
        count = run.recording.last // apart
        marked = np.arange(count + 1) * apart if count <= MAX_MARKED_STEPS else np.arange(0)
        self.marked, self.rows = marked, StepRange(self.recording, marked.astype(float))
        self.fading = self._pens(context) if scribbles(run) else ()
        self.window = RECENT_EPOCHS * run.recording.rows_per_epoch
        self.relocate(len(steps))
        apart = self._before[-1] / max(len(marked) - 1, 1)
        if core.dashes and apart < sum(core.dashes) + MIN_MARK_GAP * core.width:
            self.style = replace(self.style, mark=None, hidden_mark=None)

    def _pens(self, context: Context) -> tuple[Pen, ...]:
        """Pens for the trail of a run that scribbles, from the oldest steps to the last ones."""
        thin, faint = (THIN, OLDEST) if context.single else (THIN_IN_RACE, OLDEST_IN_RACE)
        core, shares = self.style.core, np.linspace(0, 1, FADES + 1)
        widths, opacities = thin + (1 - thin) * shares, faint + (1 - faint) * shares
        return tuple(
            replace(core, width=core.width * float(wide), alpha=float(opacity))
            for wide, opacity in zip(widths, opacities, strict=True)
        )

    def relocate(self, pieces: int) -> None:
        """Compute the points of the first pieces, and the marks up to the next one, once more: the
        camera has moved."""
        count = self._bounds[pieces]
        reached = self._cuts[min(pieces + 1, len(self._cuts) - 1)]
        marked = self.marked[: np.searchsorted(self.marked, reached, "right")]
        every = StepRange(self.recording, np.concatenate([self.steps[:count], marked]))
        points, seen = self.locate(every), self.visible(every)
        self._points, self._marks = points[:count], points[count:]
        self._seen, self._marks_seen = seen[:count], seen[count:]
        along = np.append(arc_lengths(self._points), 0.0)
        self._before = along[self._bounds[: pieces + 1] - (self._bounds[: pieces + 1] > 0)]

    def visible(self, step_range: StepRange) -> Array:
        """Whether the camera sees the run at these steps (M,)."""
        if self.is_visible is None:
            return np.ones(len(step_range.steps), bool)
        return self.is_visible(step_range)

    def draw_pieces(self, renderer: Any, start: int, stop: int) -> None:
        for piece in range(start, stop):
            first, last = self._cuts[piece], self._cuts[piece + 1]
            if first == last:
                continue  # the run has ended
            part = slice(*self._bounds[piece : piece + 2])
            self._stroke(renderer, self._points[part], self._seen[part], self._before[piece])
            self._mark(renderer, int(first), int(last))

    def draw_whole(self, renderer: Any, pieces: int) -> None:
        """Draw the first pieces in one stroke, for a camera that moves in every frame."""
        part = slice(self._bounds[pieces])
        self._stroke(renderer, self._points[part], self._seen[part], 0.0)
        if pieces:
            self._mark(renderer, 0, int(self._cuts[pieces]))

    def tip(self) -> Tip:
        """The unfinished piece, which belongs to the moving layer."""
        return Tip(self)

    def unfinished(self, frame_state: FrameState, run_state: RunState) -> StepRange:
        """From the last complete piece to where the run is."""
        if not self.chords:
            return run_state.glide
        step = run_state.snapshot.row
        rows = recorded(self._cuts[frame_state.pieces], step)
        return StepRange(self.recording, np.append(rows, step))

    def draw_tip(
        self, renderer: Any, pieces: int, step: float, points: Array, visible: Array | None
    ) -> None:
        """Points (M, 2) from the end of the complete pieces to the dot at a step."""
        if self.fading:
            self._draw_recent(renderer, pieces, step)
        self._stroke(renderer, points, visible, self._before[pieces], *self.fading[-1:])
        self._mark(renderer, int(self._cuts[pieces]), int(step))

    def _draw_recent(self, renderer: Any, pieces: int, step: float) -> None:
        """Draw the last complete pieces again, stronger the newer they are."""
        edges = step - self.window * np.linspace(1, 0, FADES + 1)
        firsts = np.searchsorted(self._cuts[:pieces], edges)
        for pen, first, last in zip(self.fading[1:], firsts[:-1], firsts[1:], strict=True):
            part = slice(self._bounds[first], self._bounds[last])
            self._stroke(renderer, self._points[part], self._seen[part], self._before[first], pen)
        self._mark(renderer, int(max(edges[0], 0)), int(self._cuts[pieces]))

    def _between(self, first: float, last: float) -> Array:
        """The steps that a piece is drawn through; none for a piece that is not begun."""
        if not self.chords:
            return gliding(first, last)
        rows = recorded(first, last) if first < last else np.zeros(0)
        return rows if len(rows) > 1 else np.zeros(0)

    def _stroke(
        self,
        renderer: Any,
        points: Array,
        visible: Array | None,
        before: float,
        pen: Pen | None = None,
    ) -> None:
        """Draw points (M, 2) in parts that are either visible or hidden; None if all are visible.

        A part starts at the last point of the part before. `before` is the length of the trail
        before the first point in pixels, so that dashes continue. `pen` is that of a trail that
        fades.
        """
        core = pen or (self.fading[0] if self.fading else self.style.core)
        along = before + arc_lengths(points) if core.dashes else None
        if self.style.longest is not None and len(points):
            far = _lengths(points) > self.style.longest
            if far.any():
                torn = np.flatnonzero(far) + 1
                points = np.insert(points, torn, np.nan, axis=0)
                if visible is not None:
                    visible = np.insert(visible, torn, visible[:-1][far])
                if along is not None:
                    along = np.insert(along, torn, along[:-1][far])
        turns = [] if visible is None else (visible[1:] != visible[:-1]).nonzero()[0] + 1
        for a, b in zip([0, *turns], [*turns, len(points)], strict=True):
            part = points[a : b + 1]
            if len(part) < 2:
                continue
            if visible is None or visible[a]:
                if self.style.casing is not None:
                    self.style.casing.draw(renderer, part)
                if along is not None:
                    core.draw(renderer, part, float(along[a] % sum(core.dashes)))
                else:
                    core.draw(renderer, starting_earlier(part))
            elif self.style.hidden is not None:
                self.style.hidden.draw(renderer, part)

    def _inside(self, at: Array) -> bool:
        area = self.style.area
        finite = math.isfinite(at[0]) and math.isfinite(at[1])
        return finite and (area is None or area.holds(at))

    def _mark(self, renderer: Any, first: int, last: int) -> None:
        """Draw the marks of recorded steps, if the style has marks."""
        begin, end = np.searchsorted(self.marked, [first, last + 1])
        if self.joined and end > max(begin, 1):
            self.style.core.draw(renderer, self._marks[max(begin - 1, 0) : end])
        for i in range(begin, end):
            disc = self.style.mark if self._marks_seen[i] else self.style.hidden_mark
            if disc is not None and self._inside(self._marks[i]):
                disc.draw(renderer, self._marks[i])


def arc_lengths(points: Array) -> Array:
    """The length (M,) in pixels from the first of points (M, 2); gaps have length 0."""
    if not len(points):
        return np.zeros(0)
    lengths = _lengths(points)
    return np.append(0.0, np.cumsum(np.where(np.isfinite(lengths), lengths, 0.0)))


def starting_earlier(points: Array) -> Array:
    """Points (M+1, 2) of a stroke that starts OVERLAP_PX early, so that no seam is visible."""
    (x, y), (after_x, after_y) = points[:2].tolist()
    length = math.hypot(after_x - x, after_y - y)
    if not length > 1e-9:
        return points
    back = OVERLAP_PX / length
    start = [[x - back * (after_x - x), y - back * (after_y - y)]]
    return np.concatenate([start, points])


def _lengths(points: Array) -> Array:
    """From each of the points (M, 2) to the next (M−1,)."""
    moves = points[1:] - points[:-1]
    return np.hypot(moves[:, 0], moves[:, 1])


class Tip(PaintedArtist):
    """The moving end of a trail."""

    def __init__(self, trail: Trail) -> None:
        super().__init__(self._paint, zorder=11)
        self.trail = trail
        self._pieces, self._step = 0, 0.0
        self._points: Array = np.zeros((0, 2))
        self._seen: Array | None = None

    def move(self, frame_state: FrameState, run_state: RunState) -> Array:
        """Bring it to a moment; where its run is in the panel, pixel (2,)."""
        step_range = self.trail.unfinished(frame_state, run_state)
        points = self.trail.locate(step_range)
        seen = None if self.trail.is_visible is None else self.trail.is_visible(step_range)
        self.put(frame_state, run_state, points, seen)
        return points[-1].copy()

    def put(
        self,
        frame_state: FrameState,
        run_state: RunState,
        points: Array,
        visible: Array | None = None,
    ) -> None:
        """The same with points (M, 2) that are known already.

        `visible` says of each whether the camera sees it (M,); None if it sees all of them.
        """
        self._pieces, self._step = frame_state.pieces, run_state.snapshot.row
        self._points, self._seen = points, visible

    def _paint(self, renderer: Any) -> None:
        self.trail.draw_tip(renderer, self._pieces, self._step, self._points, self._seen)


Clamp = Callable[[Array], tuple[Array, bool]]  # a pixel (2,) → one in the plot, if it was moved


class PlotRun:
    """Trail and dot of one run in a contour or cost plot; the panel puts them into its layers."""

    def __init__(
        self,
        layers: Layers,
        context: Context,
        run: Run,
        style: RunStyle,
        area: Cell,
        locate: Locate,
    ) -> None:
        trail = Trail(
            context, run, locate, plot_trail_style(layers, area, style.trail, context.single)
        )
        layers.grow(trail)
        self.tip = trail.tip()
        self.dot = Dot(layers, style, small=True)
        self.at: Array = np.full(2, np.nan)  # where the run is, pixel (2,), also outside the plot
        self.home = locate(StepRange(run.recording, np.zeros(1)))[0]

    def move(
        self, frame_state: FrameState, run_state: RunState, points: Array, clamp: Clamp
    ) -> None:
        """Bring trail and dot to a moment; the glide to it is points (M, 2) in pixels."""
        self.tip.put(frame_state, run_state, points)
        self.at = points[-1].copy()
        self.dot.at, self.dot.hollow = clamp(self.at)
