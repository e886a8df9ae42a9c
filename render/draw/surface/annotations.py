"""Curves, crosses and arrows in the surface's box: slice, minima, gradient and step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.artist import Artist

from render.cells import Cell
from render.draw.artists import PaintedArtist, Pen, arrow
from render.draw.context import Context, FrameState
from render.draw.layers import Layers
from render.draw.plot.contours import known_minima
from render.draw.plot.trail import arc_lengths
from render.draw.surface.geometry import Projection, World
from render.recording import Array
from render.results import Run

CURVE_POINTS = 400  # along the slice
HIDDEN = 0.4  # opacity of a cross behind the surface
ARM = 0.022  # half the cross at the optimum, in box widths


def slice_of_run(
    layers: Layers, context: Context, world: World, projection: Projection, cell: Cell
) -> Iterator[Artist]:
    """The curve on the surface along which a run with one frozen parameter moves."""
    points = slice_points(context, world)
    if points is None:
        return
    flat, seen = projection(points), world.field.visible(points, projection.eye)
    along = arc_lengths(flat)
    turns = np.flatnonzero(seen[1:] != seen[:-1]) + 1
    stroke = layers.type.stroke
    dashed = Pen(layers.theme.slice, 0.5 * stroke, 0.9, layers.type.dash, cap="butt", clip=cell)
    in_sight, behind = dashed, replace(dashed, width=0.4 * stroke, alpha=0.35)

    def paint(renderer: Any) -> None:
        for a, b in zip([0, *turns], [*turns, CURVE_POINTS], strict=True):
            pen = in_sight if seen[a] else behind
            pen.draw(renderer, flat[a : b + 1], along[a])

    yield PaintedArtist(paint, zorder=3)


def slice_points(context: Context, world: World) -> Array | None:
    """The points (M, 3) of that curve in the box; None if both parameters move."""
    landscape, recording = context.landscape, context.recording
    moving = landscape.moving(recording)
    if sum(moving) != 1 or len(recording.parameters) != 2:
        return None
    axis, plane = moving.index(True), landscape.plane
    grid = landscape.grid[axis]
    start = plane.project(recording.values(np.zeros(1)))
    coordinates = np.tile(start, (CURVE_POINTS, 1))
    coordinates[:, axis] = np.linspace(grid[0], grid[-1], CURVE_POINTS)
    loss = recording.objective(plane.lift(coordinates))
    first, second = coordinates.T
    return world.points(first, second, loss)


def minima(
    layers: Layers, context: Context, world: World, projection: Projection, cell: Cell
) -> Iterator[Artist]:
    """A cross on the surface at each known minimum, small at the local ones."""
    for at, arms, thick in crosses(context, world):
        seen = bool(world.field.visible(at, projection.eye)[0])
        alpha = 1.0 if seen else HIDDEN
        pen = Pen(layers.theme.edge, thick * layers.type.stroke, alpha=alpha, clip=cell)
        yield PaintedArtist(_crossed(pen, projection(arms)), zorder=3)


def crosses(context: Context, world: World) -> Iterator[tuple[Array, Array, float]]:
    """Of each known minimum its place (1, 3) in the box, the ends (4, 3) of the two lines of its
    cross, and their width in strokes."""
    landscape, recording = context.landscape, context.recording
    if landscape.flipped:  # the true minimum is not on a wrong surface
        return
    for minimum in known_minima(landscape, recording):
        first, second = minimum.coordinates[:, None]
        at = world.points(first, second, np.array([minimum.loss]))
        if not np.isfinite(at).all():
            continue
        arm, thick = (ARM, 0.6) if minimum.lowest else (0.6 * ARM, 0.35)
        yield at, at + arm * np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0]]), thick


def _crossed(pen: Pen, ends: Array) -> Callable[[Any], None]:
    def paint(renderer: Any) -> None:
        pen.draw(renderer, ends[:2])
        pen.draw(renderer, ends[2:])

    return paint


PHASES = ("backward", "update")  # phases in which the arrows are drawn
HEAD = 2.6  # of an arrow, in stroke widths


class StepArrows(PaintedArtist):
    """The gradient and the step as arrows on the floor, and a line from the dot down to them.

    They are drawn in the phases of a step. The gradient is multiplied by the learning rate: the
    step of plain gradient descent is the same arrow in the opposite direction.
    """

    def __init__(self, layers: Layers, run: Run, world: World, cell: Cell) -> None:
        super().__init__(self._paint, zorder=4)
        self.world, self.recording = world, run.recording
        theme, type_ = layers.theme, layers.type
        self._gradient = Pen(theme.text, 0.8 * type_.stroke, cap="butt", clip=cell)
        self._step = Pen(theme.parameter, type_.stroke, cap="butt", clip=cell)
        self.plumb = Pen(theme.muted, type_.thin, dashes=type_.dash, cap="butt", clip=cell)
        self._plane = run.landscape.plane
        self.arrows: list[tuple[Pen, Array]] = []
        self.line: Array | None = None

    def move(self, frame_state: FrameState, projection: Projection, dot: Array) -> None:
        """Bring the arrows to a moment; `dot` is the dot's place in the box, (3,)."""
        self.arrows, self.line = [], None
        moment, recording, row = frame_state.moment, self.recording, frame_state.first.row
        if moment.phase not in PHASES or row >= recording.last or not np.isfinite(dot).all():
            return
        start = self._place(recording.params[row])
        uphill = self._place(recording.params[row] + recording.lr[row] * recording.grads[row])
        grown = moment.part if moment.phase == "backward" else 1.0
        self.arrows.append((self._gradient, self._flat(projection, start, uphill, grown)))
        below = np.array([dot[0], dot[1], self.world.floor])
        self.line = projection(np.stack([dot, below]))
        if moment.phase == "update":
            self.arrows.append((self._step, self._flat(projection, start, below[:2], 1.0)))

    def _place(self, trained: Array) -> Array:
        """x and y in the box of trained parameters (P,); a frozen one has its value."""
        coordinates = self._plane.project(self.recording.completed(trained))
        return np.array([self.world.across(axis, at) for axis, at in enumerate(coordinates)])

    def _flat(self, projection: Projection, start: Array, end: Array, grown: float) -> Array:
        """Pixels (2, 2) of an arrow on the floor, cut off at the edge of the floor."""
        move, half = grown * (end - start), self.world.half
        over = np.abs(start + move) > half
        room = np.where(move > 0, half - start, half + start) / np.maximum(np.abs(move), 1e-12)
        move = move * min(1.0, float(np.maximum(room, 0).min())) if over.any() else move
        flat = np.array([[*start, self.world.floor], [*(start + move), self.world.floor]])
        return projection(flat)

    def _paint(self, renderer: Any) -> None:
        if self.line is not None:
            self.plumb.draw(renderer, self.line)
        for pen, points in self.arrows:
            arrow(renderer, points, pen, head=HEAD * pen.width)
