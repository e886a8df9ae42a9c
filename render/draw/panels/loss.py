"""The loss per epoch of every run; of a single run its value too, beside the dot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from render.draw.panels.base import DrawnPanel
from render.draw.plot.ranges import axis_start, cost_limits
from render.recording import Array
from render.results import Run

if TYPE_CHECKING:
    from render.cells import Cell
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.recording import Array, Recording
    from render.results import Run


MAX_DIVERGED = 3.0  # times the start, in a race: higher losses are outside the picture
SAMPLES = 8  # along a step, to test whether the loss is monotonic
LOG_FROM_RATIO = 1e3  # of the highest loss to the lowest: from here on the axis is logarithmic


@dataclass
class LossPanel(DrawnPanel):
    """The loss per epoch of every run; of a single run its value too, beside the dot."""

    room_em: ClassVar[tuple[float, float]] = (11, 9)

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.draw.numbers import figures
        from render.draw.plot.axes import plot
        from render.draw.step_range import StepRange, gliding

        theme, type_, recording = layers.theme, layers.type, context.recording
        self.written = figures(recording.loss)
        self.log, ylim = axis(context)
        last = max(_counted(context, run) for run in context.scale) or 1.0  # a run may have no step
        self.follows = has_room_at_dot(recording)
        widest = recording.loss[-1] if self.follows else recording.loss.max()
        ending = self._words(float(widest)) if context.single else ""
        ending_px = layers.width(ending, mono=True) if self.follows else 0.0
        room = (ending_px + 2 * type_.dot) / max(cell.width - 4 * type_.ticks, 1)
        # The first dot must not cover the numbers of the axis.
        before = 1.3 * type_.dot / max(cell.width - 5 * type_.ticks, 1)
        unit = context.clock.unit
        self.plot = plot(
            layers, cell,
            titles=(f"loss per {unit}", "loss"),
            xlim=(-max(0.02, before) * last, last / (1 - min(room, 0.5))),  # its last value fits
            beside=self._beside(layers, recording, ending) if context.single else "",
            ylim=ylim,
            xlabel=unit,
            log=self.log,
            whole_x=last,
        )  # fmt: skip
        from render.draw.plot.curve import Curve

        pairs = zip(context.runs, context.styles, strict=True)
        self.curves = [
            Curve(context, run, self.plot, glides=is_monotone(context, run), style=style)
            for run, style in pairs
        ]
        if context.single:
            to_data = self.plot.axes.transData.inverted().transform
            glides = [gliding(a, b) for a, b in pairwise(context.steps(context.first))]
            every = StepRange(recording, np.concatenate([[0.0], *glides]))
            coming = to_data(self.curves[0].locate(every)).T
            self.plot.axes.plot(*coming, color=theme.future, lw=0.6 * type_.stroke, zorder=2)
        self.dots = [curve.dot(layers) for curve in self.curves]
        for curve in self.curves:
            curve.grow(layers)
        if context.single:
            self.curves[0].surround(layers)
        self._legend(layers, recording if context.single else None)
        beside = self.plot.beside_title(layers, theme.text)
        self.value = layers.live(0, 0) if self.follows else beside
        self.value.set_visible(not type_.bare and context.single)
        self.off = type_.dot
        self.lowest = self.plot.area.bottom + 0.3 * type_.text  # not over the ticks
        self.highest = self.plot.area.top - type_.text  # for a dot held at the top
        rises = recording.loss[-1] > recording.loss[0]
        self.beside = np.array([1.4, -1.8 if rises else 0.9]) * type_.dot
        layers.move(*(curve.tip for curve in self.curves), *self.dots, self.value)

    def _beside(self, layers: Layers, recording: Recording, ending: str) -> str:
        """A text as wide as what must fit beside the title: the value, and one other name."""
        value = 0.0 if self.follows else layers.width(ending, mono=True)
        names = [layers.width(name, layers.type.ticks) for name in others(recording)][:1]
        return "0" * int(np.ceil((value + sum(names)) / layers.width("0", mono=True)))

    def _legend(self, layers: Layers, recording: Recording | None) -> None:
        """What the other marks are, in their own colours."""
        if layers.type.bare or recording is None:
            return
        small = layers.type.ticks
        right = self.plot.area.right
        if not self.follows:
            right -= layers.width(self._words(float(recording.loss.max())), mono=True) + small
        colours = {"validation": layers.theme.prediction, "batch": layers.theme.muted}
        for name in others(recording):
            colour = colours[name]
            if right - layers.width(name, small) < self.plot.titled_to + small:
                return
            words = layers.words(
                right, self.plot.title_y, name, size=small, colour=colour, ha="right"
            )
            layers.add(words)
            right -= layers.width(name, small) + small

    def update(self, state: FrameState) -> None:
        for curve, dot, run_state in zip(self.curves, self.dots, state.runs, strict=True):
            dot.at, dot.hollow = self.plot.clamp(curve.move(state, run_state), self.off)
            dot.hollow |= curve.low  # under the foot of the axis
        run_state, curve = state.first, self.curves[0]
        loss = (
            run_state.snapshot.loss if curve.glides else float(curve.recording.loss[run_state.row])
        )
        self.value.text = self._words(loss)
        if not self.follows:
            return
        self.value.x, self.value.baseline = self.dots[0].at + self.beside
        self.value.baseline = float(np.clip(self.value.baseline, self.lowest, self.highest))

    def _words(self, loss: float) -> str:
        return f"{loss:.3g}" if self.log else self.written(loss).strip()


def others(recording: Recording) -> list[str]:
    """The other curves in the plot of a single run."""
    unseen, parts = recording.validation_loss is not None, not recording.full_batch
    return ["validation"] * unseen + ["batch"] * parts


def has_room_at_dot(recording: Recording) -> bool:
    """Whether the loss is written beside its dot.

    It isn't where the loss rises or there is another curve: the number would overlap a curve.
    """
    return recording.validation_loss is None and bool((np.diff(recording.loss) <= 0).all())


def _counted(context: Context, run: Run) -> float:
    """Where a run's curve ends."""
    return float(context.clock.shown(run.recording, np.asarray(float(run.recording.steps))))


