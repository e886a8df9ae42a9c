"""What the config measures of each part of a run, such as its layers, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from render.draw.panels.base import DrawnPanel, asked_measure, measure_of, needed
from render.draw.plot.measured import limits, writer
from render.phrases import joined

if TYPE_CHECKING:
    from render.cells import Cell
    from render.config.spec import Spec
    from render.draw.context import Context, FrameState, RunState
    from render.draw.layers import Layers
    from render.projected import Measurement
    from render.recording import Array

BEYOND = 0.35  # of the distance of two columns, on both sides of them
MARK = 0.55  # the radius of a column's mark, in dot radii


@dataclass
class ProfilePanel(DrawnPanel):
    """All numbers that the config measures at one moment, side by side: a mark for each layer."""

    room_em: ClassVar[tuple[float, float]] = (13, 9)
    example_model: ClassVar[str] = "measure: [components]"

    of: Annotated[
        str | None,
        Field(
            description="the measure; the first of the config when left out",
            examples=["layer_gradients"],
        ),
    ] = None

    def unfit(self, spec: Spec, runs: int) -> str | None:
        return asked_measure(spec, "profile", self.of)

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from matplotlib.ticker import FixedFormatter, FixedLocator

        from render.draw.artists import PaintedArtist, Pen, Stamp, outline
        from render.draw.plot.axes import area_of, plot
        from render.draw.plot.legend import Mark, add_rows, run_marks

        theme, type_ = layers.theme, layers.type
        measure = measure_of(context.first.spec, self.of)
        self.log = measure.log_y

        def of(run: Any) -> Measurement:
            return needed(run.recording.measurement(measure.kind), "profile", measure.kind)

        self.found = [of(run) for run in context.runs]
        columns = self.found[0].columns
        names, count = measure.names(columns), len(columns)
        pens = [Pen(style.trail, type_.stroke, cap="round") for style in context.styles]
        dashed = Pen(theme.truth, type_.thin, dashes=type_.dash, cap="butt")
        self.theory = [one.theory for one in self.found]
        marks = [Mark(measure.law, dashed)] if any(t is not None for t in self.theory) else []
        runs = [] if context.single or "standings" in layers.kinds else run_marks(layers, context)
        cell = add_rows(layers, cell, [*runs, *marks])[0]
        every = np.concatenate([of(run).values.ravel() for run in context.scale])
        self.write = writer(every, self.log)
        self.ends = (0, count - 1) if count > 1 else (0,)
        self.names = [names[k] for k in self.ends]
        shortest = min(layers.width(title) for title in measure.titles) + 1.2 * type_.ticks
        room = area_of(layers, cell).width - shortest
        beside = self._words(self.found[0].values[0]) if context.single else ""
        size = next(
            (s for s in (type_.text, type_.ticks) if layers.width(beside, s, mono=True) < room), 0.0
        )
        self.plot = plot(
            layers, cell,
            titles=measure.titles,
            beside=beside if size else "",
            beside_size=size or None,
            xlim=(1 - BEYOND, count + BEYOND),
            ylim=limits([of(run).values for run in context.scale], self.log),
            yname=measure.titles[-1],
            log=self.log,
        )  # fmt: skip
        axis = self.plot.axes.xaxis
        axis.set_major_locator(FixedLocator([float(k + 1) for k in range(count)]))
        axis.set_major_formatter(FixedFormatter([*names]))
        self.lines = [np.zeros((count, 2)) for _ in self.found]
        self.dashes = [np.zeros((count, 2)) for _ in self.found]
        stamps = [
            Stamp(MARK * type_.dot, style.dot, theme.edge, max(1.5, 0.5 * type_.stroke),
                  shape=outline(style.marker, style.grown))
            for style in context.styles
        ]  # fmt: skip

        def paint(renderer: Any) -> None:
            for line, dash, pen, stamp, theory in zip(
                self.lines, self.dashes, pens, stamps, self.theory, strict=True
            ):
                if theory is None:
                    pen.draw(renderer, line)
                else:
                    dashed.draw(renderer, dash)
                for at in line:
                    stamp.draw(renderer, at)

        layers.move(PaintedArtist(paint, 12))
        self.value = self.plot.beside_title(layers, theme.text, size or None)
        layers.move(*[self.value] * (context.single and size > 0))

    def update(self, state: FrameState) -> None:
        for k, run_state in enumerate(state.runs):
            self.lines[k][:] = self._at(run_state, self.found[k].values)
            theory = self.theory[k]
            if theory is not None:
                self.dashes[k][:] = self._at(run_state, theory)
        self.value.text = self._words(self.found[0].values[state.first.row])

    def _at(self, run_state: RunState, values: Array) -> Array:
        """The pixels (K, 2) of a run's numbers, straight between two rows."""
        row = run_state.snapshot.row
        below = int(row)
        above = min(below + 1, len(values) - 1)
        x = np.arange(1.0, values.shape[1] + 1)
        start, end = (self.plot.pixels(x, self._drawn(values[at])) for at in (below, above))
        at = start + (row - below) * (end - start)
        area = self.plot.area
        return np.asarray(at.clip((area.left, area.bottom), (area.right, area.top)))

    def _drawn(self, values: Array) -> Array:
        return np.maximum(np.abs(values), 1e-300) if self.log else values

    def _words(self, values: Array) -> str:
        """The first number and the last."""
        pairs = zip(self.names, self.ends, strict=True)
        return joined("  ", [joined(" ", [n, self.write(float(values[k]))]) for n, k in pairs])
