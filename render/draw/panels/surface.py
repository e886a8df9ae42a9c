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
        self.noted = not page.type.bare
        self.note = page.live(cell.left, cell.bottom, colour=page.theme.parameter, mono=False)
        self.note.text = "the dot has left the picture"
        page.move(self.tip, self.dot, self.note)

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
        at, outside = self._held(now)
        self.dot.at = self.projection(at)[0]
        self.dot.ghost = outside or not self.world.field.visible(at, self.projection.eye)[0]
        self.note.set_visible(outside and self.noted)

    def _held(self, now: Now) -> tuple[Array, bool]:
        """Where the dot is, (1, 3), held at the edge of the picture when it has left it."""
        step = np.array([now.snapshot.step])
        values = self.recording.values(step)
        first, second = (values[:, column] for column in self.columns)
        first, second, outside = self.world.held(first, second)
        if not outside:
            return self._points(step), False
        values[:, self.columns[0]], values[:, self.columns[1]] = first, second
        return self.world.points(first, second, self.recording.objective(values)), True
