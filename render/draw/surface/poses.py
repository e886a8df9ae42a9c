"""The surface and all that stands still on it, seen from one pose: artists out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from matplotlib.artist import Artist

from render.draw.artists import PaintedArtist, Raster
from render.draw.context import Context
from render.draw.layers import Layers
from render.draw.layout import Cell
from render.draw.plot.contours import level
from render.draw.surface.annotations import minima, slice_of_run
from render.draw.surface.axes import Box, Floor, loss_corner
from render.draw.surface.geometry import Projection, World
from render.draw.surface.mesh import Mesh
from render.timeline.camera import Camera

MOST_POSES = 90  # of a moving camera, that the picture is made to fit


@dataclass(frozen=True)
class PoseArtists:
    """What the surface panel shows besides the runs."""

    page: Layers
    show: Context
    world: World
    cell: Cell  # of the panel
    inner: Cell  # less the room for labels

    def poses(self, cameras: Sequence[Camera]) -> Projection:
        """The first camera's pose, at the largest scale at which every pose fits."""
        few = np.unique(np.linspace(0, len(cameras) - 1, min(len(cameras), MOST_POSES)).astype(int))
        plain = [Projection.of(cameras[i]) for i in few]
        fitted = [pose.fitted(self._held(pose), self.inner) for pose in plain]
        if len(plain) == 1:
            return fitted[0]
        flat = np.concatenate([pose(self._held(pose)) for pose in plain])
        return plain[0].filling(flat.min(axis=0), flat.max(axis=0), self.inner)

    def seen(self, fit: Projection, camera: Camera) -> Projection:
        """The pose of a camera, at the scale of the film."""
        pose = replace(Projection.of(camera), scale=fit.scale * camera.zoom, shift=fit.shift)
        if camera.zoom == 1:
            return pose
        middle = np.array([self.inner.left + self.inner.right, self.inner.bottom + self.inner.top])
        shift = middle / 2 + camera.zoom * (np.asarray(fit.shift) - middle / 2)
        return replace(pose, shift=(float(shift[0]), float(shift[1])))

    def _held(self, pose: Projection) -> Any:
        """Points (M, 3) that must be in the picture."""
        axis = [*loss_corner(self.world, pose), self.world.top]
        return np.vstack([self.world.outline(), axis])

    @cached_property
    def mesh(self) -> Mesh:
        """The surface, in a quality that suits how often it is painted."""
        world, quick = self.world, len(self.page.cameras) > 1
        level_ = level(self.show.landscape)
        return Mesh.of(world.uncut, world.top, level_, self.page.theme, quick)

    @cached_property
    def floor(self) -> Floor:
        """What lies beneath it."""
        return Floor(self.world, self.page, self.cell)

    def artists(self, projection: Projection) -> list[Artist]:
        """Everything, from back to front."""
        page = self.page
        first, second = self.show.axis_labels
        image, corner = self.mesh.picture(projection, self.cell)
        found = [
            PaintedArtist(partial(self.floor.paint, projection=projection), zorder=0.5),
            *Box(self.world, projection, page, self.cell).artists((first, second)),
            Raster(image, *corner, zorder=2),
            *slice_of_run(page, self.show, self.world, projection, self.cell),
            *minima(page, self.show, self.world, projection, self.cell),
        ]
        return sorted(found, key=lambda artist: artist.get_zorder())


class Turning(PaintedArtist):
    """The scenery of a camera that moves: painted anew for every pose."""

    def __init__(self, scenery: PoseArtists) -> None:
        super().__init__(self._paint, zorder=1)
        self.scenery = scenery
        self._now: tuple[Projection, list[Artist]] | None = None

    def turn(self, projection: Projection) -> None:
        """See it from another pose."""
        if self._now is None or self._now[0] is not projection:
            self._now = projection, self.scenery.artists(projection)

    def _paint(self, renderer: Any) -> None:
        for artist in self._now[1] if self._now else ():
            artist.draw(renderer)
