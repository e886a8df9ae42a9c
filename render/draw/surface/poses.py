"""The artists of the surface, and of what doesn't move on it, for a pose of the camera."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from matplotlib.artist import Artist

from render.cells import Cell
from render.draw.artists import PaintedArtist, Raster
from render.draw.context import Context
from render.draw.layers import Layers
from render.draw.plot.contours import level
from render.draw.prints import inputs_of
from render.draw.surface.annotations import minima, slice_of_run
from render.draw.surface.axes import Box, Floor, loss_corner
from render.draw.surface.geometry import Projection, World
from render.draw.surface.mesh import Mesh
from render.recording import Array
from render.timeline.camera import Camera

MAX_ROWS = 100  # of a run, whose places the picture must hold
AROUND_PX = 2  # what is drawn is cut off at the edges of the cell
MAX_POSES = 90  # poses of a moving camera from which the scale is computed


@dataclass(frozen=True)
class PoseArtists:
    """What the surface panel draws besides the runs."""

    layers: Layers
    context: Context
    world: World
    cell: Cell  # of the panel
    inner: Cell  # without the room for labels
    labelled: Cell  # without the room for notes: no label is outside it

    def poses(self, cameras: Sequence[Camera]) -> Projection:
        """The first camera's pose, at the largest scale at which every pose fits."""
        few = np.unique(np.linspace(0, len(cameras) - 1, min(len(cameras), MAX_POSES)).astype(int))
        plain = [Projection.of(cameras[i]) for i in few]
        fitted = [pose.fitted(self._outline(pose), self.inner) for pose in plain]
        if len(plain) == 1:
            return fitted[0]
        flat = np.concatenate([pose(self._outline(pose)) for pose in plain])
        return plain[0].filling(flat.min(axis=0), flat.max(axis=0), self.inner)

    def projection_of(self, fit: Projection, camera: Camera) -> Projection:
        """The pose of a camera, at the scale of the film."""
        pose = replace(Projection.of(camera), scale=fit.scale * camera.zoom, shift=fit.shift)
        if camera.zoom == 1:
            return pose
        middle = np.array([self.inner.left + self.inner.right, self.inner.bottom + self.inner.top])
        shift = middle / 2 + camera.zoom * (np.asarray(fit.shift) - middle / 2)
        return replace(pose, shift=(float(shift[0]), float(shift[1])))

    def _outline(self, pose: Projection) -> Any:
        """Points (M, 3) that the picture must hold."""
        axis = [*loss_corner(self.world, pose, len(self.layers.cameras) > 1), self.world.top]
        return np.vstack([self.world.outline(), axis, *self.off_plane])

    @cached_property
    def off_plane(self) -> list[Array]:
        """The places (M, 3) of runs above the surface: they must be in the picture, too."""
        places = []
        for run in self.context.runs:
            if run.landscape.held or run.landscape.basis is not None:
                rows = np.linspace(0, run.recording.last, MAX_ROWS).round()
                first, second = run.landscape.plane.project(run.recording.values(rows)).T
                points = self.world.points(first, second, run.recording.losses(rows))
                places.append(points[np.isfinite(points).all(axis=1)])
        return places

    @cached_property
    def mesh(self) -> Mesh:
        """The surface, coarser if the camera moves, since it is then painted in every frame."""
        return self.meshed(quick=len(self.layers.cameras) > 1)

    def meshed(self, quick: bool) -> Mesh:
        """The surface, coarser if `quick`."""
        world, landscape = self.world, self.context.landscape
        mesh = Mesh.of(world.uncut, world.top, level(landscape), self.layers.theme, quick)
        return mesh if landscape.missing is None else mesh.without(world.uncut, landscape.missing)

    @cached_property
    def floor(self) -> Floor:
        """The floor beneath the surface, with grid and contours."""
        return Floor(self.world, self.layers, self.cell)

    def artists(self, projection: Projection) -> list[Artist]:
        """All artists, from back to front."""
        layers = self.layers
        first, second = self.context.short_axis_labels
        artists = [
            PaintedArtist(partial(self._floor, projection), zorder=0.5),
            *Box(self.world, projection, layers, self.labelled).artists((first, second)),
            MeshPicture(self, projection),
            *slice_of_run(layers, self.context, self.world, projection, self.cell),
            *minima(layers, self.context, self.world, projection, self.cell),
        ]
        return sorted(artists, key=lambda artist: artist.get_zorder())

    def _floor(self, projection: Projection, renderer: Any) -> None:
        paint = partial(self.floor.paint, projection=projection)
        self.printed("floor", projection, renderer, paint)

    def printed(
        self, name: str, projection: Projection, renderer: Any, paint: Callable[[Any], None]
    ) -> None:
        """Draw what depends on the landscape and the pose alone; a camera that turns leaves none
        to copy."""
        layers, inputs = self.layers, None
        if len(layers.cameras) == 1:
            look = layers.theme, layers.type, self.cell
            inputs = inputs_of(name, self.context.landscape, projection, *look)
        within = self.cell.inset(*[-AROUND_PX] * 4)
        layers.prints.draw(renderer, inputs, lambda: within, paint)


class MeshPicture(PaintedArtist):
    """The picture of the surface from a pose, made when it is first drawn."""

    def __init__(self, pose_artists: PoseArtists, projection: Projection) -> None:
        super().__init__(self._paint, zorder=2)
        self.pose_artists, self.projection = pose_artists, projection

    @cached_property
    def raster(self) -> Raster:
        """The picture at its place."""
        cell = self.pose_artists.cell
        image, corner = self.pose_artists.mesh.picture(self.projection, cell)
        return Raster(image, *corner)

    def _paint(self, renderer: Any) -> None:
        self.pose_artists.printed(
            "mesh", self.projection, renderer, lambda renderer: self.raster.draw(renderer)
        )


class TurningSurface(PaintedArtist):
    """The surface under a moving camera: its artists are made again for every pose."""

    def __init__(self, pose_artists: PoseArtists) -> None:
        super().__init__(self._paint, zorder=1)
        self.pose_artists = pose_artists
        self._current: tuple[Projection, list[Artist]] | None = None

    def turn(self, projection: Projection) -> None:
        """Change to another pose."""
        if self._current is None or self._current[0] is not projection:
            self._current = projection, self.pose_artists.artists(projection)

    def _paint(self, renderer: Any) -> None:
        for artist in self._current[1] if self._current else ():
            artist.draw(renderer)
