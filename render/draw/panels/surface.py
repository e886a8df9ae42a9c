"""The loss surface with the dot descending it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from render.draw.panels.base import Panel

if TYPE_CHECKING:
    from render.draw.layout import Cell
    from render.draw.page import Page
    from render.draw.show import Now, Show
    from render.recording import Array

MARGIN_EM = (0.8, 2.6, 3.2, 0.4)  # for labels: left, bottom, right, top, in tick heights


@dataclass
class Surface(Panel):
    """The loss surface with the dot descending it."""

    room_em: ClassVar[tuple[float, float]] = (16, 13)

    def setup(self, page: Page, cell: Cell, show: Show) -> None:
        from render.draw.box import Box
        from render.draw.dot import Dot
        from render.draw.levels import level
        from render.draw.marks import Raster
        from render.draw.mesh import picture
        from render.draw.projection import Projection
        from render.draw.relief import optimum, slice_of_run
        from render.draw.trail import Trail, relief_look
        from render.draw.world import World
        from render.timeline.camera import Camera

        self.recording, axes = show.recording, show.landscape.axes
        self.columns = [self.recording.axes.index(name) for name in axes]
        self.world = World(show.landscape)
        pose = Projection.of(Camera(show.spec.film.camera.elev, show.spec.film.camera.azim))
        em = 0 if page.type.bare else page.type.ticks
        inner = cell.inset(*(m * em for m in MARGIN_EM))
        self.projection = pose.fitted(self.world.outline(), inner)
        labels = show.spec.model.labels()
        box = Box(self.world, self.projection, page)
        page.add(*box.artists((labels[axes[0]], labels[axes[1]])))
        image = picture(self.world.field, level(show.landscape), self.projection, cell, page.theme)
        page.add(Raster(image, cell.left, cell.bottom, zorder=2))
        page.add(*slice_of_run(page, show, self.world, self.projection))
        page.add(*optimum(page, show, self.world, self.projection))
        trail = Trail(show, self.locate, relief_look(page), self.sees)
        page.grow(trail)
        self.tip = trail.tip()
        self.dot = Dot(page)
        page.move(self.tip, self.dot)

    def locate(self, steps: Array) -> Array:
        """Pixels (..., 2) of the run on the surface at steps (...,)."""
        return self.projection(self._points(steps))

    def sees(self, steps: Array) -> Array:
        """Whether the camera sees the run at steps (M,)."""
        return self.world.field.visible(self._points(steps), self.projection.eye)

    def _points(self, steps: Array) -> Array:
        values = self.recording.values(steps)
        first, second = values[..., self.columns[0]], values[..., self.columns[1]]
        return self.world.points(first, second, self.recording.losses(steps))

    def update(self, now: Now) -> None:
        self.tip.now = now
        step = np.array([now.snapshot.step])
        self.dot.at, self.dot.ghost = self.locate(step)[0], not self.sees(step)[0]
