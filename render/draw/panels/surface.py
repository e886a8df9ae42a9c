"""The loss surface with a dot for each run descending it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from render.draw.numbers import figures
from render.draw.panels.base import DrawnPanel
from render.draw.surface.run import SurfaceRun
from render.errors import RenderError

if TYPE_CHECKING:
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.draw.layout import Cell
    from render.draw.plot.trail import Dot
    from render.timeline.camera import Camera


MARGIN_EM = (0.8, 2.6, 3.2, 0.4)  # for labels: left, bottom, right, top, in tick heights


@dataclass
class SurfacePanel(DrawnPanel):
    """The loss surface with a dot for each run descending it."""

    room_em: ClassVar[tuple[float, float]] = (16, 13)

    def setup(self, page: Layers, cell: Cell, show: Context) -> None:
        from render.draw.surface.annotations import StepArrows
        from render.draw.surface.geometry import World
        from render.draw.surface.poses import PoseArtists, Turning
        from render.draw.surface.sections import sections

        spanned_by_two(show, "surface")
        self.world, self.cell = World(show.landscape), cell
        em = 0 if page.type.bare else page.type.ticks
        inner = cell.inset(*(m * em for m in MARGIN_EM))
        self.scenery = PoseArtists(page, show, self.world, cell, inner)
        self.fit = self.projection = self.scenery.poses(page.cameras)
        self.camera = page.cameras[0]
        self.projection = self.scenery.seen(self.fit, self.camera)
        self.turning = Turning(self.scenery) if len(page.cameras) > 1 else None
        if self.turning is None:
            page.add(*self.scenery.artists(self.projection))
        else:
            page.move(self.turning)
        cut = "slices" in page.kinds and show.lone
        self.sections = sections(page, show, self.world, self.projection) if cut else []
        page.move(*self.sections)
        self.underfoot = StepArrows(page, show.first, self.world, cell)
        page.move(*[self.underfoot] * show.lone)
        pairs = zip(show.runs, show.guises, strict=True)
        self.climbers = [SurfaceRun(page, show, run, guise, self) for run, guise in pairs]
        self._notes(page, cell, show)

    @property
    def dots(self) -> list[Dot]:
        """The dot of each run."""
        return [climber.dot for climber in self.climbers]

    def _notes(self, page: Layers, cell: Cell, show: Context) -> None:
        """What must be said when the dot is not where it seems."""
        noted = show.lone and not page.type.bare
        em = page.type.text
        self.note = page.live(
            cell.left, cell.bottom + 1.6 * em, colour=page.theme.parameter, mono=False
        )
        self.note.text = "the dot has left the picture"
        self.noted = noted
        self.held, self.plane = show.landscape.held, show.landscape.plane
        self.slice = page.live(
            cell.left, cell.bottom, size=page.type.ticks, colour=page.theme.muted
        )
        self.slice.set_visible(noted and bool(self.held))
        every = show.recording.completed(show.recording.params)
        self.written = figures(self.plane.distance(every))
        page.move(self.note, self.slice)

    def update(self, now: FrameState) -> None:
        if self.turning is not None:
            self._turn(now.moment.camera)
        self._climb(now)
        for section in self.sections:
            section.move(now.first, self.projection)
        self.underfoot.move(now, self.projection, self.climbers[0].at)
        self.note.set_visible(self.climbers[0].outside and self.noted)
        if self.held:
            at = ", ".join(f"{name} = {value:.3g}" for name, value in self.held.items())
            gone = self.written(float(self.plane.distance(now.first.glide.values[-1])))
            self.slice.text = f"slice at {at}: the run is {gone.strip()} away".replace("-", "−")

    def _climb(self, now: FrameState) -> None:
        """Every run to where it is; what of them the camera sees is found in one go."""
        pairs = [*zip(self.climbers, now.runs, strict=True)]
        points = [climber.points(here.glide) for climber, here in pairs]
        seen = self.world.field.visible(np.concatenate(points), self.projection.eye)
        parts = np.split(seen, np.cumsum([len(p) for p in points])[:-1])
        for (climber, here), at, visible in zip(pairs, points, parts, strict=True):
            climber.move(now, here, at, visible)

    def _turn(self, camera: Camera) -> None:
        """Look from where the camera is now."""
        assert self.turning is not None
        if camera != self.camera:
            self.camera, self.projection = camera, self.scenery.seen(self.fit, camera)
            for climber in self.climbers:
                climber.turn(self.projection)
        self.turning.turn(self.projection)


def spanned_by_two(show: Context, panel: str) -> None:
    """Refuse a landscape that has but one axis."""
    if len(show.landscape.axes) != 2:
        name = show.landscape.axes[0]
        raise RenderError(
            f"the {panel} panel is for two parameters, and this loss has only {name}:"
            " the cost panel shows one"
        )
