"""Beneath the dot, in the plane of the parameters: the gradient, and the step it causes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.artist import Artist

from render.draw.artists import PaintedArtist, Pen, arrow
from render.draw.context import Context, FrameState
from render.draw.layers import Layers
from render.draw.layout import Cell
from render.draw.plot.contours import known_minima
from render.draw.surface.geometry import Projection, World
from render.recording import Array
from render.results import Run

POINTS = 400  # along the slice
ARM = 0.022  # half the cross at the optimum, in box widths


def slice_of_run(
    page: Layers, show: Context, world: World, projection: Projection, cell: Cell
) -> Iterator[Artist]:
    """The curve on the surface along which a run with one frozen parameter moves."""
    landscape, recording = show.landscape, show.recording
    moving = landscape.moving(recording)
    if sum(moving) != 1 or len(recording.parameters) != 2:
        return
    axis, plane = moving.index(True), landscape.plane
    grid = landscape.grid[axis]
    start = plane.project(recording.values(np.zeros(1)))
    coordinates = np.tile(start, (POINTS, 1))
    coordinates[:, axis] = np.linspace(grid[0], grid[-1], POINTS)
    loss = recording.objective(plane.lift(coordinates))
    first, second = coordinates.T
    points = world.points(first, second, loss)
    flat, seen = projection(points), world.field.visible(points, projection.eye)
    travelled = np.append(0, np.cumsum(np.linalg.norm(np.diff(flat, axis=0), axis=-1)))
    turns = np.flatnonzero(seen[1:] != seen[:-1]) + 1
    stroke = page.type.stroke
    dashed = Pen(page.theme.slice, 0.5 * stroke, 0.9, page.type.dash, cap="butt", clip=cell)
    in_sight, behind = dashed, replace(dashed, width=0.4 * stroke, alpha=0.35)

    def paint(renderer: Any) -> None:
        for a, b in zip([0, *turns], [*turns, POINTS], strict=True):
            pen = in_sight if seen[a] else behind
            pen.draw(renderer, flat[a : b + 1], travelled[a])

    yield PaintedArtist(paint, zorder=3)


def minima(
    page: Layers, show: Context, world: World, projection: Projection, cell: Cell
) -> Iterator[Artist]:
    """A cross on the surface at each known minimum, small at the local ones."""
    landscape, recording = show.landscape, show.recording
    if landscape.flipped:  # the true minimum is not on a wrong surface
        return
    for minimum in known_minima(landscape, recording):
        first, second = minimum.coordinates[:, None]
        at = world.points(first, second, np.array([minimum.loss]))
        if not np.isfinite(at).all():
            continue
        arm, thick = (ARM, 0.6) if minimum.lowest else (0.6 * ARM, 0.35)
        arms = arm * np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0]])
        seen = bool(world.field.visible(at, projection.eye)[0])
        alpha = 1.0 if seen else 0.4
        pen = Pen(page.theme.edge, thick * page.type.stroke, alpha=alpha, clip=cell)
        yield PaintedArtist(_crossed(pen, projection(at + arms)), zorder=3)


def _crossed(pen: Pen, ends: Array) -> Callable[[Any], None]:
    def paint(renderer: Any) -> None:
        pen.draw(renderer, ends[:2])
        pen.draw(renderer, ends[2:])

    return paint


SHOWN = ("backward", "update")  # the phases in which there is something to see
HEAD = 2.6  # of an arrow, in stroke widths


class StepArrows(PaintedArtist):
    """Two arrows on the floor while a step is told, and a plumb line from the dot to them.

    The gradient points uphill, as long as the learning rate makes it: the step of plain
    gradient descent is the same arrow turned round.
    """

    def __init__(self, page: Layers, run: Run, world: World, cell: Cell) -> None:
        super().__init__(self._paint, zorder=4)
        self.world, self.recording = world, run.recording
        theme, type_ = page.theme, page.type
        self._gradient = Pen(theme.text, 0.8 * type_.stroke, cap="butt", clip=cell)
        self._step = Pen(theme.parameter, type_.stroke, cap="butt", clip=cell)
        self._plumb = Pen(theme.muted, type_.thin, dashes=type_.dash, cap="butt", clip=cell)
        self._plane = run.landscape.plane
        self._arrows: list[tuple[Pen, Array]] = []
        self._line: Array | None = None

    def move(self, now: FrameState, projection: Projection, dot: Array) -> None:
        """To a moment; `dot` is where the dot is in the box, (3,)."""
        self._arrows, self._line = [], None
        moment, recording, row = now.moment, self.recording, now.telling
        if moment.phase not in SHOWN or row >= recording.steps or not np.isfinite(dot).all():
            return
        start = self._place(recording.params[row])
        uphill = self._place(recording.params[row] + recording.lr[row] * recording.grads[row])
        grown = moment.part if moment.phase == "backward" else 1.0
        self._arrows.append((self._gradient, self._flat(projection, start, uphill, grown)))
        below = np.array([dot[0], dot[1], self.world.floor])
        self._line = projection(np.stack([dot, below]))
        if moment.phase == "update":
            self._arrows.append((self._step, self._flat(projection, start, below[:2], 1.0)))

    def _place(self, trained: Array) -> Array:
        """x and y in the box of trained parameters (P,); a frozen one stays where it is."""
        coordinates = self._plane.project(self.recording.completed(trained))
        return np.array([self.world.across(axis, at) for axis, at in enumerate(coordinates)])

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
