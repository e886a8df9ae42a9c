"""The loss surface with the dot descending it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from render.draw.numbers import figures
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
        image = picture(
            self.world.uncut,
            self.world.top,
            level(show.landscape),
            self.projection,
            cell,
            page.theme,
        )
        page.add(Raster(image, cell.left, cell.bottom, zorder=2))
        page.add(*slice_of_run(page, show, self.world, self.projection))
        page.add(*optimum(page, show, self.world, self.projection))
        trail = Trail(show, self.locate, relief_look(page, show, self.projection.scale), self.sees)
        page.grow(trail)
        self.tip = trail.tip()
        self.dot = Dot(page)
        self.noted = not page.type.bare
        em = page.type.text
        self.note = page.live(
            cell.left, cell.bottom + 1.6 * em, colour=page.theme.parameter, mono=False
        )
        self.note.text = "the dot has left the picture"
        self.held = show.landscape.held
        self.slice = page.live(
            cell.left, cell.bottom, size=page.type.ticks, colour=page.theme.muted
        )
        self.slice.set_visible(self.noted and bool(self.held))
        self.written = figures(self._away(np.arange(self.recording.steps + 1.0)))
        page.move(self.tip, self.dot, self.note, self.slice)

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
        if self.held:
            at_ = ", ".join(f"{name} = {value:.3g}" for name, value in self.held.items())
            away = self.written(float(self._away(np.array([now.snapshot.step]))[0]))
            self.slice.text = f"slice at {at_}: the run is {away.strip()} away".replace("-", "−")

    def _away(self, steps: Array) -> Array:
        """How far the run is from the slice that is drawn (M,)."""
        values = self.recording.values(steps)
        columns = [self.recording.axes.index(name) for name in self.held]
        return np.linalg.norm(values[:, columns] - [*self.held.values()], axis=1)

    def _held(self, now: Now) -> tuple[Array, bool]:
        """Where the dot is, (1, 3), held at the edge of the picture when it has left it."""
        step = np.array([now.snapshot.step])
        values = self.recording.values(step)
        first, second = (values[:, column] for column in self.columns)
        first, second, outside = self.world.held(first, second)
        if outside:
            values[:, self.columns[0]], values[:, self.columns[1]] = first, second
        loss = self.recording.objective(values) if outside else self.recording.losses(step)
        top = self.world.losses[1]
        return self.world.points(first, second, loss.clip(max=top)), outside or bool(loss[0] > top)
