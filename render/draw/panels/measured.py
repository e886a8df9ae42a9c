"""What the config measures of each run against the film's clock, and what theory says of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from pydantic import Field

from render.draw.panels.base import DrawnPanel, asked_measure, measure_of, needed
from render.draw.plot.measured import limits, writer
from render.phrases import joined, unit

if TYPE_CHECKING:
    from render.cells import Cell
    from render.config.spec import Spec
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.draw.run_style import RunStyle
    from render.recording import Array

MAX_CURVES = 8  # of all runs; of more columns only the first ones are drawn
COLOURS = (0, 3, 4, 2)  # indices of the theme's colours for the columns of a single run


@dataclass
class MeasuredPanel(DrawnPanel):
    """What the config measures of each run, and what theory says of it, a dashed line."""

    of_landscape: ClassVar[bool] = False
    room_em: ClassVar[tuple[float, float]] = (15, 10)

    example_model: ClassVar[str] = "measure: [components]"

    of: Annotated[
        str | None,
        Field(
            description="the measure; the first of the config when left out",
            examples=["components"],
        ),
    ] = None

    def unfit(self, spec: Spec, runs: int) -> str | None:
        return asked_measure(spec, "measured", self.of)

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.draw.plot.end_labels import EndLabels
        from render.draw.plot.legend import add_below, add_rows, run_marks
        from render.draw.plot.over_time import last_counted, over_time
        from render.draw.plot.series import Series
        from render.draw.plot.theory import add_theory, theory_mark
        from render.draw.plot.trail import fan_out

        type_ = layers.type
        measure = measure_of(context.first.spec, self.of)
        self.log = measure.log_y
        found = [needed(run.recording.measurement(measure.kind), "measured", measure.kind)
                 for run in context.runs]  # fmt: skip
        count = min(len(found[0].columns), max(MAX_CURVES // len(found), 1))
        self.names = measure.names(found[0].columns)[:count]
        self.each = [(i, k) for i in range(len(found)) for k in range(count)]
        paths = [self._drawn(found[i].values[:, k]) for i, k in self.each]
        low, high = limits(
            [self._drawn(one.values[:, :count]) for one in found]
            + [self._drawn(one.theory[:, :count]) for one in found if one.theory is not None],
            self.log,
        )
        self.write = writer(np.concatenate([found[i].values[:, k] for i, k in self.each]), self.log)
        self.values = [found[i].values[:, k] for i, k in self.each]
        size = type_.text if context.single else type_.ticks
        lines = [self._line(k, 0) for k in range(len(self.each))]
        self.end_labels = EndLabels(layers, cell, lines, size)
        label: str = unit(context.clock.unit)
        known = any(one.theory is not None for one in found)
        marks = [theory_mark(layers, *measure.law)] if known else []
        if context.single:
            label = add_below(layers, cell, marks, label)[1]
        else:
            runs = [] if "standings" in layers.kinds else run_marks(layers, context)
            cell = add_rows(layers, cell, [*runs, *marks])[0]
        self.plot = over_time(
            layers, cell, context,
            titles=measure.titles,
            ylim=(low, high),
            xlabel=label,
            words_px=self.end_labels.width,
            log=self.log,
        )  # fmt: skip
        self.theories = [
            add_theory(layers, context, context.runs[i], self.plot, self._drawn(theory[:, k]))
            for i, k in self.each
            if (theory := found[i].theory) is not None
        ]
        styles = [self._style(context, i, k) for i, k in self.each]
        self.traces = [
            Series(layers, context, context.runs[i], self.plot, path, style)
            for (i, _), path, style in zip(self.each, paths, styles, strict=True)
        ]
        self.dots = [trace.dot for trace in self.traces]
        homes = np.array([trace.home for trace in self.traces])
        fan_out(self.dots, homes, row=True)
        layers.move(*(trace.tip for trace in self.traces), *self.dots)
        at_end = np.array([trace.ending() for trace in self.traces])
        colours = [style.trail for style in styles]
        self.end_labels.place(self.plot, last_counted(context), at_end, colours)

    def _drawn(self, values: Array) -> Array:
        """Numbers as they are drawn: on a logarithmic axis without their sign."""
        return np.abs(values) if self.log else values

    def _style(self, context: Context, run: int, column: int) -> RunStyle:
        """The run's style in a race; of a single run each column has a style."""
        from render.config.theme import MARKERS

        if not context.single or column == 0:
            return context.styles[run]
        theme = context.theme
        trail = theme.runs[COLOURS[column % len(COLOURS)]]
        shapes = [shape for shape in MARKERS if shape[0] != theme.marker]
        marker, grown = shapes[(column - 1) % len(shapes)]
        return replace(context.styles[run], trail=trail, line=trail, marker=marker, grown=grown)

    def update(self, state: FrameState) -> None:
        for (i, _), trace in zip(self.each, self.traces, strict=True):
            trace.move(state, state.runs[i])
        rows = [state.runs[i].row for i, _ in self.each]
        self.end_labels.write([self._line(k, row) for k, row in enumerate(rows)])

    def _line(self, curve: int, row: int) -> tuple[str, ...]:
        """A curve's name and its number; only the number where there is no room."""
        number = self.write(float(self.values[curve][row]))
        name = self.names[self.each[curve][1]]
        return joined(" ", [name, number]), number
