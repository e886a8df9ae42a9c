"""Parameters and loss to the unit box in which the surface stands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from render.draw.levels import lowest_on_log
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
        if self.landscape.log:
            return lowest_on_log(self.landscape), self.landscape.ceiling
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
        """z of losses (...,); on a logarithmic axis, none is under its floor."""
        low, high = self.losses
        if self.landscape.log:
            loss, low, high = np.log(np.maximum(loss, low)), np.log(low), np.log(high)
        return self.floor + GAP + HEIGHT * (loss - low) / max(high - low, 1e-300)

    def points(self, first: Array, second: Array, loss: Array) -> Array:
        """Box coordinates (..., 3); nan outside the picture."""
        x, y = self.across(0, first), self.across(1, second)
        z = self.up(loss)
        outside = (np.abs(x) > 0.5 + 1e-9) | (np.abs(y) > 0.5 + 1e-9)
        outside |= z > self.top + 1e-9
        return np.where(outside[..., None], np.nan, np.stack([x, y, z], axis=-1))

    def held(self, first: Array, second: Array) -> tuple[Array, Array, bool]:
        """Parameters (M,) held in the picture, on the way to its middle, and whether any was."""
        x, y = self.across(0, first), self.across(1, second)  # from −½ to ½
        out = np.maximum(2 * np.maximum(np.abs(x), np.abs(y)), 1.0)
        if (out == 1).all():
            return first, second, False
        held = (
            middle + (values - middle) / out
            for values, middle in zip((first, second), self._middle, strict=True)
        )
        return *held, True

    @property
    def _middle(self) -> tuple[float, float]:
        first, second = ((grid[0] + grid[-1]) / 2 for grid in self.landscape.grid)
        return float(first), float(second)

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
