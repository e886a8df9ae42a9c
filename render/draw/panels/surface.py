"""The loss surface with the dot descending it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from render.draw.panels.base import Panel
from render.draw.show import Now, Show

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from render.draw.layout import Cell
    from render.draw.style import Type
    from render.recording import Array

SLICE = 400  # points along the slice in which a run with a frozen parameter lives


@dataclass
class Surface(Panel):
    """The loss surface with the dot descending it."""

    room_em: ClassVar[tuple[float, float]] = (16, 13)

    def setup(self, show: Show, figure: Figure, cell: Cell, type_: Type) -> None:
        from render.draw.box import Box
        from render.draw.dot import Dot
        from render.draw.levels import level
        from render.draw.marks import Disc, Pen, Raster
        from render.draw.mesh import picture
        from render.draw.projection import Projection
        from render.draw.trail import Look, Trail
        from render.draw.world import World
        from render.timeline.camera import Camera

        theme, self.recording = show.theme, show.recording
        axes = show.landscape.axes
        self.columns = [self.recording.axes.index(name) for name in axes]
        self.world = World(show.landscape)
        options = show.spec.film.camera
        pose = Projection.of(Camera(options.elev, options.azim))
        em = type_.ticks
        inner = cell.inset(left=0.8 * em, right=3.2 * em, bottom=2.6 * em, top=0.4 * em)
        self.projection = pose.fitted(self._outline(), inner)
        labels = show.spec.model.labels()
        box = Box(self.world, self.projection, theme, type_)
        self.add(figure, *box.artists((labels[axes[0]], labels[axes[1]])))
        image = picture(self.world.field, level(show.landscape), self.projection, cell, theme)
        self.add(figure, Raster(image, cell.left, cell.bottom, zorder=2))
        hidden = Pen(theme.edge, 0.5 * type_.stroke, alpha=0.45, cap="butt")
        self._slice(show, figure, type_)
        self._optimum(show, figure, type_)
        look = Look(
            core=Pen(theme.trail, type_.stroke, cap="butt"),
            casing=Pen(theme.mark, 1.9 * type_.stroke, alpha=1.0, cap="butt"),
            hidden=hidden,
            mark=Disc(0.42 * type_.dot, theme.mark, theme.trail, 0.55 * type_.stroke),
            hidden_mark=Disc(0.36 * type_.dot, theme.edge, alpha=0.6),
        )
        trail = Trail(show, self.locate, look, self.sees)
        self.grow(figure, trail)
        self.tip = trail.tip()
        self.dot = Dot(theme, type_)
        self.add(figure, self.tip, self.dot, moving=True)

    def _outline(self) -> Array:
        """Points that the picture must hold: the floor and the rim of the surface."""
        field, floor = self.world.field, self.world.floor
        corners = [[x, y, floor] for x in (-0.5, 0.5) for y in (-0.5, 0.5)]
        rows, columns = field.z.shape
        rim = [
            [field.x[i], field.y[j], field.z[j, i]]
            for j in range(rows)
            for i in range(columns)
            if i in (0, columns - 1) or j in (0, rows - 1)
        ]
        return np.array(corners + rim)

    def _optimum(self, show: Show, figure: Figure, type_: Type) -> None:
        """A cross on the surface at the exact minimum over the trained parameters."""
        from render.draw.marks import Drawing, Pen

        best = [np.array([show.landscape.optimum[name]]) for name in show.landscape.axes]
        at = self.world.points(best[0], best[1], np.array([show.landscape.minimum]))
        if not np.isfinite(at).all():
            return
        arm = 0.022
        cross = [
            at + offset for offset in ([[arm, 0, 0]], [[-arm, 0, 0]], [[0, arm, 0]], [[0, -arm, 0]])
        ]
        flat = self.projection(np.concatenate(cross))
        seen = self.world.field.visible(at, self.projection.eye)[0]
        pen = Pen(show.theme.edge, 0.6 * type_.stroke, alpha=1.0 if seen else 0.4)

        def paint(renderer: Any) -> None:
            pen.draw(renderer, flat[:2])
            pen.draw(renderer, flat[2:])

        self.add(figure, Drawing(paint, zorder=3))

    def _slice(self, show: Show, figure: Figure, type_: Type) -> None:
        """The curve on the surface along which a run with one frozen parameter moves."""
        from render.draw.marks import Drawing, Pen

        landscape, frozen = show.landscape, show.recording.frozen
        held = [name for name in landscape.axes if name in frozen]
        if len(held) != 1:
            return
        axis = landscape.axes.index(held[0])
        along = landscape.grid[1 - axis]
        along = np.linspace(along[0], along[-1], SLICE)
        pair = [along, np.full(SLICE, frozen[held[0]])]
        first, second = pair if axis == 1 else pair[::-1]
        values = np.stack(pair, axis=-1)  # trained first, as the objective has them
        points = self.world.points(first, second, show.recording.objective(values))
        flat, seen = self.projection(points), self.world.field.visible(points, self.projection.eye)
        open_ = Pen(show.theme.slice, 0.5 * type_.stroke, alpha=0.9, dashes=(6, 5), cap="butt")
        behind = Pen(show.theme.slice, 0.4 * type_.stroke, alpha=0.30, dashes=(6, 5), cap="butt")

        def paint(renderer: Any) -> None:
            travelled = np.append(0, np.cumsum(np.linalg.norm(np.diff(flat, axis=0), axis=-1)))
            turns = np.flatnonzero(seen[1:] != seen[:-1]) + 1
            for a, b in zip([0, *turns], [*turns, SLICE], strict=True):
                pen = open_ if seen[a] else behind
                pen.draw(renderer, flat[a : b + 1], travelled[a])

        self.add(figure, Drawing(paint, zorder=3))

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
