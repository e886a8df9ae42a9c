"""Recorded numbers as curves against the film's clock, and as figures: in the title's row of a
single run, at the ends of the curves of several."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from render.cells import Cell
from render.draw.context import Context, FrameState
from render.draw.layers import Layers
from render.draw.plot.axes import Plot, area_of
from render.draw.plot.end_labels import EndLabels
from render.draw.plot.legend import Mark, add_below
from render.draw.plot.over_time import last_counted, over_time
from render.draw.plot.series import Series
from render.draw.plot.trail import fan_out
from render.draw.run_style import RunStyle
from render.draw.text import LiveText
from render.phrases import joined, unit
from render.recording import Array
from render.results import Run

BEFORE = 1.3  # dot radii before the start: no dot covers the ticks
GAP = 2  # letters between two figures in the title's row


@dataclass(frozen=True)
class Recorded:
    """The values (R,) of a run's first R rows, which are drawn as one curve."""

    run: Run
    values: Array
    style: RunStyle
    write: Callable[[float], str]  # in letters of constant width

    def figure(self, row: int) -> str:
        """The value of a row; the last row may have none."""
        if row < len(self.values):
            return self.write(float(self.values[row]))
        return "–".rjust(len(self.write(0.0)))


class RecordedCurves:
    """The curves of a plot, its dots and its figures, put into the panel's layers."""

    def __init__(
        self,
        layers: Layers,
        cell: Cell,
        context: Context,
        recorded: Sequence[Recorded],
        *,
        titles: tuple[str, ...],
        ylim: tuple[float, float],
        log: bool = False,
        names: Sequence[tuple[str, ...]] = (),
        marks: Sequence[Mark] = (),
    ) -> None:
        """`names`: what the figures in the title's row are called, one each, the longest first.

        They name the curves even where there is no room for a title. `marks`: a legend under the
        plot instead.
        """
        type_ = layers.type
        self.recorded, self.single = recorded, context.single
        order = [id(run) for run in context.runs]
        self._which = [order.index(id(one.run)) for one in recorded]
        lines = [(one.figure(0),) for one in recorded]
        self.end_labels = EndLabels(layers, cell, [] if self.single else lines, type_.ticks)
        spare = (2.0 if any(map(any, names)) else 1.0) * type_.ticks
        least = min(layers.width(title) for title in titles) + spare
        self.names, size = self._legend(layers, area_of(layers, cell).width, least, names)
        wide_px = layers.width(self._letters(self.names), size, mono=True)
        label = None
        if marks:
            label = add_below(layers, cell, marks, unit(context.clock.unit))[1]
        network = context.recording.projected is not None
        self.plot = over_time(
            layers, cell, context,
            titles=titles,
            xlabel=label,
            ylim=ylim,
            beside="0" * math.ceil(wide_px / layers.width("0", mono=True)),
            words_px=self.end_labels.width,
            before_px=BEFORE * type_.dot if network else 0.0,
            log=log,
        )  # fmt: skip
        self.curves = [
            Series(layers, context, one.run, self.plot, one.values, one.style) for one in recorded
        ]
        self.dots = [curve.dot for curve in self.curves]
        if not self.single:
            fan_out(self.dots, np.array([curve.home for curve in self.curves]), row=True)
        layers.move(*(curve.tip for curve in self.curves), *self.dots)
        colours = [one.style.trail for one in recorded]
        self.values = self._title_row(layers, self.plot, colours, size) if self.single else []
        at_end = [curve.ending() for curve in self.curves]
        self.end_labels.place(self.plot, last_counted(context), np.array(at_end), colours)

    def _legend(
        self, layers: Layers, room: float, title: float, names: Sequence[tuple[str, ...]]
    ) -> tuple[tuple[str, ...], float]:
        """The names of the figures, and the size of both, as there is room."""
        for least in (title, 0.0) if self.single and not layers.type.bare else ():
            for each in names:
                for size in (layers.type.text, layers.type.ticks):
                    if layers.width(self._letters(each), size, mono=True) + least <= room:
                        return each, size
        return (), layers.type.ticks

    def _letters(self, names: tuple[str, ...]) -> str:
        """A text as long as any that is written in the title's row."""
        pairs = zip(names, self.recorded, strict=False)
        return joined(GAP * " ", [_valued(name, one.figure(0)) for name, one in pairs])

    def _title_row(
        self, layers: Layers, plot: Plot, colours: list[str], size: float
    ) -> list[LiveText]:
        """Live words for each curve, in its colour, from the right."""
        texts: list[LiveText] = []
        right = plot.area.right
        for k in reversed(range(len(self.recorded) if self.names else 0)):
            text = layers.live(right, plot.title_y, size=size, colour=colours[k], right=True)
            right -= layers.width(joined("", [self._words(k, 0), GAP * " "]), size, mono=True)
            texts.insert(0, text)
        layers.move(*texts)
        return texts

    def update(self, state: FrameState) -> None:
        """Bring curves and figures to a moment."""
        for curve, which in zip(self.curves, self._which, strict=True):
            curve.move(state, state.runs[which])
        for k, text in enumerate(self.values):
            text.text = self._words(k, state.first.row)
        if not self.single:
            rows = [state.runs[which].row for which in self._which]
            pairs = zip(self.recorded, rows, strict=True)
            self.end_labels.write([(one.figure(row),) for one, row in pairs])

    def _words(self, k: int, row: int) -> str:
        return _valued(self.names[k], self.recorded[k].figure(row))


def _valued(name: str, number: str) -> str:
    return joined(" ", [name, number]) if name else number
