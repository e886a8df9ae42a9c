"""What lies on the surface besides the run: its slice and the exact optimum."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.artist import Artist

from render.draw.marks import Drawing, Pen
from render.draw.page import Page
from render.draw.projection import Projection
from render.draw.show import Show
from render.draw.world import World

POINTS = 400  # along the slice
ARM = 0.022  # half the cross at the optimum, in box widths


def slice_of_run(page: Page, show: Show, world: World, projection: Projection) -> Iterator[Artist]:
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
    in_sight = Pen(page.theme.slice, 0.5 * stroke, alpha=0.9, dashes=page.type.dash, cap="butt")
    behind = Pen(page.theme.slice, 0.4 * stroke, alpha=0.35, dashes=page.type.dash, cap="butt")

    def paint(renderer: Any) -> None:
        for a, b in zip([0, *turns], [*turns, POINTS], strict=True):
            pen = in_sight if seen[a] else behind
            pen.draw(renderer, flat[a : b + 1], travelled[a])

    yield Drawing(paint, zorder=3)


def optimum(page: Page, show: Show, world: World, projection: Projection) -> Iterator[Artist]:
    """A cross on the surface at the exact minimum over the trained parameters."""
    if not show.landscape.exact:
        return
    first, second = (np.array([show.landscape.optimum[name]]) for name in show.landscape.axes)
    at = world.points(first, second, np.array([show.landscape.minimum]))
    if not np.isfinite(at).all():
        return
    arms = ARM * np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0]])
    flat = projection(at + arms)
    seen = bool(world.field.visible(at, projection.eye)[0])
    pen = Pen(page.theme.edge, 0.6 * page.type.stroke, alpha=1.0 if seen else 0.4)

    def paint(renderer: Any) -> None:
        pen.draw(renderer, flat[:2])
        pen.draw(renderer, flat[2:])

    yield Drawing(paint, zorder=3)
