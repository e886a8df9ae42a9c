"""The map of runs: each pixel is one, its colour says how it ends; the film's own is marked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from render.draw.panels.base import DrawnPanel, needed
from render.phrases import phrase

if TYPE_CHECKING:
    from render.cells import Cell, Room
    from render.config.spec import Spec
    from render.draw.artists import Stamp
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.draw.plot.legend import Mark
    from render.learn.map.result import RunMap

PLOT_EM = 7.0  # the least height of the runs, in tick heights


@dataclass
class MapPanel(DrawnPanel):
    """The map of runs: each pixel is one, its colour says how it ends; the film's own is marked."""

    of_landscape: ClassVar[bool] = False
    room_em: ClassVar[tuple[float, float]] = (26, 14)
    of_map: ClassVar[bool] = True
    example_model: ClassVar[str] = (
        "map: {x: 'optimizer.lr=0.01..1', y: 'optimizer.momentum=0..0.9', size: [8, 6]}"
    )

    def unfit(self, spec: Spec, runs: int) -> str | None:
        if spec.map is not None:
            return None
        return "the map panel needs a section `map`: {x: optimizer.lr=1e-3..1, y: KEY=A..B}"

    def room(self, layers: Layers, context: Context, width: float) -> Room:
        from render.draw.plot.legend import ROW_EM, rows_of
        from render.draw.plot.run_map import BELOW_EM, above_em, legend_of

        room = self.least(layers.type, context.first.spec, width)
        if context.first.map is None:
            return room
        marks = [*legend_of(layers, context.first.map), *self._marks(layers, context)]
        above = above_em(len(context.first.map.windows))
        em = above + BELOW_EM + PLOT_EM + ROW_EM * rows_of(layers, width, marks)
        return replace(room, height=max(room.height, em * layers.type.ticks))

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.draw.artists import PaintedArtist
        from render.draw.plot.run_map import RunMapPlot, draw_sample

        run_map: RunMap = needed(context.first.map, "map", "map")
        plot = RunMapPlot(layers, cell, run_map, tuple(self._marks(layers, context)))
        assert context.spec.map is not None
        places = {label: (x, y) for label, x, y in context.spec.map.places(context.spec)}
        self.plot, self.windows = plot, len(run_map.windows)
        self.length = context.clock.length
        for window in range(self.windows):
            plot.of_window(window)
            for run in reversed(context.runs):
                if run.spec.label not in places or not plot.holds(*places[run.spec.label]):
                    continue
                at, dot = plot.pixel(*places[run.spec.label]), self._dot(layers, context, run.label)

                def paint(renderer: object, at: object = at, dot: Stamp = dot) -> None:
                    draw_sample(dot, at, renderer)  # type: ignore[arg-type]

                plot.add(PaintedArtist(paint, 6), window=window)

    def _dot(self, layers: Layers, context: Context, label: str) -> Stamp:
        from render.draw.artists import Stamp, outline

        style = next(
            style
            for run, style in zip(context.runs, context.styles, strict=True)
            if run.label == label
        )
        radius = layers.type.dot * style.size
        shape = outline(style.marker, style.grown)
        return Stamp(radius, style.dot, layers.theme.edge, max(1.5, 0.28 * radius), shape=shape)

    def _marks(self, layers: Layers, context: Context) -> list[Mark]:
        """The dot of a film's only run; those of several have names in other panels."""
        from render.draw.plot.legend import Mark

        if not context.single:
            return []
        name = phrase("this film's run")
        return [Mark((name, phrase("this run")), self._dot(layers, context, context.first.label))]

    def update(self, state: FrameState) -> None:
        """It is the same in every frame; of closer windows each has its part of the training."""
        if self.windows > 1:
            share = state.moment.tick / max(self.length, 1)
            self.plot.show(min(int(share * self.windows), self.windows - 1))
