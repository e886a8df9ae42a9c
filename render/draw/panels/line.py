"""The losses on the straight line between two networks, and the barrier between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from render.draw.numbers import figures
from render.draw.panels.base import EXAMPLE_NETWORK, DrawnPanel, needed, of_measure
from render.phrases import phrase

if TYPE_CHECKING:
    from render.cells import Cell
    from render.config.spec import Spec
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers

NAME = "line"
TOP = 1.12  # times the highest loss: the axis
SIDE = 0.06  # of the line, free on either side for the dots


@dataclass
class LinePanel(DrawnPanel):
    """The losses on the straight line between two networks, and the barrier between them."""

    of_landscape: ClassVar[bool] = False
    room_em: ClassVar[tuple[float, float]] = (12, 9)
    network: ClassVar[bool] = True
    example_model: ClassVar[str] = (
        f"{EXAMPLE_NETWORK}\nmeasure: [{NAME}]\n"
        "runs: {A: {model.seed: 1}, B: {model.seed: 2}}"
    )

    def unfit(self, spec: Spec, runs: int) -> str | None:
        return of_measure(spec, NAME, NAME)

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.draw.artists import PaintedArtist, Pen
        from render.draw.plot.axes import area_of, plot
        from render.draw.plot.trail import Dot

        projected = needed(context.recording.projected, NAME, "line to another run")
        found = needed(projected.measurement(NAME), NAME, "line to another run")
        theme, type_ = layers.theme, layers.type
        self.barrier, self.losses = found.values[:, 0], found.values[:, 1:]
        self.shares = np.linspace(0, 1, self.losses.shape[1])
        finite = self.losses[np.isfinite(self.losses)]
        top = TOP * float(finite.max(initial=1e-9))
        low = min(0.0, float(finite.min(initial=0.0)))
        self.write = figures(self.barrier, 3)
        words = phrase("barrier {height}", height=self.write(0.0))
        room = area_of(layers, cell).width
        beside = words if layers.width(words, mono=True) < 0.6 * room else self.write(0.0)
        self.worded = beside is words
        labels = [run.label for run in context.runs]
        self.plot = plot(
            layers, cell,
            titles=(phrase("loss on the straight line"), phrase("loss between"), phrase("loss")),
            xlim=(-SIDE, 1 + SIDE),
            ylim=(low - 0.05 * (top - low), top),
            xlabel=phrase("from {first} to {second}", first=labels[0], second=labels[-1]),
            beside=beside,
        )  # fmt: skip
        self.points = self._points(0)
        pen = Pen(theme.text, 0.8 * type_.stroke, clip=self.plot.area)
        dashed = Pen(theme.muted, max(1.0, type_.thin), dashes=type_.dash, cap="butt")

        def paint(renderer: Any) -> None:
            dashed.draw(renderer, self.points[[0, -1]])
            pen.draw(renderer, self.points)

        self.dots = [Dot(layers, style, small=True) for style in context.styles]
        self.value = self.plot.beside_title(layers, theme.text)
        layers.move(PaintedArtist(paint, 10), *self.dots, self.value)

    def _points(self, row: int) -> Any:
        """Pixels (M, 2) of the losses of a row, those that are finite."""
        losses = self.losses[row]
        known = np.isfinite(losses)
        return self.plot.pixels(self.shares[known], losses[known])

    def update(self, state: FrameState) -> None:
        row = state.first.row
        self.points = self._points(row)
        for dot, end in zip(self.dots, (0, -1), strict=True):
            dot.at = self.points[end].copy()
        height = self.write(float(self.barrier[row]))
        self.value.text = phrase("barrier {height}", height=height) if self.worded else height
