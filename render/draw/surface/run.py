"""A run on the surface: its trail, its dot, and the gap to a surface drawn wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from render.draw.context import Context, FrameState, RunState, StepRange
    from render.draw.layers import Layers
    from render.draw.panels.surface import SurfacePanel
    from render.draw.run_style import RunStyle
    from render.draw.surface.geometry import Projection
    from render.recording import Array
    from render.results import Run


FORMS = (  # of what is written above a wrong surface, the longest first
    "wrong surface: {:.3g}, recorded loss: {:.3g}",
    "surface: {:.3g}, loss: {:.3g}",
)


class SurfaceRun:
    """What one run adds to the surface panel."""

    def __init__(
        self, page: Layers, show: Context, run: Run, guise: RunStyle, on: SurfacePanel
    ) -> None:
        from render.draw.artists import PaintedArtist
        from render.draw.plot.trail import Dot, Trail
        from render.draw.run_style import surface_trail_style

        self.recording, self.world, self.projection = run.recording, on.world, on.projection
        self.plane = run.landscape.plane
        look = surface_trail_style(page, run, guise, self.projection.scale, on.cell, show.lone)
        self.trail = Trail(show, run, self.locate, look, self.sees)
        self.tip = self.trail.tip()
        self.pieces = 0
        self.turned = False
        if len(page.cameras) == 1:
            page.grow(self.trail)
        else:  # nothing stays where it was drawn
            page.move(PaintedArtist(lambda renderer: self.trail.draw_whole(renderer, self.pieces)))
        self.dot = Dot(page, guise)
        self.outside, self.cell = False, on.cell
        self.at = np.full(3, np.nan)  # in the box
        self.gap: BiasGap | None = BiasGap(page, run, on) if run.landscape.flipped else None
        page.move(self.tip, *(self.gap.artists if self.gap else ()), self.dot)

    def turn(self, projection: Projection) -> None:
        """See it from another pose."""
        self.projection, self.turned = projection, True
        if self.gap is not None:
            self.gap.projection = projection

    def locate(self, stretch: StepRange) -> Array:
        """Pixels (M, 2) of the run on the surface."""
        return self.projection(self.points(stretch))

    def sees(self, stretch: StepRange) -> Array:
        """Whether the camera sees the run (M,)."""
        return self.world.field.visible(self.points(stretch), self.projection.eye)

    def points(self, stretch: StepRange) -> Array:
        """Where the run is in the box (M, 3); nan outside the picture."""
        first, second = self.plane.project(stretch.values).T
        return self.world.points(first, second, stretch.losses)

    def move(self, now: FrameState, here: RunState, points: Array, seen: Array) -> None:
        """Bring trail, dot and gap to a moment, the glide to it being points (M, 3) in the box."""
        flat = self.projection(points)
        self.tip.put(now, here, flat, seen)
        self.pieces = now.pieces
        if self.turned:
            self.trail.relocate(now.pieces)
        self.at, self.dot.at, self.outside = points[-1], flat[-1].copy(), False
        if np.isnan(self.at).any():
            self.at, self.outside = self._held(here.glide), True
            self.dot.at = self.projection(self.at[None])[0]
        if not self.cell.holds(self.dot.at):  # the camera is too near to see it
            self.dot.at = np.full(2, np.nan)
        self.dot.ghost = self.outside or not seen[-1]
        if self.gap is not None:
            self.gap.move(here.glide, self.at[None])

    def _held(self, glide: StepRange) -> Array:
        """Where a dot that has left the picture is, (3,): held at its edge."""
        values = glide.values[-1:]
        first, second, outside = self.world.held(*self.plane.project(values).T)
        if outside:
            values = self.plane.shifted(values, np.stack([first, second], axis=-1))
        loss = self.recording.objective(values) if outside else glide.losses[-1:]
        return self.world.points(first, second, loss.clip(max=self.world.losses[1]))[0]


class BiasGap:
    """From the recorded loss to the height that a wrong surface has there, in numbers too."""

    def __init__(self, page: Layers, run: Run, on: SurfacePanel) -> None:
        from render.draw.artists import PaintedArtist, Pen, Stamp
        from render.draw.plot.axes import GUTTER_EM
        from render.draw.surface.axes import loss_corner

        self.recording, self.world, self.projection = run.recording, on.world, on.projection
        self.turned = self.recording.parameters.index("b")
        self.ends = np.zeros((2, 2))  # pixels: on the wrong surface, at the recorded loss
        theme, type_ = page.theme, page.type
        rod = Pen(theme.text, 0.7 * type_.stroke, dashes=type_.dash, cap="butt")
        foot = Stamp(0.6 * type_.dot, "none", theme.text, 0.6 * type_.stroke)

        def paint(renderer: Any) -> None:
            rod.draw(renderer, self.ends)
            foot.draw(renderer, self.ends[0])

        em = page.type.text
        self.words = page.live(
            on.cell.left + GUTTER_EM[0] * type_.ticks,
            on.cell.top - em,
            colour=theme.parameter,
            mono=False,
        )
        wrong = self._wrong(np.arange(self.recording.steps + 1.0))
        axis = np.array([*loss_corner(on.world, on.projection), on.world.top])
        room = self.projection(axis)[0] - self.words.x  # the loss axis has its numbers there
        pairs = [*zip(wrong, self.recording.loss, strict=True)]
        texts = [[form.format(*pair) for pair in pairs] for form in FORMS]
        fits = [max(map(page.width, said)) <= room for said in texts]
        self.form = FORMS[fits.index(True)] if any(fits) else ""
        self.words.set_visible(not type_.bare)
        self.artists = (PaintedArtist(paint, zorder=12), self.words)

    def move(self, glide: StepRange, at: Array) -> None:
        """To the run's place, whose true point in the box is `at` (1, 3)."""
        wrong = self._wrong(glide.steps[-1:])
        foot = at.copy()
        foot[:, 2] = np.minimum(self.world.up(wrong), self.world.top)
        self.ends = self.projection(np.concatenate([foot, at]))
        self.words.text = self.form.format(wrong[0], glide.losses[-1])

    def _wrong(self, steps: Array) -> Array:
        """The height (M,) of the wrong surface at steps (M,)."""
        values = self.recording.values(steps)
        values[:, self.turned] *= -1
        return self.recording.objective(values)
