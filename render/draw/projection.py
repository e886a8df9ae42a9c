"""World to pixels: a perspective view of the box in which the surface stands."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from render.draw.layout import Cell
from render.recording import Array
from render.timeline.camera import Camera

DISTANCE = 3.6  # of the eye from the box's centre, in box widths: a calm perspective


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
        """Where the camera stands, (3,)."""
        return DISTANCE * self.towards

    def __call__(self, points: Array) -> Array:
        """Pixels (..., 2) of points (..., 3)."""
        near = DISTANCE / (DISTANCE - points @ self.towards)
        flat = np.stack([points @ self.right, points @ self.up], axis=-1)
        return flat * near[..., None] * self.scale + np.asarray(self.shift)

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
