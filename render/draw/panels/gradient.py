"""The length of the gradient at each recorded step, and of the step that follows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from render.draw.numbers import brief, figures
from render.draw.panels.base import DrawnPanel
from render.phrases import phrase, unit

if TYPE_CHECKING:
    from render.cells import Cell, Room, Type
    from render.config.spec import Spec
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.recording import Array
    from render.results import Run


ALONE_EM = 12  # the least width of the gradient without the step, in text heights
LOG_FROM_RATIO = 1e3  # of the greatest length to the least: from here on the axis is logarithmic
NETWORK_LOG_FROM_RATIO = 1e2  # the same of a network, whose gradient is noisy at the end
MAX_DIVERGED = 3.0  # times the start, in a race: longer gradients are outside the picture
MIN_ON_LOG = 1e-12  # times the first, on a logarithmic axis: shorter ones are drawn at this height
NAMES = (
    (phrase("gradient"), phrase("step")),
    (phrase("grad"), phrase("step")),
)  # in the title's row


@dataclass
class GradientPanel(DrawnPanel):
    """The length of the gradient at each recorded step, and of the step that follows."""

    of_landscape: ClassVar[bool] = False
    room_em: ClassVar[tuple[float, float]] = (18, 9)

    def least(self, type_: Type, spec: Spec, width: float) -> Room:
        room = super().least(type_, spec, width)
        return replace(room, width=ALONE_EM * type_.text) if spec.model.network else room

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.config.theme import MARKERS
        from render.draw.plot.recorded import Recorded, RecordedCurves
        from render.draw.run_style import RunStyle

        theme = layers.theme
        self.log, ylim = axis(context)
        # One for each run; of a single run, one for the gradient and one for the step.
        lengths, styles = [norms(run) for run in context.runs], [*context.styles]
        runs = [*context.runs]
        names: tuple[tuple[str, ...], ...] = NAMES
        if context.single:
            shape, grown = next(shape for shape in MARKERS if shape[0] != theme.marker)
            styles = [RunStyle(theme.text, theme.text, theme.text, shape, grown)]
            if len(moves(context.first)):
                lengths.append(moves(context.first))
                styles.append(replace(context.styles[0], trail=theme.parameter))
                runs.append(context.first)
        per = phrase("gradient per {unit}", unit=unit(context.clock.unit))
        titles: tuple[str, ...] = (per, phrase("gradient"))
        if context.single:
            titles = (phrase("gradient and step"), phrase("how steep, how far"), phrase("lengths"))
        if context.recording.projected is not None:
            titles = (phrase("length of the gradient"), phrase("gradient"))
            names = (("",),)
        every = zip(runs, lengths, styles, strict=True)
        self.drawn = RecordedCurves(
            layers, cell, context,
            [Recorded(run, v, style, brief if self.log else figures(v)) for run, v, style in every],
            titles=titles,
            ylim=ylim,
            log=self.log,
            names=names,
        )  # fmt: skip
        self.plot, self.curves = self.drawn.plot, self.drawn.curves
        self.dots, self.values = self.drawn.dots, self.drawn.values

    def update(self, state: FrameState) -> None:
        self.drawn.update(state)


def norms(run: Run) -> Array:
    """The length of the gradient (R,) at each record.

    With mini-batches, noise or without zero_grad() the last gradient is left out: it is over all
    of the data, without noise and of one step, so it can't be compared with the others. Of a
    network all of them are over all data.
    """
    from render.draw.context import slopes_recorded

    recording = run.recording
    if recording.projected is not None:
        return recording.projected.grad_norm
    used = recording.grads if slopes_recorded(run) or not recording.last else recording.grads[:-1]
    return length(used)


def moves(run: Run) -> Array:
    """The length of each step (T,), at the record that it leaves; none where many lead to it."""
    if run.recording.projected is not None:
        return np.zeros(0)
    return length(np.diff(run.recording.params, axis=0))


def length(vectors: Array) -> Array:
    """The length of each row (M,) of vectors (M, P), also where the squares overflow."""
    largest = np.abs(vectors).max(axis=1, initial=1e-150)
    return np.asarray(largest * np.linalg.norm(vectors / largest[:, None], axis=1))


def axis(context: Context) -> tuple[bool, tuple[float, float]]:
    """Whether the axis is logarithmic, and its limits.

    Cells of a grid that don't share limits all have the same kind of axis.
    """
    cells = [context.scale] if context.spec.film.share else [(run,) for run in context.all]
    reaches = [reach(context, runs) for runs in cells]
    low, high = reach(context, context.scale)
    if any(top > _log_from(context) * least for least, top in reaches):
        return True, (0.5 * low, min(2 * high, 1e305))
    return False, (-0.06 * high, 1.15 * high)


def _log_from(context: Context) -> float:
    """The ratio of the longest to the shortest from which on the axis is logarithmic."""
    network = context.recording.projected is not None
    return NETWORK_LOG_FROM_RATIO if network else LOG_FROM_RATIO


def reach(context: Context, runs: tuple[Run, ...]) -> tuple[float, float]:
    """The smallest length above 0 that is drawn, and the largest."""
    drawn = [norms(run) for run in runs]
    drawn += [m for m in map(moves, runs) if context.single and len(m)]
    every = np.concatenate(drawn)
    every = every[np.isfinite(every) & (every > 0)]
    if not len(every):
        return 1.0, 1.0
    high = float(every.max())
    if len(runs) > 1 and any(r.recording.loss[-1] <= r.recording.loss[0] for r in runs):
        start = max(float(norms(run)[0]) for run in runs)
        high = min(high, MAX_DIVERGED * start) if start > 0 else high
    first = [float(values[0]) for values in drawn if values[0] > 0]
    least = MIN_ON_LOG * min([*first, high])
    return max(min(float(every.min()), high), least), high
