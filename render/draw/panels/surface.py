"""The loss surface with a dot for each run descending it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from render.draw.panels.base import DrawnPanel, two_axes
from render.draw.step_range import in_one_call

if TYPE_CHECKING:
    from render.cells import Cell
    from render.config.spec import Spec
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.draw.plot.trail import Dot
    from render.draw.surface.notes import Note
    from render.draw.surface.solid import Solid
    from render.draw.text import LiveText
    from render.recording import Array
    from render.timeline.camera import Camera


MARGIN_EM = (0.8, 2.6, 3.2, 0.4)  # for labels: left, bottom, right, top, in tick heights
NOTE_GAP_EM = 0.5  # between the labels and the notes under them


@dataclass
class SurfacePanel(DrawnPanel):
    """The loss surface with a dot for each run descending it."""

    room_em: ClassVar[tuple[float, float]] = (16, 13)

    def unfit(self, spec: Spec, runs: int) -> str | None:
        return two_axes(spec, "surface")

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.draw.surface.annotations import StepArrows
        from render.draw.surface.geometry import World
        from render.draw.surface.notes import LINE_EM, lines, notes, whole
        from render.draw.surface.poses import PoseArtists, TurningSurface
        from render.draw.surface.run import SurfaceRun, SurfaceView
        from render.draw.surface.sections import sections

        self.world, self.cell = World(context.landscape), cell
        em = 0 if layers.type.bare else layers.type.ticks
        every = [] if layers.type.bare else whole(layers, cell.width, notes(context, self.world))
        room = lines(cell.height / layers.type.text, self.room_em[1], every)
        labelled = cell.inset(bottom=(LINE_EM * room + NOTE_GAP_EM * (room > 0)) * em)
        inner = labelled.inset(*(m * em for m in MARGIN_EM))
        self.pose_artists = PoseArtists(layers, context, self.world, cell, inner, labelled)
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
        self._fan_out()
        self._write(layers, cell, every[:room])

    @property
    def dots(self) -> list[Dot]:
        """The dot of each run."""
        return [surface_run.dot for surface_run in self.surface_runs]

    def _write(self, layers: Layers, cell: Cell, chosen: Sequence[Note]) -> None:
        """A line under the surface for each note that is not too long."""
        from render.draw.surface.notes import LINE_EM

        em = layers.type.ticks
        self.notes: list[tuple[Note, str, LiveText]] = []
        for note in reversed(chosen):  # from the bottom up
            form = note.fitting(layers, cell.width)
            if form:
                colour = layers.theme.parameter if note.alarming else layers.theme.muted
                y = cell.bottom + (0.25 + LINE_EM * len(self.notes)) * em
                line = layers.live(cell.left, y, size=em, colour=colour, mono=False)
                self.notes.append((note, form, line))
                layers.move(line)

    def update(self, state: FrameState) -> None:
        if self.turning is not None:
            self._turn(state.moment.camera)
        self._move_runs(state)
        for section in self.sections:
            section.move(state.first, self.projection)
        self.step_arrows.move(state, self.projection, self.surface_runs[0].at)
        for note, form, line in self.notes:
            line.text = note.text(form, state.first.row)
            line.set_visible(self.surface_runs[0].outside or not note.outside)

    def solid(self) -> Solid:
        from render.draw.surface.solid import Solid

        return Solid(self)

    def _move_runs(self, state: FrameState) -> None:
        """Bring every run to its place."""
        pairs = [*zip(self.surface_runs, state.runs, strict=True)]
        glides = [run_state.glide for run_state in state.runs]
        places = [
            run.on_landscape(glide) for run, glide in zip(self.surface_runs, glides, strict=True)
        ]
        points = in_one_call(self.world.placed, places)
        seen = in_one_call(self._visible, points)
        pixels = in_one_call(self.projection, points)
        for (surface_run, run_state), *glide in zip(pairs, points, pixels, seen, strict=True):
            surface_run.move(state, run_state, *glide)

    def _visible(self, points: Array) -> Array:
        """Whether the camera sees points (M, 3) of the runs (M,)."""
        return self.world.field.visible(self.world.raised(points), self.projection.eye)

    def _fan_out(self) -> None:
        from render.draw.plot.trail import fan_out

        fan_out(self.dots, np.array([surface_run.home() for surface_run in self.surface_runs]))

    def _turn(self, camera: Camera) -> None:
        """Draw from the pose that the camera has now."""
        assert self.turning is not None
        if camera != self.camera:
            self.camera, self.projection = camera, self.pose_artists.projection_of(self.fit, camera)
            for surface_run in self.surface_runs:
                surface_run.turn(self.projection)
            self._fan_out()
        self.turning.turn(self.projection)
