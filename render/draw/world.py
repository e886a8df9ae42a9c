"""Parameters and loss to the unit box in which the surface stands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from render.draw.occlusion import HeightField
from render.recording import Array, Landscape

HEIGHT = 0.62  # of the loss axis, in box widths
GAP = 0.16  # between the floor and the lowest loss, so that the contours beneath can be seen


@dataclass(frozen=True)
class World:
    """The box: parameters along x and y from −½ to ½, the loss upwards, the floor beneath."""

    landscape: Landscape

    @cached_property
    def losses(self) -> tuple[float, float]:
        """The losses at the bottom and the top of the surface."""
        low, high = float(self.landscape.loss.min()), self.landscape.ceiling
        return (0.0 if 0 <= low < 0.2 * high else low), high

    @property
    def top(self) -> float:
        """z of the highest loss."""
        return (HEIGHT + GAP) / 2

    @property
    def floor(self) -> float:
        """z of the floor."""
        return -self.top

    def across(self, axis: int, values: Array) -> Array:
        """x (axis 0) or y (axis 1) of parameter values (...,)."""
        grid = self.landscape.grid[axis]
        return (values - grid[0]) / (grid[-1] - grid[0]) - 0.5

    def up(self, loss: Array) -> Array:
        """z of losses (...,)."""
        low, high = self.losses
        return self.floor + GAP + HEIGHT * (loss - low) / max(high - low, 1e-300)

    def points(self, first: Array, second: Array, loss: Array) -> Array:
        """Box coordinates (..., 3); nan outside the picture."""
        x, y = self.across(0, first), self.across(1, second)
        z = self.up(loss)
        outside = (np.abs(x) > 0.5 + 1e-9) | (np.abs(y) > 0.5 + 1e-9)
        outside |= z > self.top + 1e-9
        return np.where(outside[..., None], np.nan, np.stack([x, y, z], axis=-1))

    def held(self, first: Array, second: Array) -> tuple[Array, Array, bool]:
        """Parameters (...,) held inside the picture, and whether any had to be."""
        x, y = self.landscape.grid
        inside = first.clip(x[0], x[-1]), second.clip(y[0], y[-1])
        return *inside, bool((inside[0] != first).any() or (inside[1] != second).any())

    def outline(self) -> Array:
        """Points (M, 3) that a picture of it must hold: the floor and the surface's rim."""
        field = self.field
        corners = [[x, y, self.floor] for x in (-0.5, 0.5) for y in (-0.5, 0.5)]
        x, y = np.meshgrid(field.x, field.y)
        grid = np.stack([x, y, field.z], axis=-1)
        return np.concatenate([corners, grid[0], grid[-1], grid[:, 0], grid[:, -1]])

    @cached_property
    def field(self) -> HeightField:
        """The surface, cut off at the top."""
        return HeightField(self.uncut.x, self.uncut.y, np.minimum(self.uncut.z, self.top))

    @cached_property
    def uncut(self) -> HeightField:
        """The surface at its full height."""
        x, y = (self.across(i, grid) for i, grid in enumerate(self.landscape.grid))
        return HeightField(x, y, self.up(self.landscape.loss))