def axis(context: Context) -> tuple[bool, tuple[float, float]]:
    """Whether the loss axis is logarithmic, and its limits.

    With one trained parameter it is the axis of the cost curve beside it, so that the two
    dots are level in every frame. Cells of a grid that don't share limits all have the same
    kind of axis.
    """
    drawn = [curve for run in context.scale for curve in _curves(run.recording, context.single)]
    if len(drawn) == len(context.scale) and all(len(r.recording.names) == 1 for r in context.scale):
        return False, cost_limits(context)
    lowest, least, top = _reach(context, context.scale)
    cells = [context.scale] if context.spec.film.share else [(run,) for run in context.all]
    reaches = [_reach(context, runs) for runs in cells]
    wide = any(top > LOG_FROM_RATIO * least for _, least, top in reaches)
    if wide and all(low > 0 for low, _, _ in reaches):
        return True, (0.5 * least, min(8 * top, 1e305))
    bottom = axis_start(lowest, top)
    return False, (bottom - 0.06 * (top - bottom), top + 0.22 * max(top - bottom, 1e-12))


def _reach(context: Context, runs: Sequence[Run]) -> tuple[float, float, float]:
    """The lowest loss of the runs, the lowest worth showing on a logarithmic axis, the highest."""
    recordings = [run.recording for run in runs]
    curves = np.concatenate([c for r in recordings for c in _curves(r, context.single)])
    top = float(curves[np.isfinite(curves)].max())
    if len(runs) > 1 and any(r.loss[-1] <= r.loss[0] for r in recordings):
        # A run that diverges must not flatten the curves of the others.
        top = min(top, MAX_DIVERGED * max(float(r.loss[0]) for r in recordings))
    # An unbounded loss is followed down to the lowest loss of the landscape.
    exact = all(run.landscape.exact for run in runs)
    least = -np.inf if exact else min(float(run.landscape.loss.min()) for run in runs)
    low = max(least, min(float(recording.loss.min()) for recording in recordings))
    return low, max(low, min(run.landscape.minimum for run in runs), 1e-12), top


def _curves(recording: Recording, single: bool) -> list[Array]:
    """The curves of a run: the loss, and of a single run the batch and the validation loss."""
    unseen = recording.validation_loss if single else None
    batch = recording.batch_loss[:-1] if single and not recording.full_batch else None
    return [curve for curve in (recording.loss, unseen, batch) if curve is not None]


def is_monotone(context: Context, run: Run) -> bool:
    """Whether the loss is monotonic on every glide between two recorded steps."""
    rate = context.clock.rate(run.recording)
    if rate > 1:
        return False
    glided = min(context.single_ticks, run.recording.steps)
    fine = run.recording.losses(np.linspace(0, glided, SAMPLES * glided + 1))
    moves = np.diff(fine).reshape(-1, SAMPLES)
    slack = 1e-9 * np.abs(fine).max(initial=0.0)
    return bool(((moves <= slack).all(axis=1) | (moves >= -slack).all(axis=1)).all())
