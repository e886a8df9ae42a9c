"""Every trained parameter against the film's clock, on its way to the optimum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from render.draw.numbers import figures
from render.draw.panels.base import DrawnPanel

if TYPE_CHECKING:
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.draw.layout import Cell, Room
    from render.draw.run_style import RunStyle
    from render.recording import Array
    from render.results import Run


MOST = 4  # parameters
MOST_TRACES = 8  # of all runs; where there would be more, only the first parameter is drawn
COLOURS = (0, 3, 4, 2)  # of the theme's for runs: none of them is the prediction's blue
FLOWN = 3.0  # times its first distance from the optimum: how far a run that flies off is followed …
FAR = 300.0  # … among runs that don't; and where there is none that doesn't
REACH = 4.0  # times the traces' extent: an optimum further off than this is out of the picture
PAD = 0.08  # of the axis, above and below
STILL = 1e-6  # of a parameter: it has not moved


@dataclass
class ParametersPanel(DrawnPanel):
    """Every trained parameter against the film's clock, on its way to the optimum."""

    room_em: ClassVar[tuple[float, float]] = (13, 10.5)

    def room(self, page: Layers, show: Context) -> Room:
        from render.draw.layout import Room
        from render.draw.plot.axes import GUTTER_EM
        from render.draw.plot.over_time import PITCH_EM

        width, height = (em * page.type.text for em in self.room_em)
        lines = len(shown(show)) if show.lone else 1
        gutters = (GUTTER_EM[1] + GUTTER_EM[3]) * page.type.ticks
        return Room(width, max(height, gutters + PITCH_EM * (lines + 0.2) * page.type.text))

    def setup(self, page: Layers, cell: Cell, show: Context) -> None:
        from render.draw.plot.over_time import Ends, Series, last_counted, over_time

        theme, type_ = page.theme, page.type
        self.names = shown(show)
        self.each = [(i, name) for i in range(len(show.runs)) for name in self.names]
        self.paths = [path(show.runs[i], name) for i, name in self.each]
        self.written = [figures(values) for values in self.paths]
        self.widest = max(write.width for write in self.written)
        size = type_.text if show.lone else type_.ticks
        self.ends = Ends(page, cell, [self._line(k, 0.0) for k in range(len(self.each))], size)
        self.plot = over_time(
            page, cell, show,
            titles=titles(show, self.names),
            ylim=limits(show, self.names),
            words_px=self.ends.width,
        )  # fmt: skip
        last = last_counted(show)
        from_to = [self.plot.axes.get_xlim()[0], last]
        for name in self.names:
            for best in optima(show, name):
                self.plot.axes.plot(
                    from_to, [best, best],
                    color=theme.truth, lw=type_.thin, dashes=type_.dash, zorder=1.5,
                )  # fmt: skip
        if show.landscape.exact:
            method = show.landscape.method
            named = method if method == "least squares" else "minimum"
            self.plot.legend(page, named, theme.truth)

        self.traces = [
            Series(page, show, show.runs[i], self.plot, values, self._guise(show, i, name))
            for (i, name), values in zip(self.each, self.paths, strict=True)
        ]
        self.dots = [trace.dot for trace in self.traces]
        page.move(*(trace.tip for trace in self.traces), *self.dots)
        heights = self._heights(show.lone)
        colours = [self._guise(show, i, name).trail for i, name in self.each]
        self.ends.place(self.plot, last, heights, colours)

    def _heights(self, lone: bool) -> Array:
        """Where each line of numbers should stand, in pixels; in a race by parameter."""
        ends = np.array([trace.ending() for trace in self.traces])
        if lone:
            return ends
        area = self.plot.area
        held = ends.clip(area.bottom, area.top).reshape(-1, len(self.names))
        means = np.broadcast_to(held.mean(axis=0), held.shape)
        return np.ravel(held if len(self.names) == 1 else means)

    def _guise(self, show: Context, run: int, name: str) -> RunStyle:
        """A run's own in a race; of a lone one the dots are red, their shapes and traces differ."""
        from render.config.theme import MARKERS
        from render.draw.run_style import RunStyle

        which = self.names.index(name)
        if not show.lone or which == 0:
            return show.guises[run]
        trail = show.theme.runs[COLOURS[which]]
        shapes = [shape for shape in MARKERS if shape[0] != show.theme.marker]
        return RunStyle(show.theme.parameter, trail, trail, *shapes[which - 1])

    def update(self, now: FrameState) -> None:
        lines = []
        for k, ((i, name), trace) in enumerate(zip(self.each, self.traces, strict=True)):
            trace.move(now, now.runs[i])
            lines.append(self._line(k, now.runs[i].snapshot.values[name]))
        self.ends.write(lines)

    def _line(self, k: int, value: float) -> tuple[str, str]:
        name = self.each[k][1].ljust(max(map(len, self.names)))
        return f"{name} {self.written[k](value).rjust(self.widest)}", name


def shown(show: Context) -> tuple[str, ...]:
    """The parameters that are drawn: the first few, or the first one."""
    names = show.recording.names[:MOST]
    return names if len(names) * len(show.runs) <= MOST_TRACES or show.lone else names[:1]


def titles(show: Context, names: tuple[str, ...]) -> tuple[str, ...]:
    """What is drawn, in more or fewer words."""
    every, unit = len(show.recording.names), show.clock.unit
    if len(names) < every:
        some = names[0] if len(names) == 1 else f"the first {len(names)}"
        fewer = names[0] if len(names) == 1 else f"{len(names)}"
        return f"{some} of {every} parameters per {unit}", f"{some} of {every} parameters", fewer
    if every == 1:
        label = show.labels[names[0]]
        return f"{label} per {unit}", label, names[0]
    return f"parameters per {unit}", "parameters", ", ".join(names)


def path(run: Run, name: str) -> Array:
    """The recorded values (T+1,) of a parameter, which another run of a race may have frozen."""
    recording = run.recording
    if name in recording.names:
        return recording.params[:, recording.names.index(name)]
    return np.full(recording.steps + 1, recording.frozen[name])


def optima(show: Context, name: str) -> list[float]:
    """Where the exact minimum is; of several ones, those next to where the runs end."""
    found = []
    for run in show.runs:
        landscape, recording = run.landscape, run.recording
        ends = landscape.minima_of(recording.names)
        nearest = np.linalg.norm(ends - recording.params[-1], axis=1).argmin()
        values = landscape.minima_of([name])[:, 0].tolist()
        found += [values[nearest]] if landscape.exact else []
    return [*dict.fromkeys(found)]


def limits(show: Context, names: tuple[str, ...]) -> tuple[float, float]:
    """An axis that holds the traces and the optimum, as far as they are not out of all bounds."""
    from render.draw.plot.over_time import flies

    calm = any(not flies(run) for run in show.scale)
    kept = []
    for run in show.scale:
        for name in (name for name in names if name in run.recording.parameters):
            values = path(run, name)
            if flies(run):
                away = np.abs(values - run.landscape.optimum[name])
                values = values[away <= (FLOWN if calm else FAR) * away[0]]
            kept.append(values)
    low, high = min(float(v.min()) for v in kept), max(float(v.max()) for v in kept)
    reach = REACH * (high - low)
    best = [value for name in names for value in optima(show, name)]
    near = [value for value in best if low - reach <= value <= high + reach]
    low, high = min([low, *near]), max([high, *near])
    still = high - low <= STILL * max(abs(high), abs(low))
    pad = max(0.25 * abs(high), 0.5) if still else PAD * (high - low)
    return low - pad, high + pad
