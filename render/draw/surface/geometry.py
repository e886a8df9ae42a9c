"""Maps parameters and loss to the unit box of the surface, and the box to pixels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from render.cells import Cell
from render.draw.plot.contours import lowest_on_log
from render.recording import Array, Landscape
from render.timeline.camera import Camera

HEIGHT = 0.62  # of the loss axis, in box widths
UNDER = 0.04  # in box widths: a run so little under a network's surface is drawn as on it
GAP = 0.16  # between the floor and the lowest loss, so that the contours beneath can be seen


@dataclass(frozen=True)
class World:
    """The box: parameters along x and y, the loss upwards, the floor beneath.

    The longest axis of the floor is from −½ to ½. On one scale the other one is as long as its
    range.
    """

    landscape: Landscape

    @cached_property
    def losses(self) -> tuple[float, float]:
        """The losses at the bottom and the top of the surface."""
        if self.landscape.log:
            return lowest_on_log(self.landscape), self.landscape.ceiling
        low, high = float(self.landscape.loss.min()), self.landscape.ceiling
        if self.landscape.exact and not self.landscape.flipped:  # between two points of the grid
            low = min(low, self.landscape.minimum)
        return (0.0 if 0 <= low < 0.2 * high else low), high

    @property
    def top(self) -> float:
        """z of the highest loss."""
        return (HEIGHT + GAP) / 2

    @property
    def floor(self) -> float:
        """z of the floor."""
        return -self.top

    @cached_property
    def half(self) -> Array:
        """Half the floor along x and y (2,)."""
        return self.landscape.sides / 2

    def across(self, axis: int, values: Array) -> Array:
        """x (axis 0) or y (axis 1) of parameter values (...,)."""
        grid = self.landscape.grid[axis]
        share = (values - grid[0]) / (grid[-1] - grid[0]) - 0.5
        return np.asarray(2 * self.half[axis] * share)

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
        outside = (np.abs(x) > self.half[0] + 1e-9) | (np.abs(y) > self.half[1] + 1e-9)
        outside |= z > self.top + 1e-9
        return np.where(outside[..., None], np.nan, np.stack([x, y, z], axis=-1))

    def placed(self, places: Array) -> Array:
        """The same of both parameters and the loss in one array (M, 3)."""
        return self.points(*places.T)

    def raised(self, points: Array) -> Array:
        """Points (M, 3), those just under a network's surface on it.

        A run away from its plane is a little above or under the surface in turn. What hides it
        is a wall in front of it, not that.
        """
        if self.landscape.basis is None:
            return points
        height = self.field.height(points[:, 0], points[:, 1])
        near = (points[:, 2] < height) & (height - points[:, 2] < UNDER)
        raised = points.copy()
        raised[near, 2] = height[near]
        return raised

    def clamp(self, first: Array, second: Array) -> tuple[Array, Array, bool]:
        """Parameters (M,), moved towards the middle until they are in the picture.

        Returns both, and whether any was moved.
        """
        x, y = self.across(0, first) / self.half[0], self.across(1, second) / self.half[1]
        out = np.maximum(np.maximum(np.abs(x), np.abs(y)), 1.0)  # inside from −1 to 1
        if (out == 1).all():
            return first, second, False
        clamped = (
            middle + (values - middle) / out
            for values, middle in zip((first, second), self._middle, strict=True)
        )
        return *clamped, True

    @property
    def _middle(self) -> tuple[float, float]:
        first, second = ((grid[0] + grid[-1]) / 2 for grid in self.landscape.grid)
        return float(first), float(second)

    def outline(self) -> Array:
        """Points (M, 3) that the picture must hold: the floor and the surface's rim."""
        field, (right, back) = self.field, self.half
        corners = [[x, y, self.floor] for x in (-right, right) for y in (-back, back)]
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


DISTANCE = 3.6  # of the eye from the box's centre, in box widths: a weak perspective


