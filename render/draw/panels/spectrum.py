"""How much of the path lies along each principal direction, beside a random walk's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from render.draw.basis import complete, percent, shares
from render.draw.panels.base import DrawnPanel, needed, of_network
from render.errors import RenderError
from render.phrases import phrase

if TYPE_CHECKING:
    from render.cells import Cell, Room
    from render.config.spec import Spec
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.draw.plot.legend import Mark


MOST = 8  # directions that have bars
FIGURE_EM = 4.4  # of a direction's two figures, in tick heights
PCA = "pca"  # the kind of plane that has them
WIDE, APART = 0.34, 0.2  # of a bar, and of its middle from the direction's, in directions
OVER_EM, FIGURE_HIGH_EM = 0.35, 1.5  # of a figure over its bar, and what it needs there
LEAST_TOP = 1.06  # times the longest bar: the axis
PLOT_EM = 5.0  # the least height of the bars, in tick heights


@dataclass
class SpectrumPanel(DrawnPanel):
    """How much of the path lies along each principal direction, beside a random walk's."""

    room_em: ClassVar[tuple[float, float]] = (12, 9)
    network: ClassVar[bool] = True

    def unfit(self, spec: Spec, runs: int) -> str | None:
        if (fault := of_network(spec, "spectrum")) is not None:
            return fault
        plane = spec.landscape.plane or PCA
        if plane == PCA:
            return None
        return (
            "the spectrum panel is for a plane of principal directions: `landscape: {plane: pca}`"
        )

    def room(self, layers: Layers, context: Context, width: float) -> Room:
        from render.draw.plot.axes import GUTTER_EM
        from render.draw.plot.legend import ROW_EM, rows_of

        room = self.least(layers.type, context.first.spec, width)
        rows = rows_of(layers, width, self._marks(layers, "", context))
        em = GUTTER_EM[1] + GUTTER_EM[3] + PLOT_EM + ROW_EM * rows
        return replace(room, height=max(room.height, em * layers.type.ticks))

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.draw.plot.axes import area_of, plot
        from render.draw.plot.legend import add_rows

        basis = needed(context.landscape.basis, "spectrum", "plane of principal directions")
        if shares(basis) is None:
            raise RenderError("the spectrum panel: this run has no principal directions")
        theme, type_ = layers.theme, layers.type
        room = int(area_of(layers, cell).width / (FIGURE_EM * type_.ticks))
        known = min(len(basis.explained), len(basis.random_walk), MOST)
        count = max(min(known, room), min(known, 2))
        both = np.stack([basis.explained[:count], basis.random_walk[:count]])
        colour = theme.trail if context.single else theme.text
        cell, _ = add_rows(layers, cell, self._marks(layers, colour, context))
        high = max(area_of(layers, cell).height, 1.0)
        over = 0.0 if type_.bare else FIGURE_HIGH_EM * type_.ticks
        top = max(LEAST_TOP, high / max(high - over, 0.4 * high))
        self.plot = plot(
            layers, cell,
            titles=(
                phrase("share of the path's variance in %")
                if context.single
                else phrase("share of the paths' variance in %"),
                phrase("share of the variance in %"),
                phrase("variance in %"),
            ),
            xlim=(0.4, count + 0.6),
            ylim=(0.0, top * 100 * float(both.max())),
            xlabel=phrase("principal direction"),
            whole_x=float(count),
        )  # fmt: skip
        self.plot.axes.grid(False, axis="x")
        em = type_.ticks
        self.middles = np.arange(1, count + 1) + APART * np.array([[-1], [1]])  # of the bars
        for middles, values, side in zip(self.middles, both, (-1, 1), strict=True):
            for at, value in zip(middles.tolist(), values.tolist(), strict=True):
                self._bar(layers, at, 100 * value, colour if side < 0 else "")
                place = self.plot.pixels(np.array(at), np.array(100 * value))
                size, words = em, percent(value)
                if layers.width(words, size) > (2 * APART / (count + 0.2)) * self.plot.area.width:
                    continue
                if not type_.bare:
                    layers.add(
                        layers.words(
                            place[0],
                            place[1] + OVER_EM * em,
                            words,
                            size=size,
                            colour=theme.text if side < 0 else theme.muted,
                            ha="center",
                        )
                    )

    def _marks(self, layers: Layers, colour: str, context: Context) -> list[Mark]:
        from render.draw.artists import Stamp, outline
        from render.draw.plot.legend import Mark

        em, square = layers.type.ticks, outline("s", 0.9)
        path = phrase("this path") if context.single else phrase("these paths")
        basis, rows = context.landscape.basis, sum(len(r.recording.loss) for r in context.runs)
        if basis is not None and not complete(basis, rows):
            path = phrase("before it flies off")
        hollow = Stamp(0.34 * em, "none", layers.theme.muted, self._edge(layers), shape=square)
        return [
            Mark((path,), Stamp(0.4 * em, colour, shape=square)),
            Mark((phrase("a random walk"),), hollow),
        ]

    def _edge(self, layers: Layers) -> float:
        return max(1.5, 0.5 * layers.type.stroke)

    def _bar(self, layers: Layers, middle: float, height: float, colour: str) -> None:
        """A filled bar of the path's, or a hollow one of the random walk's."""
        from matplotlib.path import Path

        from render.draw.artists import PaintedArtist, Pen

        ends = np.array([middle - WIDE / 2, middle + WIDE / 2])
        (left, bottom), (right, top) = self.plot.pixels(ends, np.array([0.0, height]))
        edge = 0.0 if colour else self._edge(layers)
        left, right = round(left) + edge / 2, round(right) - edge / 2
        top = max(round(top) - edge / 2, bottom)
        corners = np.array([[left, bottom], [left, top], [right, top], [right, bottom]])
        pen = Pen(colour or layers.theme.muted, edge, cap="butt")

        def paint(renderer: Any) -> None:
            if colour:
                pen.fill(renderer, Path(corners))
            else:
                pen.draw(renderer, corners)

        layers.add(PaintedArtist(paint, 2))

    def update(self, state: FrameState) -> None:
        """It is the same in every frame: the plane is that of the whole path."""
