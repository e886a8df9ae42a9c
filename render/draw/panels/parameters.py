"""Every trained parameter against the film's clock, on its way to the optimum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from render.draw.numbers import figures
from render.draw.panels.base import DrawnPanel, least_names, of_few
from render.phrases import form, phrase, unit

if TYPE_CHECKING:
    from render.cells import Cell, Room
    from render.config.spec import Spec
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.draw.run_style import RunStyle
    from render.recording import Array
    from render.results import Run


MAX_PARAMETERS = 4  # of each run
MAX_TRACES = 8  # of all runs; if there are more, only the first parameter is drawn
COLOURS = (0, 3, 4, 2)  # indices of the theme's colours for runs; none is the prediction's blue
# Times its first distance from the optimum: how far a run that diverges is followed, among runs
# that converge, and where all diverge.
MAX_DISTANCE_AMONG_OTHERS = 3.0
MAX_DISTANCE = 300.0
MAX_REACH = 4.0  # times the traces' extent: an optimum further away is outside the picture
PAD = 0.08  # above and below the traces, in their extent
TOGETHER = 1e-4  # of the distance from their mean: a parameter's lines touch, and keep their order
MIN_CHANGE = 1e-6  # times the largest value: a smaller change counts as none


@dataclass
class ParametersPanel(DrawnPanel):
    """Every trained parameter against the film's clock, on its way to the optimum."""

    room_em: ClassVar[tuple[float, float]] = (13, 10.5)

    def unfit(self, spec: Spec, runs: int) -> str | None:
        return of_few(spec, "parameters")

    def room(self, layers: Layers, context: Context, width: float) -> Room:
        from render.cells import Room
        from render.draw.plot.axes import GUTTER_EM
        from render.draw.plot.end_labels import PITCH_EM

        wide, height = (em * layers.type.text for em in self.room_em)
        lines = len(drawn_names(context)) if context.single else 1
        gutters = (GUTTER_EM[1] + GUTTER_EM[3]) * layers.type.ticks
        return Room(wide, max(height, gutters + PITCH_EM * (lines + 0.2) * layers.type.text))

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.draw.artists import Pen
        from render.draw.plot.axes import area_of
        from render.draw.plot.end_labels import EndLabels
        from render.draw.plot.legend import Mark, add_below, beside_title
        from render.draw.plot.over_time import last_counted, over_time
        from render.draw.plot.series import Series
        from render.draw.plot.trail import fan_out

        theme, type_ = layers.theme, layers.type
        self.names = drawn_names(context)
        self.each = [(i, name) for i in range(len(context.runs)) for name in self.names]
        self.paths = [path(context.runs[i], name) for i, name in self.each]
        self.written = [figures(values) for values in self.paths]
        self.widest = max(write.width for write in self.written)
        size = type_.text if context.single else type_.ticks
        self.end_labels = EndLabels(
            layers, cell, [self._line(k, 0.0) for k in range(len(self.each))], size
        )
        label: str = unit(context.clock.unit)
        named, name, explained = titles(context, self.names), "", True
        if context.landscape.exact:
            least = least_names(context.landscape)
            named, name = beside_title(layers, named, least, area_of(layers, cell).width)
            if not name:
                dashed = Pen(theme.truth, type_.thin, dashes=type_.dash, cap="butt")
                found, label = add_below(layers, cell, [Mark(least, dashed)], label)
                explained = type_.bare or bool(found)
        self.plot = over_time(
            layers, cell, context,
            titles=named,
            ylim=limits(context, self.names),
            words_px=self.end_labels.width,
            xlabel=label,
        )  # fmt: skip
        last = last_counted(context)
        from_to = [self.plot.axes.get_xlim()[0], last]
        for parameter in self.names if explained else ():
            for best in optima(context, parameter):
                self.plot.axes.plot(
                    from_to, [best, best],
                    color=theme.truth, lw=type_.thin, dashes=type_.dash, zorder=1.5,
                )  # fmt: skip
        if name:
            self.plot.legend(layers, (name,), theme.truth)

        self.traces = [
            Series(
                layers,
                context,
                context.runs[i],
                self.plot,
                values,
                self._style_of(context, i, name),
            )
            for (i, name), values in zip(self.each, self.paths, strict=True)
        ]
        self.dots = [trace.dot for trace in self.traces]
        if not context.single:
            fan_out(self.dots, np.array([trace.home for trace in self.traces]), row=True)
        layers.move(*(trace.tip for trace in self.traces), *self.dots)
        heights = self._heights(context.single)
        colours = [self._style_of(context, i, name).trail for i, name in self.each]
        self.end_labels.place(self.plot, last, heights, colours)

    def _heights(self, single: bool) -> Array:
        """The height of each line of numbers in pixels.

        In a race the lines of a parameter stand together, in the order of their curves' ends.
        """
        ends = np.array([trace.ending() for trace in self.traces])
        if single:
            return ends
        area = self.plot.area
        held = ends.clip(area.bottom, area.top).reshape(-1, len(self.names))
        if len(self.names) > 1:
            held = held.mean(axis=0) + TOGETHER * (np.rint(held) - held.mean(axis=0))
        return np.ravel(held)

    def _style_of(self, context: Context, run: int, name: str) -> RunStyle:
        """The run's style in a race; of a single run each parameter has a style."""
        from render.config.theme import MARKERS
        from render.draw.run_style import RunStyle

        which = self.names.index(name)
        if not context.single or which == 0:
            return context.styles[run]
        trail = context.theme.runs[COLOURS[which]]
        shapes = [shape for shape in MARKERS if shape[0] != context.theme.marker]
        return RunStyle(context.theme.parameter, trail, trail, *shapes[which - 1])

    def update(self, state: FrameState) -> None:
        lines = []
        for k, ((i, name), trace) in enumerate(zip(self.each, self.traces, strict=True)):
            trace.move(state, state.runs[i])
            lines.append(self._line(k, state.runs[i].landed.values[name]))
        self.end_labels.write(lines)

    def _line(self, k: int, value: float) -> tuple[str, str]:
        name = self.each[k][1].ljust(max(map(len, self.names)))
        return f"{name} {self.written[k](value).rjust(self.widest)}", name