@dataclass(frozen=True)
class Projection:
    """A pose and how it fits a cell. Points are (..., 3) in the unit box, centre at 0."""

    right: Array  # (3,)
    up: Array  # (3,)
    towards: Array  # (3,) from the centre to the eye
    scale: float = 1.0  # pixels per box width
    shift: tuple[float, float] = (0.0, 0.0)  # pixels

    @classmethod
    def of(cls, camera: Camera) -> Projection:
        """The pose of a camera, by Matplotlib's convention for elev and azim."""
        elev, azim = np.deg2rad([camera.elev, camera.azim])
        towards = np.array([np.cos(elev) * np.cos(azim), np.cos(elev) * np.sin(azim), np.sin(elev)])
        right = np.array([-np.sin(azim), np.cos(azim), 0.0])
        return cls(right=right, up=np.cross(towards, right), towards=towards)

    @property
    def eye(self) -> Array:
        """The place of the camera, (3,)."""
        return DISTANCE * self.towards

    def __call__(self, points: Array) -> Array:
        """Pixels (..., 2) of points (..., 3)."""
        near = DISTANCE / (DISTANCE - points @ self.towards)
        flat = np.stack([points @ self.right, points @ self.up], axis=-1)
        return flat * near[..., None] * self.scale + np.asarray(self.shift)

    def untouched(self) -> Projection:
        """The same eye, before which points stay in the box: (..., 3)."""
        return _Untouched(self.right, self.up, self.towards)

    def fitted(self, points: Array, cell: Cell) -> Projection:
        """The same pose, scaled and moved so that the points (M, 3) fill the cell."""
        plain = replace(self, scale=1.0, shift=(0.0, 0.0))
        flat = plain(points)
        return plain.filling(flat.min(axis=0), flat.max(axis=0), cell)

    def filling(self, low: Array, high: Array, cell: Cell) -> Projection:
        """The same pose, scaled and moved so that what is from `low` to `high` (2,) at scale 1
        fills the cell."""
        scale = float(min(cell.width / (high[0] - low[0]), cell.height / (high[1] - low[1])))
        middle = scale * (low + high) / 2
        return replace(
            self,
            scale=scale,
            shift=(
                cell.left + cell.width / 2 - float(middle[0]),
                cell.bottom + cell.height / 2 - float(middle[1]),
            ),
        )


class _Untouched(Projection):
    def __call__(self, points: Array) -> Array:
        return points


SAMPLES = 96  # along each ray, denser near its point
CHUNK = 2048  # points in one computation: 8 MB for each intermediate result
MIN_RAY = 0.02  # in box widths: a ray is not tested nearer to its point than this


@dataclass(frozen=True)
class HeightField:
    """A surface over a square grid in the unit box."""

    x: Array  # (G,) ascending
    y: Array  # (G,) ascending
    z: Array  # (G, G), indexed [y, x]

    def height(self, x: Array, y: Array) -> Array:
        """The surface at (x, y), bilinear; nan outside the grid."""
        columns, rows = len(self.x), len(self.y)
        i = (x - self.x[0]) / (self.x[-1] - self.x[0]) * (columns - 1)
        j = (y - self.y[0]) / (self.y[-1] - self.y[0]) * (rows - 1)
        inside = (i >= 0) & (i <= columns - 1) & (j >= 0) & (j <= rows - 1)  # False for nan
        i, j = np.where(inside, i, 0.0), np.where(inside, j, 0.0)
        i0 = np.minimum(i, columns - 2).astype(np.intp)  # the last point is in the last square
        j0 = np.minimum(j, rows - 2).astype(np.intp)
        u, v = i - i0, j - j0
        z, at = self.z.reshape(-1), j0 * columns + i0
        near = z[at] * (1 - u) + z[at + 1] * u
        far = z[at + columns] * (1 - u) + z[at + columns + 1] * u
        return np.where(inside, near * (1 - v) + far * v, np.nan)

    def visible(self, points: Array, eye: Array) -> Array:
        """Whether each of the points (M, 3) on the surface is seen from `eye`, (M,) bool.

        The eye is one for all, (3,), or one for each (M, 3).
        A ray that stays on one side of the surface until it leaves the grid reaches the
        eye; seen from outside, a bowl's near wall is looked at from below.
        """
        if len(points) > CHUNK:
            count = -(-len(points) // CHUNK)
            eyes = [eye] * count if eye.ndim == 1 else np.array_split(eye, count)
            chunks = zip(np.array_split(points, count), eyes, strict=True)
            return np.concatenate([self.visible(*chunk) for chunk in chunks])
        direction = eye - points
        direction = direction / np.linalg.norm(direction, axis=-1, keepdims=True)
        reach = self._inside(points, direction)[:, None] * np.linspace(0, 1, SAMPLES) ** 2
        x, y, z = (points[:, i, None] + reach * direction[:, i, None] for i in range(3))
        above = z - self.height(x, y)
        counts = (reach > MIN_RAY) & np.isfinite(above)
        over = (counts & (above > 0)).any(axis=1)
        under = (counts & (above < 0)).any(axis=1)
        return ~(over & under)

    def _inside(self, points: Array, direction: Array) -> Array:
        """The length (M,) of rays with directions (M, 3) inside the box that holds the surface."""
        low = np.array([self.x[0], self.y[0], self.z.min()])
        high = np.array([self.x[-1], self.y[-1], self.z.max()])
        with np.errstate(divide="ignore", invalid="ignore"):
            leaves = (np.where(direction > 0, high, low) - points) / direction
        leaves[direction == 0] = np.inf
        return np.maximum(leaves.min(axis=1), 0.0)
