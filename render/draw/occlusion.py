"""Which points of a height field the camera sees, found along the rays to its eye."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from render.recording import Array

SAMPLES = 96  # along each ray, denser near its point
CHUNK = 2048  # points at once: 8 MB for each intermediate result
CLEAR = 0.02  # a ray counts from this far off its own point, in box widths


@dataclass(frozen=True)
class HeightField:
    """A surface over a square grid in the unit box."""

    x: Array  # (G,) ascending
    y: Array  # (G,) ascending
    z: Array  # (G, G), indexed [y, x]

    def height(self, x: Array, y: Array) -> Array:
        """The surface at (x, y), bilinear; nan outside the grid."""
        i = (x - self.x[0]) / (self.x[-1] - self.x[0]) * (len(self.x) - 1)
        j = (y - self.y[0]) / (self.y[-1] - self.y[0]) * (len(self.y) - 1)
        i, j = np.nan_to_num(i, nan=-1.0), np.nan_to_num(j, nan=-1.0)
        inside = (i >= 0) & (i <= len(self.x) - 1) & (j >= 0) & (j <= len(self.y) - 1)
        i0 = np.clip(np.floor(i).astype(int), 0, len(self.x) - 2)
        j0 = np.clip(np.floor(j).astype(int), 0, len(self.y) - 2)
        u, v = i - i0, j - j0
        z = self.z
        near = z[j0, i0] * (1 - u) + z[j0, i0 + 1] * u
        far = z[j0 + 1, i0] * (1 - u) + z[j0 + 1, i0 + 1] * u
        return np.where(inside, near * (1 - v) + far * v, np.nan)

    def visible(self, points: Array, eye: Array) -> Array:
        """Whether each of the points (M, 3) on the surface is seen from `eye`, (M,) bool.

        A ray that stays on one side of the surface until it leaves the grid reaches the
        eye; seen from outside, a bowl's near wall is looked at from below.
        """
        if len(points) > CHUNK:
            chunks = np.array_split(points, -(-len(points) // CHUNK))
            return np.concatenate([self.visible(chunk, eye) for chunk in chunks])
        way = eye - points
        way = way / np.linalg.norm(way, axis=-1, keepdims=True)
        reach = self._inside(points, way)[:, None] * np.linspace(0, 1, SAMPLES) ** 2
        x, y, z = (points[:, i, None] + reach * way[:, i, None] for i in range(3))
        above = z - self.height(x, y)
        counts = (reach > CLEAR) & np.isfinite(above)
        over = (counts & (above > 0)).any(axis=1)
        under = (counts & (above < 0)).any(axis=1)
        return ~(over & under)

    def _inside(self, points: Array, way: Array) -> Array:
        """How far rays (M, 3) run before they leave the box that holds the surface (M,)."""
        low = np.array([self.x[0], self.y[0], self.z.min()])
        high = np.array([self.x[-1], self.y[-1], self.z.max()])
        with np.errstate(divide="ignore", invalid="ignore"):
            leaves = (np.where(way > 0, high, low) - points) / way
        leaves[way == 0] = np.inf
        return np.maximum(leaves.min(axis=1), 0.0)