def drawn_names(context: Context) -> tuple[str, ...]:
    """The parameters that are drawn: the first few, or the first one."""
    names = context.recording.names[:MAX_PARAMETERS]
    return names if len(names) * len(context.runs) <= MAX_TRACES or context.single else names[:1]


def titles(context: Context, names: tuple[str, ...]) -> tuple[str, ...]:
    """The title the longest text first."""
    every, per = len(context.recording.names), unit(context.clock.unit)
    if len(names) < every:
        first = phrase("the first {count}", count=len(names))
        some = names[0] if len(names) == 1 else first
        fewer = names[0] if len(names) == 1 else f"{len(names)}"
        form_ = form("{some} of {every} parameters per {unit}")
        full = phrase(form_, some=some, every=every, unit=per)
        return full, phrase("{some} of {every} parameters", some=some, every=every), fewer
    if every == 1:
        label = context.labels[names[0]]
        return phrase("{parameter} per {unit}", parameter=label, unit=per), label, names[0]
    return phrase("parameters per {unit}", unit=per), phrase("parameters"), ", ".join(names)


def path(run: Run, name: str) -> Array:
    """The recorded values (T+1,) of a parameter, which another run of a race may have frozen."""
    recording = run.recording
    if name in recording.names:
        return recording.params[:, recording.names.index(name)]
    return np.full(recording.last + 1, recording.frozen[name])


def optima(context: Context, name: str) -> list[float]:
    """The values at the exact minimum; of several minima, at those nearest to the runs' ends."""
    values = []
    for run in context.runs:
        landscape, recording = run.landscape, run.recording
        if not (landscape.exact or landscape.minima):
            continue
        ends = landscape.minima_of(recording.names)
        nearest = np.linalg.norm(ends - recording.params[-1], axis=1).argmin()
        values = landscape.minima_of([name])[:, 0].tolist()
        values += [values[nearest]] if landscape.exact else []
    return [*dict.fromkeys(values)]


def limits(context: Context, names: tuple[str, ...]) -> tuple[float, float]:
    """Limits that hold the traces and the optimum, unless these are too far away."""
    from render.draw.plot.over_time import diverges

    all_diverge = all(diverges(run) for run in context.scale)
    reach = MAX_DISTANCE if all_diverge else MAX_DISTANCE_AMONG_OTHERS
    drawn = []
    for run in context.scale:
        for name in (name for name in names if name in run.recording.parameters):
            values = path(run, name)
            if diverges(run):
                away = np.abs(values - run.landscape.optimum[name])
                values = values[away <= reach * away[0]]
            drawn.append(values)
    low, high = min(float(v.min()) for v in drawn), max(float(v.max()) for v in drawn)
    margin = MAX_REACH * (high - low)
    best = [value for name in names for value in optima(context, name)]
    near = [value for value in best if low - margin <= value <= high + margin]
    low, high = min([low, *near]), max([high, *near])
    still = high - low <= MIN_CHANGE * max(abs(high), abs(low))
    pad = max(0.25 * abs(high), 0.5) if still else PAD * (high - low)
    return low - pad, high + pad
