"""What lies flat beneath the surface: the grid, the contours; and the upright of the loss axis."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from matplotlib.path import Path

from render.draw.layout import Cell
from render.draw.levels import colormap, contours
from render.draw.marks import Pen
from render.draw.page import Page
from render.draw.projection import Projection
from render.draw.ticks import ticks
from render.draw.world import World
from render.recording import Array

GAP = np.full((1, 3), np.nan)  # between two lines of one path


@dataclass(frozen=True)
class Floor:
    """Lines in the box, worked out once; seen from any pose."""

    world: World
    page: Page
    cell: Cell | None  # nothing is drawn outside it

    def paint(self, renderer: Any, projection: Projection) -> None:
        """Draw them as they are seen from a pose."""
        x, y = loss_corner(self.world, projection)
        upright = np.array([[x, y, self.world.floor], [x, y, self.world.top]])
        thin, grid = self._grid
        thin.draw_path(renderer, Path(projection(np.concatenate([grid, GAP, upright]))))
        for pen, lines in self._contours:
            pen.draw_path(renderer, Path(projection(lines)))

    @cached_property
    def _grid(self) -> tuple[Pen, Array]:
        lines = []
        for axis in (0, 1):
            for at in (-0.5, *self.world.across(axis, ticks(self.world, axis)), 0.5):
                ends = np.full((2, 3), self.world.floor)
                ends[:, axis], ends[:, 1 - axis] = at, (-0.5, 0.5)
                lines.append(ends)
        pen = Pen(self.page.theme.grid, self.page.type.hair, cap="butt", clip=self.cell)
        return pen, _joined(lines)

    @cached_property
    def _contours(self) -> list[tuple[Pen, Array]]:
        """A pen for each level, and its lines (M, 3)."""
        colours, found = colormap(self.page.theme), []
        for level, lines in contours(self.world.landscape):
            red, green, blue, _ = colours(level)
            colour = f"#{round(255 * red):02x}{round(255 * green):02x}{round(255 * blue):02x}"
            pen = Pen(colour, 1.4 * self.page.type.hair, cap="butt", clip=self.cell)
            found.append((pen, _joined([self._laid(line) for line in lines])))
        return [(pen, lines) for pen, lines in found if len(lines)]

    def _laid(self, line: Array) -> Array:
        """A contour (M, 2) in parameters on the floor (M, 3)."""
        x, y = self.world.across(0, line[:, 0]), self.world.across(1, line[:, 1])
        return np.stack([x, y, np.full_like(x, self.world.floor)], axis=-1)


def loss_corner(world: World, projection: Projection) -> tuple[float, float]:
    """The corner of the box furthest to the right, where the loss axis stands."""
    corners = [(x, y) for x in (-0.5, 0.5) for y in (-0.5, 0.5)]
    flat = projection(np.array([[x, y, world.floor] for x, y in corners]))
    return corners[int(flat[:, 0].argmax())]


def _joined(lines: list[Array]) -> Array:
    """Lines (M, 3) one after another, with a gap after each but the last."""
    parts = [part for line in lines for part in (line, GAP)]
    return np.concatenate(parts[:-1]) if parts else np.zeros((0, 3))
