"""What lies on the surface besides the run: its slice and the exact minima."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.artist import Artist

from render.draw.layout import Cell
from render.draw.levels import known_minima
from render.draw.marks import Drawing, Pen
from render.draw.page import Page
from render.draw.projection import Projection
from render.draw.show import Show
from render.draw.world import World
from render.recording import Array

POINTS = 400  # along the slice
ARM = 0.022  # half the cross at the optimum, in box widths


def slice_of_run(
    page: Page, show: Show, world: World, projection: Projection, cell: Cell
) -> Iterator[Artist]:
    """The curve on the surface along which a run with one frozen parameter moves."""
    landscape, frozen = show.landscape, show.recording.frozen
    held = [axis for axis, name in enumerate(landscape.axes) if name in frozen]
    if len(held) != 1 or len(show.recording.axes) != 2:
        return
    grid = landscape.grid[1 - held[0]]
    along = np.linspace(grid[0], grid[-1], POINTS)
    still = np.full(POINTS, frozen[landscape.axes[held[0]]])
    loss = show.recording.objective(np.stack([along, still], axis=-1))
    first, second = (along, still) if held[0] == 1 else (still, along)
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

    yield Drawing(paint, zorder=3)


def minima(
    page: Page, show: Show, world: World, projection: Projection, cell: Cell
) -> Iterator[Artist]:
    """A cross on the surface at each known minimum, small at the local ones."""
    landscape, recording = show.landscape, show.recording
    if landscape.flipped:  # the true minimum is not on a wrong surface
        return
    for place, lowest in known_minima(landscape, recording):
        first, second = (np.array([place[name]]) for name in landscape.axes)
        values = np.array([[place[name] for name in recording.axes]])
        at = world.points(first, second, recording.objective(values))
        if not np.isfinite(at).all():
            continue
        arm, thick = (ARM, 0.6) if lowest else (0.6 * ARM, 0.35)
        arms = arm * np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0]])
        seen = bool(world.field.visible(at, projection.eye)[0])
        alpha = 1.0 if seen else 0.4
        pen = Pen(page.theme.edge, thick * page.type.stroke, alpha=alpha, clip=cell)
        yield Drawing(_crossed(pen, projection(at + arms)), zorder=3)


def _crossed(pen: Pen, ends: Array) -> Callable[[Any], None]:
    def paint(renderer: Any) -> None:
        pen.draw(renderer, ends[:2])
        pen.draw(renderer, ends[2:])

    return paint
