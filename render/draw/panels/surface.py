"""The loss surface with a dot for each run descending it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from render.draw.numbers import figures
from render.draw.panels.base import DrawnPanel, two_axes

if TYPE_CHECKING:
    from render.cells import Cell
    from render.config.spec import Spec
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.draw.plot.trail import Dot
    from render.timeline.camera import Camera


MARGIN_EM = (0.8, 2.6, 3.2, 0.4)  # for labels: left, bottom, right, top, in tick heights


@dataclass
class SurfacePanel(DrawnPanel):
    """The loss surface with a dot for each run descending it."""

    room_em: ClassVar[tuple[float, float]] = (16, 13)

    @classmethod
    def unfit(cls, spec: Spec, runs: int) -> str | None:
        return two_axes(spec, "surface")

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.draw.surface.annotations import StepArrows
        from render.draw.surface.geometry import World
        from render.draw.surface.poses import PoseArtists, TurningSurface
        from render.draw.surface.run import SurfaceRun, SurfaceView
        from render.draw.surface.sections import sections

        self.world, self.cell = World(context.landscape), cell
        em = 0 if layers.type.bare else layers.type.ticks
        inner = cell.inset(*(m * em for m in MARGIN_EM))
        if context.landscape.held:  # a note of the slice is under the labels
            inner = inner.inset(bottom=1.3 * em)
        self.pose_artists = PoseArtists(layers, context, self.world, cell, inner)
        self.fit = self.projection = self.pose_artists.poses(layers.cameras)
        self.camera = layers.cameras[0]
        self.projection = self.pose_artists.projection_of(self.fit, self.camera)
        self.turning = TurningSurface(self.pose_artists) if len(layers.cameras) > 1 else None
        if self.turning is None:
            layers.add(*self.pose_artists.artists(self.projection))
        else:
            layers.move(self.turning)
        cut = "slices" in layers.kinds and context.single
        self.sections = sections(layers, context, self.world, self.projection) if cut else []
        layers.move(*self.sections)
        self.step_arrows = StepArrows(layers, context.first, self.world, cell)
        layers.move(*[self.step_arrows] * context.single)
        pairs = zip(context.runs, context.styles, strict=True)
        view = SurfaceView(self.world, self.projection, cell)
        self.surface_runs = [SurfaceRun(layers, context, run, style, view) for run, style in pairs]
        self._notes(layers, cell, context)

    @property
    def dots(self) -> list[Dot]:
        """The dot of each run."""
        return [surface_run.dot for surface_run in self.surface_runs]

    def _notes(self, layers: Layers, cell: Cell, context: Context) -> None:
        """The notes for a dot outside the picture and for a run away from the slice."""
        noted = context.single and not layers.type.bare
        em = layers.type.text
        self.note = layers.live(
            cell.left, cell.bottom + 1.6 * em, colour=layers.theme.parameter, mono=False
        )
        self.note.text = "the dot has left the picture"
        self.noted = noted
        self.held, self.plane = context.landscape.held, context.landscape.plane
        self.slice = layers.live(
            cell.left, cell.bottom, size=layers.type.ticks, colour=layers.theme.muted
        )
        self.slice.set_visible(noted and bool(self.held))
        self.letters = int(cell.width / layers.width("0", layers.type.ticks, mono=True))
        every = context.recording.completed(context.recording.params)
        self.written = figures(self.plane.distance(every))
        layers.move(self.note, self.slice)

    def update(self, state: FrameState) -> None:
        if self.turning is not None:
            self._turn(state.moment.camera)
        self._move_runs(state)
        for section in self.sections:
            section.move(state.first, self.projection)
        self.step_arrows.move(state, self.projection, self.surface_runs[0].at)
        self.note.set_visible(self.surface_runs[0].outside and self.noted)
        if self.held:
            at = ", ".join(f"{name} = {value:.3g}" for name, value in self.held.items())
            distance = self.written(float(self.plane.distance(state.first.glide.values[-1])))
            short = f"slice at {at}"
            long = f"{short}: the run is {distance.strip()} away"
            spare = self.letters - len(long) - (len(distance) - len(distance.strip()))
            words = long if spare >= 0 else short if len(short) <= self.letters else ""
            self.slice.text = words.replace("-", "−")

    def _move_runs(self, state: FrameState) -> None:
        """Bring every run to its place; visibility is computed for all runs in one call."""
        pairs = [*zip(self.surface_runs, state.runs, strict=True)]
        points = [surface_run.points(run_state.glide) for surface_run, run_state in pairs]
        seen = self.world.field.visible(np.concatenate(points), self.projection.eye)
        parts = np.split(seen, np.cumsum([len(p) for p in points])[:-1])
        for (surface_run, run_state), at, visible in zip(pairs, points, parts, strict=True):
            surface_run.move(state, run_state, at, visible)

    def _turn(self, camera: Camera) -> None:
        """Draw from the pose that the camera has now."""
        assert self.turning is not None
        if camera != self.camera:
            self.camera, self.projection = camera, self.pose_artists.projection_of(self.fit, camera)
            for surface_run in self.surface_runs:
                surface_run.turn(self.projection)
        self.turning.turn(self.projection)
