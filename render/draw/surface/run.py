"""A run on the surface: its trail, its dot, and how far from the surface it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from render.cells import Cell
from render.draw.artists import PaintedArtist, Pen, Stamp
from render.draw.context import Context, FrameState, RunState
from render.draw.layers import Layers
from render.draw.plot.trail import Dot, Trail
from render.draw.run_style import RunStyle, surface_trail_style
from render.draw.step_range import StepRange
from render.draw.surface.geometry import Projection, World
from render.numerals import significant
from render.recording import Array
from render.results import Run


def _written(loss: float) -> str:
    return significant(float(loss), 3)


@dataclass(frozen=True)
class SurfaceView:
    """The surface, with its pose and its cell at set-up."""

    world: World
    projection: Projection  # of the first camera
    cell: Cell  # of the panel


class SurfaceRun:
    """One run in the surface panel."""

    def __init__(
        self, layers: Layers, context: Context, run: Run, style: RunStyle, view: SurfaceView
    ) -> None:
        self.recording, self.world, self.projection = run.recording, view.world, view.projection
        self.plane = run.landscape.plane
        trail_style = surface_trail_style(
            layers, run, style, self.projection.scale, view.cell, context.single
        )
        self.trail = Trail(context, run, self.locate, trail_style, self.is_visible)
        self.tip = self.trail.tip()
        self.pieces = 0
        self.turned = False
        if len(layers.cameras) == 1:
            layers.grow(self.trail)
        else:  # with a moving camera every piece is drawn again
            layers.move(
                PaintedArtist(lambda renderer: self.trail.draw_whole(renderer, self.pieces))
            )
        self.dot = Dot(layers, style)
        self.style = style
        self.outside, self.cell = False, view.cell
        self.at = np.full(3, np.nan)  # in the box
        self.gap: Gap | None = Gap(layers, run, view) if run.landscape.apart else None
        layers.move(self.tip, *([self.gap.artist] if self.gap else []), self.dot)

    def turn(self, projection: Projection) -> None:
        """Change to another pose of the camera."""
        self.projection, self.turned = projection, True
        if self.gap is not None:
            self.gap.projection = projection

    def home(self) -> Array:
        """Where the run starts, pixel (2,); nan outside the picture."""
        return self.locate(StepRange(self.recording, np.zeros(1)))[0]

    def locate(self, step_range: StepRange) -> Array:
        """Pixels (M, 2) of the run on the surface."""
        return self.projection(self.points(step_range))

    def is_visible(self, step_range: StepRange) -> Array:
        """Whether the camera sees the run (M,)."""
        seen_from = self.projection.eye
        return self.world.field.visible(self.world.raised(self.points(step_range)), seen_from)

    def points(self, step_range: StepRange) -> Array:
        """Where the run is in the box (M, 3); nan outside the picture."""
        return self.world.placed(self.on_landscape(step_range))

    def on_landscape(self, step_range: StepRange) -> Array:
        """Where the run is on the plane, and its loss (M, 3)."""
        coordinates = self.plane.project(step_range.values)
        return np.concatenate([coordinates, step_range.losses[:, None]], axis=1)

    def move(
        self, frame_state: FrameState, run_state: RunState, points: Array, flat: Array, seen: Array
    ) -> None:
        """Bring trail, dot and gap to a moment.

        The glide to it is points (M, 3) in the box, pixels (M, 2), and whether the camera sees
        them (M,).
        """
        self.tip.put(frame_state, run_state, flat, seen)
        self.pieces = frame_state.pieces
        if self.turned:
            self.trail.relocate(frame_state.pieces)
        self.at, self.dot.at, self.outside = points[-1], flat[-1].copy(), False
        if np.isnan(self.at).any():
            self.at, self.outside = self._clamped(run_state.glide), True
            self.dot.at = self.projection(self.at[None])[0]
        if not self.cell.holds(self.dot.at):  # nan if the camera is too near
            self.dot.at = np.full(2, np.nan)
        self.dot.hollow = self.outside or not seen[-1]
        if self.gap is not None:
            self.gap.move(run_state, self.at[None])

    def _clamped(self, glide: StepRange) -> Array:
        """The place (3,) at the picture's edge of a dot that has left the picture."""
        values = glide.values[-1:]
        first, second, outside = self.world.clamp(*self.plane.project(values).T)
        if outside:
            values = self.plane.shifted(values, np.stack([first, second], axis=-1))
        loss = self.recording.objective(values) if outside else glide.losses[-1:]
        return self.world.points(first, second, loss.clip(max=self.world.losses[1]))[0]


class Gap:
    """A plumb line from the dot, at its recorded loss, to the surface, where that is another.

    A run away from the plane has its shadow there.
    """

    def __init__(self, layers: Layers, run: Run, view: SurfaceView) -> None:
        self.recording, self.landscape = run.recording, run.landscape
        self.world, self.projection = view.world, view.projection
        self.ends = np.full((2, 2), np.nan)  # pixels: on the surface, at the recorded loss
        theme, type_ = layers.theme, layers.type
        wrong = run.landscape.flipped
        colour = theme.text if wrong else theme.muted
        self.rod = rod = Pen(
            colour, 0.7 * type_.stroke, dashes=type_.dash, cap="butt", clip=view.cell
        )
        self.foot = foot = Stamp(0.6 * type_.dot, "none", colour, 0.6 * type_.stroke)

        def paint(renderer: Any) -> None:
            if np.isfinite(self.ends).all():
                rod.draw(renderer, self.ends)
                foot.draw(renderer, self.ends[0])

        self.artist = PaintedArtist(paint, zorder=12)

    def below(self, glide: StepRange) -> Array:
        """The loss (1,) of the surface where a run has arrived."""
        if self.recording.projected is not None:
            return self.recording.plane_losses(glide.steps[-1:])
        coordinates = self.landscape.plane.project(glide.values[-1:])
        return self.landscape.surface(self.recording, coordinates)

    def move(self, run_state: RunState, at: Array) -> None:
        """Bring it to the run's place, whose true point in the box is `at` (1, 3)."""
        self.ends = self.projection(self.points(run_state, at))

    def points(self, run_state: RunState, at: Array) -> Array:
        """Its lower and its upper end in the box (2, 3)."""
        foot = at.copy()
        foot[:, 2] = np.minimum(self.world.up(self.below(run_state.glide)), self.world.top)
        return np.concatenate([foot, at])
