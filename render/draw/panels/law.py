"""What is measured of each run against what it depends on, on the curve of theory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from pydantic import Field

from render.draw.panels.base import DrawnPanel, asked_measure, measure_of, needed
from render.draw.plot.measured import limits, writer
from render.learn.measures.base import LawMeasure
from render.numerals import power_of_ten
from render.phrases import joined

if TYPE_CHECKING:
    from render.cells import Cell, Room
    from render.config.spec import Spec
    from render.draw.artists import Pen
    from render.draw.context import Context, FrameState, RunState
    from render.draw.layers import Layers
    from render.draw.plot.legend import Mark
    from render.draw.run_style import RunStyle
    from render.draw.text import LiveText
    from render.learn.measures.base import Theory
    from render.projected import Measurement
    from render.recording import Array

POINTS = 600  # of a curve
BEYOND = 0.06  # of the range of x on both sides of the numbers
DECADES_BEYOND = 1.0  # the same on a logarithmic axis
ABOVE = 3.0  # times the highest number: so far up a curve is followed
DECADE_EM = 3.4  # from a power of ten along x to the next, in tick heights, at least
DOTTED = (1.6, 1.6)  # of the stroke of a formula that does not hold, on and off


@dataclass
class LawPanel(DrawnPanel):
    """What is measured of each run against what it depends on, on the curve of theory."""

    of_landscape: ClassVar[bool] = False
    room_em: ClassVar[tuple[float, float]] = (15, 7.5)
    example_model: ClassVar[str] = "measure: [first_step]"

    of: Annotated[
        str | None,
        Field(
            description="the measure; the first of the config when left out",
            examples=["ball"],
        ),
    ] = None

    def unfit(self, spec: Spec, runs: int) -> str | None:
        if (fault := asked_measure(spec, "law", self.of)) is not None:
            return fault
        measure = measure_of(spec, self.of)
        if isinstance(measure, LawMeasure):
            return None
        return f"{measure.kind} depends on nothing but time: the measured panel draws it"

    def room(self, layers: Layers, context: Context, width: float) -> Room:
        from dataclasses import replace

        from render.draw.plot.legend import ROW_EM, rows_of

        room = super().room(layers, context, width)
        rows = rows_of(layers, width, self._marks(layers, context))
        return replace(room, height=room.height + ROW_EM * layers.type.ticks * rows)

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.draw.plot.axes import plot
        from render.draw.plot.legend import add_rows
        from render.draw.plot.trail import Dot

        measure = self._measure(context)
        self.log_x, self.log_y = measure.log_x, measure.log_y
        found = self._found(context)
        each = [(i, k) for i, one in enumerate(found) for k in range(len(one.columns))]
        self.along = [self._x(measure.x_of(context.runs[i])[:, k]) for i, k in each]
        self.values = [found[i].values[:, k] for i, k in each]
        self.runs = [i for i, _ in each]
        x = np.linspace(*self._x_range(context, self.along), POINTS)
        curves = self._curves(layers, context, self._unx(x))
        self.plot = plot(
            layers,
            add_rows(layers, cell, self._marks(layers, context))[0],
            titles=measure.titles,
            xlim=(float(x[0]), float(x[-1])),
            ylim=self._y_range(found, [theory for theory, _ in curves]),
            xlabel=measure.x_name,
            yname=measure.titles[-1],
            log=self.log_y,
        )  # fmt: skip
        if self.log_x:
            self._powers_along_x(layers)
        for theory, pen in curves:
            low, high = self.plot.axes.get_ylim()
            y = np.where((theory.y > 0.1 * low) | (not self.log_y), theory.y, np.nan)
            y = np.where(np.isfinite(y) & (y < 10 * abs(high) + 1), y, np.nan)
            self.plot.axes.plot(x, y, color=pen.colour, lw=pen.width, dashes=pen.dashes, zorder=3)
        styles = self._styles(context)
        self.dots = [Dot(layers, styles[i], small=True) for i in self.runs]
        layers.move(*self.dots)
        self.labels: list[LiveText] = []
        self.right: list[bool] = []  # whether each of them ends at its dot
        if measure.written and not layers.type.bare:
            lines = [self.plot.pixels(x, theory.y) for theory, _ in curves]
            self._numbers(
                layers, measure, found, styles, np.concatenate([*lines, np.zeros((0, 2))])
            )

    def _numbers(
        self,
        layers: Layers,
        measure: LawMeasure,
        found: Sequence[Measurement],
        styles: Sequence[RunStyle],
        curves: Array,
    ) -> None:
        """The number of each dot, at a place that does not move."""
        size, several = layers.type.ticks, len(found[0].columns) > 1
        self.names = [n if several else "" for one in found for n in measure.names(one.columns)]
        self.writes = [writer(values, self.log_y) for values in self.values]
        ends = [self._last(*pair) for pair in zip(self.along, self.values, strict=True)]
        taken = [_around(end, layers.type.dot) for end in ends]
        crowded = False
        race = len({style.trail for style in styles}) > 1
        for k, (end, i) in enumerate(zip(ends, self.runs, strict=True)):
            wide = layers.width(self._words(k, 0.0), size, mono=True)
            box, right, covered = self._free(
                end, (wide, size), 1.5 * layers.type.dot, curves, taken
            )
            crowded = crowded or covered
            taken.append(box)
            label = layers.live(
                box.right if right else box.left,
                box.bottom + 0.25 * size,
                size=size,
                colour=styles[i].trail if race else layers.theme.text,
                right=right,
            )
            self.right.append(right)
            self.labels.append(label)
        if crowded:  # all of them or none
            self.labels, self.right = [], []
        layers.move(*self.labels)

    def _last(self, along: Array, values: Array) -> Array:
        """The pixel (2,) of the last number."""
        known = np.flatnonzero(np.isfinite(values) & np.isfinite(along))
        if not len(known):
            return np.array([self.plot.area.left, self.plot.area.bottom])
        return np.asarray(self.plot.pixels(along[known[-1]], values[known[-1]]))

    def _free(
        self,
        at: Array,
        size: tuple[float, float],
        gap: float,
        curves: Array,
        taken: Sequence[Cell],
    ) -> tuple[Cell, bool, bool]:
        """A place for words of a size beside a pixel, and whether they end there.

        The first one at which they cover neither a curve (M, 2) nor what is taken; the last result
        is whether there is none.
        """
        from render.cells import Cell

        (wide, high), area = size, self.plot.area
        boxes = []
        for far in (0.3, 1.2):
            for right, up in ((True, True), (False, False), (False, True), (True, False)):
                left = at[0] - gap - wide if right else at[0] + gap
                bottom = at[1] + far * high if up else at[1] - (1 + far) * high
                boxes.append((Cell(left, bottom, wide, 1.2 * high), right))

        def covered(box: Cell) -> bool:
            inside = (curves[:, 0] > box.left) & (curves[:, 0] < box.right)
            inside &= (curves[:, 1] > box.bottom) & (curves[:, 1] < box.top)
            out = box.left < area.left or box.right > area.right
            out |= box.bottom < area.bottom or box.top > area.top
            return out or bool(inside.any()) or any(_meet(box, other) for other in taken)

        for box, right in boxes:
            if not covered(box):
                return box, right, False
        return *boxes[0], True

    def _measure(self, context: Context) -> LawMeasure:
        measure = measure_of(context.first.spec, self.of)
        assert isinstance(measure, LawMeasure)
        return measure

    def _found(self, context: Context) -> list[Measurement]:
        kind = self._measure(context).kind
        return [needed(run.recording.measurement(kind), "law", kind) for run in context.runs]

    def _x(self, values: Array) -> Array:
        """Numbers along x, as they are drawn."""
        with np.errstate(divide="ignore"):
            return np.log10(values) if self.log_x else values

    def _unx(self, places: Array) -> Array:
        return np.asarray(10.0**places) if self.log_x else places

    def _x_range(self, context: Context, along: Sequence[Array]) -> tuple[float, float]:
        given = self._measure(context).x_range(context.scale)
        if given is not None:
            low, high = self._x(np.array(given)).tolist()
            return low, high
        every = np.concatenate([*along, np.zeros(0)])
        every = every[np.isfinite(every)]
        low, high = (float(every.min()), float(every.max())) if len(every) else (0.0, 1.0)
        beyond = DECADES_BEYOND if self.log_x else BEYOND * (high - low) or 1.0
        return low - beyond, high + beyond

    def _y_range(
        self, found: Sequence[Measurement], theories: Sequence[Theory]
    ) -> tuple[float, float]:
        """The limits of y: all numbers, and a little of the curves around them."""
        numbers = [one.values for one in found]
        high = max(float(np.nanmax(values, initial=0.0)) for values in numbers)
        curves = [theory.y[np.isfinite(theory.y)] for theory in theories if theory.true]
        curves = [y[(y < ABOVE * high) | (high <= 0)] for y in curves]
        if self.log_y:
            low = min((float(v[v > 0].min()) for v in numbers if (v > 0).any()), default=1e-3)
            curves = [y[y > low / ABOVE] for y in curves]
        return limits([*numbers, *curves], self.log_y)

    def _curves(self, layers: Layers, context: Context, x: Array) -> list[tuple[Theory, Pen]]:
        """Each different curve of theory, with its pen: one that all runs have is dashed."""
        from render.draw.artists import Pen

        measure, theme, type_ = self._measure(context), layers.theme, layers.type
        different: list[tuple[int, Theory]] = []
        for i, run in enumerate(context.runs):
            for theory in measure.theories(run, x):
                if not any(np.array_equal(theory.y, other.y) for _, other in different):
                    different.append((i, theory))
        shared = sum(theory.true for _, theory in different) == 1
        made = []
        for i, theory in different:
            colour, dashes = theme.truth, tuple(type_.dash)
            if not theory.true:
                colour, dashes = theme.muted, tuple(part * type_.thin for part in DOTTED)
            elif not shared:
                colour = theme.runs[i]
            made.append((theory, Pen(colour, type_.thin, dashes=dashes, cap="butt")))
        return made

    def _styles(self, context: Context) -> tuple[RunStyle, ...]:
        """Of each run; in a grid, where each has its own cell, all have that of a single one."""
        from render.draw.run_style import run_styles

        if context.spec.film.runs == "grid":
            return run_styles(context.theme, 1) * len(context.runs)
        return context.styles

    def _marks(self, layers: Layers, context: Context) -> list[Mark]:
        from render.draw.plot.legend import Mark

        x = np.linspace(1.0, 2.0, 2)
        return [Mark(theory.names, pen) for theory, pen in self._curves(layers, context, x)]

    def _powers_along_x(self, layers: Layers) -> None:
        """Powers of ten along x, whose places are logarithms."""
        from matplotlib.ticker import FixedFormatter, FixedLocator

        area, (low, high) = self.plot.area, self.plot.axes.get_xlim()
        most = max(1, int(area.width / (DECADE_EM * layers.type.ticks)))
        apart = max(1, math.ceil((high - low) / most))
        powers = [p for p in range(math.ceil(low), math.floor(high) + 1) if p % apart == 0]
        axis = self.plot.axes.xaxis
        axis.set_major_locator(FixedLocator([float(power) for power in powers]))
        axis.set_major_formatter(FixedFormatter([power_of_ten(power) for power in powers]))

    def update(self, state: FrameState) -> None:
        for dot, run, along, values in zip(
            self.dots, self.runs, self.along, self.values, strict=True
        ):
            dot.at = self._at(state.runs[run], along, values)
        for k, label in enumerate(self.labels):
            value = float(self.values[k][state.runs[self.runs[k]].row])
            label.text = self._words(k, value)

    def _words(self, k: int, value: float) -> str:
        """What is beside a dot: its name and its number, always equally wide."""
        name, number = self.names[k], self.writes[k](value)
        wide = len(number)
        if not math.isfinite(value):
            return " " * (wide + (len(name) + 1 if name else 0))
        short = number.strip()
        text = joined(" ", [name, short]) if name else short
        pad = " " * (wide - len(short))
        return joined("", [pad, text] if k < len(self.right) and self.right[k] else [text, pad])

    def _at(self, run_state: RunState, along: Array, values: Array) -> Array:
        """The pixel (2,) of a number, straight between two rows; nan before there is one."""
        row = run_state.snapshot.row
        below = int(row)
        rows = np.array([below, min(below + 1, len(values) - 1)])
        places = self.plot.pixels(along[rows], values[rows])
        return np.asarray(places[0] + (row - below) * (places[1] - places[0]))


def _around(at: Array, radius: float) -> Cell:
    """The square around a dot."""
    from render.cells import Cell

    return Cell(at[0] - radius, at[1] - radius, 2 * radius, 2 * radius)


def _meet(one: Cell, other: Cell) -> bool:
    """Whether two rectangles overlap."""
    apart = one.right <= other.left or other.right <= one.left
    return not (apart or one.top <= other.bottom or other.top <= one.bottom)
