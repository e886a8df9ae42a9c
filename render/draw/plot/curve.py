"""The loss curve of a run: its line, its dot, and the losses of single batches beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from render.draw.artists import Stamp
from render.draw.canvas import GrowingArtist
from render.draw.context import Context, FrameState, RunState
from render.draw.layers import Layers
from render.draw.plot.axes import Plot
from render.draw.plot.trail import Dot, Tip, Trail
from render.draw.run_style import RunStyle, plot_trail_style
from render.draw.step_range import StepRange, in_one_call
from render.recording import Array
from render.results import Run

MAX_BATCH_DOTS = 2000  # of more steps, evenly chosen ones have a dot
MAX_OPAQUE = 150  # batches; the dots of more of them run together and are more transparent


def batch_mark(layers: Layers, count: int) -> Stamp:
    """The dot of each of so many batches."""
    opacity = 0.8 if count <= MAX_OPAQUE else 0.5
    return Stamp(max(1.5, 0.13 * layers.type.text), layers.theme.muted, alpha=opacity)


class BatchDots(GrowingArtist):
    """A small dot at each of the points (T, 2) in pixels, drawn once its step is reached."""

    def __init__(self, context: Context, run: Run, points: Array, layers: Layers) -> None:
        super().__init__()
        self.cuts, self.points = context.steps(run), points
        self.stride = max(1, -(-len(points) // MAX_BATCH_DOTS))
        self.disc = batch_mark(layers, len(points))
        self.set_zorder(9)

    def draw_pieces(self, renderer: Any, start: int, stop: int) -> None:
        for piece in range(start, stop):
            first, last = np.floor(self.cuts[[piece, piece + 1]]).astype(int)
            for row in range(first, last):
                if row % self.stride == 0:
                    self.disc.draw(renderer, self.points[row])


MIN_ON_LOG = 1e-3  # times the foot of a logarithmic axis: a loss of 0 is drawn there


class Curve:
    """The loss of a run against the film's clock.

    With `glides` it follows the loss between two recorded steps. Where a step overshoots, that
    loss falls and rises again, which a plot of the loss per epoch must not show: there the curve
    is straight between two records.
    """

    def __init__(
        self,
        context: Context,
        run: Run,
        plot: Plot,
        glides: bool,
        style: RunStyle,
        foot: float | None = None,
    ) -> None:
        """`foot`: lower losses are drawn there; None for the lower end of the axis."""
        self.context, self.run, self.plot = context, run, plot
        self.glides, self.style = glides, style
        self.recording = run.recording
        self.log = plot.axes.get_yscale() == "log"
        self.least = plot.axes.get_ylim()[0] if foot is None else foot
        self.tip: Tip
        self._tips: list[Tip] = []
        self.low = False  # whether its loss is under the foot of the axis

    def dot(self, layers: Layers) -> Dot:
        """Its dot, not yet added to a layer."""
        return Dot(layers, self.style, small=True)

    def grow(self, layers: Layers) -> None:
        """Add the curve to the growing layer, without its tip."""
        trail_style = plot_trail_style(
            layers, self.plot.area, self.style.trail, self.context.single
        )
        trail = Trail(
            self.context, self.run, self.locate, trail_style, chords=not self.glides, joined=True
        )
        layers.grow(trail)
        self.tip = trail.tip()
        self._tips.append(self.tip)

    def surround(self, layers: Layers, batches: bool = True) -> None:
        """Add the losses of batches if they are wanted, and the loss over the validation points."""
        if batches and not self.recording.full_batch:
            layers.grow(BatchDots(self.context, self.run, self.batch(), layers))
        if self.recording.validation_loss is not None:
            trail_style = plot_trail_style(layers, self.plot.area, layers.theme.prediction)
            validation = Trail(
                self.context, self.run, self.validation, trail_style, chords=True, joined=True
            )
            layers.grow(validation)
            self._tips.append(validation.tip())
            layers.move(self._tips[-1])

    def locate(self, step_range: StepRange) -> Array:
        """Pixels (M, 2) of the loss."""
        return self.plot.pixels(*self.place(step_range).T)

    def place(self, step_range: StepRange) -> Array:
        """Where the run is on the film's clock, and the loss that is drawn there (M, 2)."""
        return self._place(step_range.steps, self._loss(step_range))

    def validation(self, step_range: StepRange) -> Array:
        """Pixels (M, 2) of the loss over the validation points, straight between two rows."""
        losses = self.recording.validation_loss
        assert losses is not None
        return self._pixels(step_range.steps, self._along(step_range.steps, losses))

    def batch(self) -> Array:
        """Pixels (T, 2) of each step's own batch loss, above the row that it leaves."""
        return self._pixels(np.arange(float(self.recording.last)), self.recording.batch_loss[:-1])

    def _loss(self, step_range: StepRange) -> Array:
        """The loss (M,) that is drawn."""
        return (
            step_range.losses if self.glides else self._along(step_range.steps, self.recording.loss)
        )

    def _along(self, steps: Array, rows: Array) -> Array:
        """Values between recorded rows, on straight lines in the picture."""
        at = np.arange(len(rows))
        if not self.log:
            return np.interp(steps, at, rows)
        return np.exp(np.interp(steps, at, np.log(np.maximum(rows, MIN_ON_LOG * self.least))))

    def _pixels(self, steps: Array, loss: Array) -> Array:
        return self.plot.pixels(*self._place(steps, loss).T)

    def _place(self, steps: Array, loss: Array) -> Array:
        x = self.context.clock.shown(self.recording, steps)
        return np.stack([x, np.maximum(loss, self.least)], axis=1)

    def move(self, frame_state: FrameState, run_state: RunState, points: Array) -> Array:
        """Bring the curve's ends to a moment; where the run is in the plot, pixel (2,).

        The unfinished piece is points (M, 2) in pixels.
        """
        self.low = bool(self._loss(run_state.glide)[-1] < self.least)
        for validation in self._tips[1:]:
            validation.move(frame_state, run_state)
        self.tip.put(frame_state, run_state, points)
        return points[-1].copy()


def move_curves(curves: Sequence[Curve], state: FrameState) -> list[Array]:
    """Bring the curves of all runs to a moment; where each run is in the plot, pixels (2,)."""
    pairs = [*zip(curves, state.runs, strict=True)]
    places = [curve.place(curve.tip.trail.unfinished(state, run)) for curve, run in pairs]
    points = in_one_call(lambda every: curves[0].plot.pixels(*every.T), places)
    return [
        curve.move(state, run, piece) for (curve, run), piece in zip(pairs, points, strict=True)
    ]
