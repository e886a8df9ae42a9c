"""The two curves on the surface through the dot, one along each parameter."""

from __future__ import annotations

from typing import Any

import numpy as np

from render.draw.cut import Cut
from render.draw.marks import Drawing, Pen
from render.draw.page import Page
from render.draw.projection import Projection
from render.draw.show import Here, Show
from render.draw.world import World

POINTS = 97  # along each curve
MOST = 400_000  # predictions for a curve: of more data, fewer points
LEAST = 25


class Section(Drawing):
    """A thin curve on the surface, solid in sight and faint behind it."""

    def __init__(self, page: Page, show: Show, world: World, projection: Projection, axis: int):
        super().__init__(self._paint, zorder=9)
        landscape = show.landscape
        grid = landscape.grid[axis]
        self.axis, self.names = axis, landscape.axes
        self.cut = Cut(show.recording, landscape.axes[axis], float(grid[0]), float(grid[-1]))
        self.along = np.linspace(grid[0], grid[-1], points(show, POINTS))
        self.world, self.projection = world, projection
        stroke, colour = page.type.stroke, page.theme.slice
        self.in_sight = Pen(colour, 0.5 * stroke, alpha=0.9, cap="butt")
        self.behind = Pen(colour, 0.4 * stroke, alpha=0.35, cap="butt")
        self.flat = np.full((len(self.along), 2), np.nan)  # pixels
        self.seen = np.ones(len(self.along), bool)

    def move(self, here: Here, projection: Projection | None = None) -> None:
        """Through the place of a run; from where the camera is now, if it moves."""
        self.projection = projection or self.projection
        values = here.snapshot.values
        losses = self.cut.losses(values, self.along)
        other = np.full_like(self.along, values[self.names[1 - self.axis]])
        first, second = (self.along, other) if self.axis == 0 else (other, self.along)
        box = self.world.points(first, second, losses)
        self.flat = self.projection(box)
        self.seen = self.world.field.visible(box, self.projection.eye)

    def _paint(self, renderer: Any) -> None:
        turns = np.flatnonzero(self.seen[1:] != self.seen[:-1]) + 1
        for a, b in zip([0, *turns], [*turns, len(self.seen)], strict=True):
            part = self.flat[a : b + 1]
            if np.isfinite(part).all(axis=1).sum() > 1:
                (self.in_sight if self.seen[a] else self.behind).draw(renderer, part)


def sections(page: Page, show: Show, world: World, projection: Projection) -> list[Section]:
    """A curve along each parameter, to be added to the moving layer before the dot.

    None where they would not lie on what is drawn: on a wrong surface, and on a slice that
    the run is away from. In a race, none either.
    """
    landscape = show.landscape
    if landscape.flipped or landscape.held or len(landscape.axes) != 2 or not show.lone:
        return []
    return [Section(page, show, world, projection, axis) for axis in (0, 1)]


def points(show: Show, wanted: int) -> int:
    """How many points a curve has that is computed in every frame."""
    return int(np.clip(MOST // len(show.dataset.y), LEAST, wanted))
