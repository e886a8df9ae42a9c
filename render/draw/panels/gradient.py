"""The length of the gradient at each recorded step, and of the step that follows."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from render.draw.numbers import brief, figures
from render.draw.panels.base import DrawnPanel
from render.phrases import joined, phrase, unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from render.cells import Cell
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.draw.plot.axes import Plot
    from render.draw.text import LiveText
    from render.recording import Array
    from render.results import Run


LOG_FROM_RATIO = 1e3  # of the greatest length to the least: from here on the axis is logarithmic
MAX_DIVERGED = 3.0  # times the start, in a race: longer gradients are outside the picture
MIN_ON_LOG = 1e-12  # times the first, on a logarithmic axis: shorter ones are drawn at this height
NAMES = (
    (phrase("gradient"), phrase("step")),
    (phrase("grad"), phrase("step")),
)  # in the title's row
GAP = 2  # letters between the two


@dataclass
class GradientPanel(DrawnPanel):
    """The length of the gradient at each recorded step, and of the step that follows."""

    room_em: ClassVar[tuple[float, float]] = (18, 9)

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.config.theme import MARKERS
        from render.draw.plot.axes import area_of
        from render.draw.plot.end_labels import EndLabels
        from render.draw.plot.over_time import last_counted, over_time
        from render.draw.plot.series import Series
        from render.draw.plot.trail import fan_out
        from render.draw.run_style import RunStyle

        theme, type_ = layers.theme, layers.type
        self.single = context.single
        self.log, ylim = axis(context)
        # One for each run; of a single run, one for the gradient and one for the step.
        self.lengths = [norms(run) for run in context.runs]
        styles = [*context.styles]
        if self.single:
            shape, grown = next(shape for shape in MARKERS if shape[0] != theme.marker)
            styles = [RunStyle(theme.text, theme.text, theme.text, shape, grown)]
            if len(moves(context.first)):
                self.lengths.append(moves(context.first))
                styles.append(replace(context.styles[0], trail=theme.parameter))
        self.written = [self._writer(values) for values in self.lengths]
        lines = [(self._number(k, 0),) for k in range(len(self.lengths))]
        self.end_labels = EndLabels(layers, cell, [] if self.single else lines, type_.ticks)
        self.names, size = self._legend(layers, area_of(layers, cell).width)
        wide_px = layers.width(self._letters(self.names), size, mono=True)
        per = phrase("gradient per {unit}", unit=unit(context.clock.unit))
        joint = phrase("gradient and step"), phrase("how steep, how far"), phrase("lengths")
        self.plot = over_time(
            layers, cell, context,
            titles=joint if self.single else (per, phrase("gradient")),
            ylim=ylim,
            beside="0" * math.ceil(wide_px / layers.width("0", mono=True)),
            words_px=self.end_labels.width,
            log=self.log,
        )  # fmt: skip
        runs = context.runs if not self.single else [context.first] * len(self.lengths)
        self.curves = [
            Series(layers, context, run, self.plot, values, style)
            for run, values, style in zip(runs, self.lengths, styles, strict=True)
        ]
        self.dots = [curve.dot for curve in self.curves]
        if not self.single:
            fan_out(self.dots, np.array([curve.home for curve in self.curves]), row=True)
        layers.move(*(curve.tip for curve in self.curves), *self.dots)
        colours = [style.trail for style in styles]
        self.values = self._title_row(layers, self.plot, colours, size) if self.single else []
        at_end = [curve.ending() for curve in self.curves]
        self.end_labels.place(self.plot, last_counted(context), np.array(at_end), colours)

    def _legend(self, layers: Layers, room: float) -> tuple[tuple[str, ...], float]:
        """The names of the curves before their values, and the size of both, as there is room.

        They name the curves even where there is no room for a title.
        """
        title = layers.width(phrase("lengths")) + 2 * layers.type.ticks
        for least in (title, 0.0) if self.single and not layers.type.bare else ():
            for names in NAMES:
                for size in (layers.type.text, layers.type.ticks):
                    if layers.width(self._letters(names), size, mono=True) + least <= room:
                        return names, size
        return (), layers.type.ticks

    def _letters(self, names: tuple[str, ...]) -> str:
        """A text as long as any that is written in the title's row."""
        pairs = zip(names, range(len(self.lengths)), strict=False)
        return joined(GAP * " ", [_valued(name, self._number(k, 0)) for name, k in pairs])

    def _title_row(
        self, layers: Layers, plot: Plot, colours: list[str], size: float
    ) -> list[LiveText]:
        """Live words for each curve, in its colour, from the right."""
        texts: list[LiveText] = []
        right = plot.area.right
        for k in reversed(range(len(self.lengths) if self.names else 0)):
            text = layers.live(right, plot.title_y, size=size, colour=colours[k], right=True)
            right -= layers.width(joined("", [self._words(k, 0), GAP * " "]), size, mono=True)
            texts.insert(0, text)
        layers.move(*texts)
        return texts

    def update(self, state: FrameState) -> None:
        for k, curve in enumerate(self.curves):
            curve.move(state, state.first if self.single else state.runs[k])
        for k, text in enumerate(self.values):
            text.text = self._words(k, state.first.row)
        if not self.single:
            self.end_labels.write(
                [(self._number(k, run_state.row),) for k, run_state in enumerate(state.runs)]
            )

    def _writer(self, values: Array) -> Callable[[float], str]:
        return brief if self.log else figures(values)

    def _number(self, k: int, row: int) -> str:
        """The value of a recorded row; the last one may have none."""
        values = self.lengths[k]
        if row < len(values):
            return self.written[k](values[row])
        return "–".rjust(len(self.written[k](0.0)))

    def _words(self, k: int, row: int) -> str:
        return _valued(self.names[k], self._number(k, row))


def _valued(name: str, number: str) -> str:
    return joined(" ", [name, number])


def norms(run: Run) -> Array:
    """The length of the gradient (R,) at each record.

    With mini-batches, noise or without zero_grad() the last gradient is left out: it is over all
    of the data, without noise and of one step, so it can't be compared with the others.
    """
    from render.draw.context import slopes_recorded

    recording = run.recording
    used = recording.grads if slopes_recorded(run) or not recording.steps else recording.grads[:-1]
    return length(used)


def moves(run: Run) -> Array:
    """The length of each step (T,), at the record that it leaves."""
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
    if any(top > LOG_FROM_RATIO * least for least, top in reaches):
        return True, (0.5 * low, min(2 * high, 1e305))
    return False, (-0.06 * high, 1.15 * high)


def reach(context: Context, runs: tuple[Run, ...]) -> tuple[float, float]:
    """The smallest length above 0 that is drawn, and the largest."""
    drawn = [norms(run) for run in runs]
    drawn += [moves(run) for run in runs if context.single and run.recording.steps]
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
