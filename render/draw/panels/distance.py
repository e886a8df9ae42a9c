"""How far a run is from the plane that is drawn, and what that changes about its loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from render.draw.numbers import figures
from render.draw.panels.base import DrawnPanel, needed, of_network
from render.phrases import phrase

if TYPE_CHECKING:
    from render.cells import Cell
    from render.config.spec import Spec
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.recording import Array
    from render.results import Run


HALF_EM = 13  # the least width of each of two plots, in text heights


@dataclass
class DistancePanel(DrawnPanel):
    """How far a run is from the plane that is drawn, and what that changes about its loss."""

    room_em: ClassVar[tuple[float, float]] = (11, 9)
    network: ClassVar[bool] = True

    def unfit(self, spec: Spec, runs: int) -> str | None:
        return of_network(spec, "distance")

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.cells import GAP_EM, halves
        from render.draw.plot.recorded import Recorded, RecordedCurves

        both: tuple[Cell, ...] = halves(cell, 0.5 * GAP_EM * layers.type.text)
        wide, high = (em * layers.type.text for em in (HALF_EM, self.room_em[1]))
        if any(half.width < wide or half.height < high for half in both):
            both = (cell,)
        kinds = (
            (distances, (phrase("distance from the plane"), phrase("off the plane"))),
            (gaps, (phrase("loss − surface"), phrase("gap in loss"))),
        )
        self.drawn: list[RecordedCurves] = []
        for half, (values_of, titles) in zip(both, kinds, strict=False):
            values = [values_of(run) for run in context.runs]
            write = figures(np.concatenate(values))
            every = zip(context.runs, values, context.styles, strict=True)
            self.drawn.append(
                RecordedCurves(
                    layers,
                    half,
                    context,
                    [Recorded(run, each, style, write) for run, each, style in every],
                    titles=titles,
                    ylim=limits([values_of(run) for run in context.scale]),
                    names=(("",),),
                )
            )

    def update(self, state: FrameState) -> None:
        for drawn in self.drawn:
            drawn.update(state)


def distances(run: Run) -> Array:
    """How far the run is from the plane (T+1,), in the space of all weights."""
    return needed(run.recording.projected, "distance", "distance").distance


def gaps(run: Run) -> Array:
    """Its loss (T+1,) above that of the surface at its place; negative under the surface."""
    return run.recording.loss - needed(run.recording.projected, "distance", "distance").plane_loss


def limits(values: list[Array]) -> tuple[float, float]:
    """Limits of an axis that holds 0 and all values, with room for a dot."""
    every = np.concatenate([*values, np.zeros(1)])
    every = every[np.isfinite(every)]
    low, high = float(every.min()), float(every.max())
    height = (high - low) or 1.0
    return low - 0.08 * height, high + 0.15 * height
