"""Which points of a height field the camera sees, found along the rays to its eye."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from render.recording import Array

SAMPLES = 160  # along each ray
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
        reach = np.linspace(0, 1, SAMPLES) ** 2 * 2.0  # dense near the point, past the box
        to_eye = eye - points
        to_eye = to_eye / np.linalg.norm(to_eye, axis=-1, keepdims=True)
        ray = points[:, None, :] + reach[:, None] * to_eye[:, None, :]
        above = ray[..., 2] - self.height(ray[..., 0], ray[..., 1])
        counts = (reach > CLEAR) & np.isfinite(above)
        over = (counts & (above > 0)).any(axis=1)
        under = (counts & (above < 0)).any(axis=1)
        return ~(over & under)
