"""The loss at each value of the one trained parameter, with tangent and next step."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from render.draw.numbers import figures
from render.draw.panels.base import Chart, DrawnPanel, of_few
from render.draw.plot.ranges import cost_limits, parameter_range
from render.draw.step_range import StepRange, in_one_call
from render.phrases import Phrase, phrase

if TYPE_CHECKING:
    from render.cells import Cell
    from render.config.spec import Spec
    from render.draw.context import Context, FrameState, RunState
    from render.draw.layers import Layers
    from render.recording import Array


TANGENT = 0.16  # half its length, in widths of the plot
MAX_PX = 1e4  # of the arrow outside the plot, where a run diverges
NUDGE = 1e-4  # in widths of the plot: the distance at which a slope is measured


@dataclass
class CostPanel(DrawnPanel):
    """The loss at each value of the one trained parameter, with tangent and next step."""

    room_em: ClassVar[tuple[float, float]] = (13, 8.2)
    example_model: ClassVar[str] = "model: {kind: linear, bias: {value: 0, frozen: true}}"

    def unfit(self, spec: Spec, runs: int) -> str | None:
        if (fault := of_few(spec, "cost")) is not None:
            return fault
        trained = [name for name, start in spec.model.parameters().items() if not start.frozen]
        if len(trained) == 1:
            return None
        return (
            "the cost panel is for one trained parameter, and this run trains"
            f" {' and '.join(trained)}: the contour panel shows two"
        )

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.draw.artists import PaintedArtist, Pen, arrow
        from render.draw.context import slopes_recorded
        from render.draw.plot.axes import plot
        from render.draw.plot.contours import known_minima
        from render.draw.plot.trail import PlotRun, fan_out

        theme, type_, self.recording = layers.theme, layers.type, context.recording
        self.name, self.recorded = self.recording.names[0], slopes_recorded(context.first)
        self.written = figures(self.recording.grads[:, 0])
        low, high = parameter_range(context)
        self.nudge = NUDGE * (high - low)
        word = parameter_word(context.labels[self.name])
        self.plot = plot(
            layers, cell,
            titles=(
                phrase("loss at each {word}", word=word),
                phrase("loss at {name}", name=self.name),
                phrase("loss"),
            ),
            beside=self._words(0) if context.single else "",
            xlim=(low, high),
            ylim=cost_limits(context),
            xlabel=self.name,
        )  # fmt: skip
        area, axes = self.plot.area, self.plot.axes
        across = np.linspace(low, high, 400)
        axes.plot(across, self.curve(across), color=theme.muted, lw=0.8 * type_.stroke, zorder=2)
        for minimum in known_minima(context.landscape, self.recording):
            width = type_.thin if minimum.lowest else 0.6 * type_.thin
            best = minimum.params[0]
            axes.axvline(best, color=theme.truth, lw=width, dashes=type_.dash, zorder=1.5)
        self.plot_runs = [
            PlotRun(layers, context, run, style, area, self.locate)
            for run, style in zip(context.runs, context.styles, strict=True)
        ]
        self.dots = [plot_run.dot for plot_run in self.plot_runs]
        fan_out(self.dots, np.array([plot_run.home for plot_run in self.plot_runs]))
        layers.move(*(plot_run.tip for plot_run in self.plot_runs))
        self.tangent = self.arrow = np.zeros((2, 2))
        tangent = Pen(theme.text, 0.6 * type_.stroke, clip=area)
        shaft = Pen(theme.parameter, type_.stroke, cap="butt", clip=area)

        def paint(renderer: Any) -> None:
            if self.sloping:
                tangent.draw(renderer, self.tangent)
            arrow(renderer, self.arrow, shaft, head=2.4 * shaft.width)

        self.single, self.off = context.single, type_.dot
        self.sloping = True  # in the phases of a step, from its backward on
        self.slope = self.plot.beside_title(layers, theme.text)
        layers.move(*[PaintedArtist(paint, 12)] * context.single, *self.dots)
        layers.move(*[self.slope] * context.single)

    def curve(self, values: Array) -> Array:
        """The loss (M,) at values (M,) of the trained parameter, the others held."""
        frozen = [*self.recording.frozen.values()]
        rest = np.broadcast_to(frozen, (len(values), len(frozen)))
        return self.recording.objective(np.concatenate([values[:, None], rest], axis=-1))

    def locate(self, step_range: StepRange) -> Array:
        """Pixels (M, 2) of a run's parameter and loss."""
        return self._pixels(self._place(step_range))

    def _place(self, step_range: StepRange) -> Array:
        """A run's parameter and loss (M, 2)."""
        return np.stack([step_range.values[:, 0], step_range.losses], axis=1)

    def _pixels(self, places: Array) -> Array:
        return self.plot.pixels(*places.T)

    def chart(self) -> Chart:
        return Chart("cost", self.plot)

    def update(self, state: FrameState) -> None:
        clamp = partial(self.plot.clamp, off=self.off)
        places = [self._place(run_state.glide) for run_state in state.runs]
        points = in_one_call(self._pixels, places)
        for plot_run, run_state, glide in zip(self.plot_runs, state.runs, points, strict=True):
            plot_run.move(state, run_state, glide, clamp)
        if self.single:
            self._step(state.first, state.moment.phase)

    def _step(self, run_state: RunState, phase: str | None) -> None:
        """Tangent and arrow of the step that is being taken, and the slope at its start."""
        row = run_state.row
        self.sloping = phase not in ("forward", "loss")
        value = run_state.snapshot.values[self.name]
        around, slope = self._measured(value)
        rise = self.plot.pixels(around, run_state.snapshot.loss + slope * (around - value))
        along = (rise[1] - rise[0]) / max(float(np.linalg.norm(rise[1] - rise[0])), 1e-9)
        at = self.plot_runs[0].at
        self.tangent = at + TANGENT * self.plot.area.width * np.outer([-1, 1], along)
        # The whole step, from old to new, however far the dot has come; none in other phases.
        last = min(row + 1, self.recording.last) if phase in (None, "update") else row
        area = self.plot.area
        self.arrow = self.plot.pixels(self.recording.params[[row, last], 0], np.zeros(2))
        self.arrow[:, 0] = self.arrow[:, 0].clip(area.left - MAX_PX, area.right + MAX_PX)
        self.arrow[:, 1] = area.bottom + 0.06 * area.height
        if self.recorded:
            slope = float(self.recording.grads[row, 0])
        else:
            slope = self._measured(run_state.landed.values[self.name])[1]
        self.slope.text = self._words(slope)

    def _measured(self, value: float) -> tuple[Array, float]:
        """Two values (2,) around a value, and the slope of the curve there."""
        nudge = max(self.nudge, NUDGE * abs(value))  # not lost by rounding
        around = value + nudge * np.array([-1.0, 1.0])
        below, above = self.curve(around)
        return around, float((above - below) / (2 * nudge))

    def _words(self, slope: float) -> str:
        return f"∂L/∂{self.name} = {self.written(slope)}"


def parameter_word(label: str) -> str:
    """What kind of parameter a label names: `slope` of `slope w`; of a plain name that name."""
    kinds = {
        "slope {name}": phrase("slope"),
        "weight {name}": phrase("weight"),
        "bias {name}": phrase("bias"),
        "amplitude {name}": phrase("amplitude"),
        "frequency {name}": phrase("frequency"),
        "coefficient {name}": phrase("coefficient"),
    }
    return kinds.get(label.form, label) if isinstance(label, Phrase) else label
