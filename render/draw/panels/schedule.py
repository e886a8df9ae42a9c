"""The learning rate that each step is taken with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from render.draw.numbers import Figures, brief, figures
from render.draw.panels.base import DrawnPanel
from render.phrases import phrase, unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from render.cells import Cell
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.recording import Array


MIN_RATE_RATIO = 1e-3  # times the highest rate: if any is lower, each is written in four digits
LOG_FROM_RATIO = 100.0  # of the runs' highest rates: from here on the axis is logarithmic
MIN_ON_LOG = 1e-3  # times the lowest of those: the lowest start of such an axis


@dataclass
class SchedulePanel(DrawnPanel):
    """The learning rate that each step is taken with."""

    of_landscape: ClassVar[bool] = False
    room_em: ClassVar[tuple[float, float]] = (11, 8)

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.draw.plot.end_labels import EndLabels
        from render.draw.plot.over_time import last_counted, over_time
        from render.draw.plot.series import Series
        from render.draw.plot.trail import fan_out

        type_ = layers.type
        self.rates = [run.recording.lr[:-1] for run in context.runs]
        every = [*self.rates, *(run.recording.lr[:-1] for run in context.scale)]
        self.write = writer(np.concatenate(every))
        none = not any(len(rates) for rates in self.rates)
        size = type_.text if context.single else type_.ticks
        lines = [(self._words(k, 0),) for k in range(len(self.rates))]
        self.end_labels = EndLabels(layers, cell, [] if none else lines, size)
        log, ylim = axis(context)
        per = phrase("learning rate per {unit}", unit=unit(context.clock.unit))
        self.plot = over_time(
            layers, cell, context,
            titles=(per, phrase("learning rate"), phrase("lr")),
            ylim=ylim,
            words_px=self.end_labels.width,
            log=log,
        )  # fmt: skip
        taken = [k for k, rates in enumerate(self.rates) if len(rates)]
        self.curves = {
            k: Series(layers, context, context.runs[k], self.plot, self.rates[k], context.styles[k],
                      stairs=True)
            for k in taken
        }  # fmt: skip
        self.dots = [curve.dot for curve in self.curves.values()]
        homes = [curve.home for curve in self.curves.values()]
        fan_out(self.dots, np.array(homes).reshape(-1, 2), row=True)
        layers.move(*(curve.tip for curve in self.curves.values()), *self.dots)
        at_end = [self._height(k) for k in range(len(self.rates))]
        colours = (
            [layers.theme.text] if context.single else [style.trail for style in context.styles]
        )
        self.end_labels.place(self.plot, last_counted(context), np.array(at_end), colours)
        if none and not type_.bare:
            area = self.plot.area
            note = layers.fitting((phrase("no step was taken"), phrase("no step")), area.width)
            middle = area.left + area.width / 2, area.bottom + area.height / 2
            layers.add(layers.words(*middle, note, colour=layers.theme.muted, ha="center"))

    def _height(self, k: int) -> float:
        """Where a run's curve ends, in pixels."""
        if k not in self.curves:
            return self.plot.area.bottom
        return self.curves[k].ending()

    def update(self, state: FrameState) -> None:
        for k, curve in self.curves.items():
            curve.move(state, state.runs[k])
        self.end_labels.write(
            [(self._words(k, run_state.row),) for k, run_state in enumerate(state.runs)]
        )

    def _words(self, k: int, at: int) -> str:
        rates = self.rates[k]
        if not len(rates):
            return "–".rjust(len(self.write(0.0)))
        return self.write(rates[min(at, len(rates) - 1)])


def writer(rates: Array) -> Callable[[float], str]:
    """How to write learning rates, all equally wide."""
    above = rates[rates > 0]
    if not len(above):
        return Figures(width=5, decimals=2)
    return brief if above.min() < MIN_RATE_RATIO * above.max() else figures(rates)


def axis(context: Context) -> tuple[bool, tuple[float, float]]:
    """Whether the axis is logarithmic, and its limits; from 0 where it is not."""
    rates = [run.recording.lr[:-1] for run in context.scale]
    tops = [float(one.max()) for one in rates if len(one) and one.max() > 0]
    if not tops:
        return False, (-0.06, 1.0)
    if max(tops) > LOG_FROM_RATIO * min(tops):
        every = np.concatenate(rates)
        low = max(float(every[every > 0].min()), MIN_ON_LOG * min(tops))
        return True, (0.5 * low, 2 * max(tops))
    return False, (-0.06 * max(tops), 1.18 * max(tops))
