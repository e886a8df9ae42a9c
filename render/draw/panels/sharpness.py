"""How strongly the loss bends where it bends most, along the run, and the limit 2/lr."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from render.draw.numbers import figures
from render.draw.panels.base import EXAMPLE_NETWORK, DrawnPanel, needed, of_measure
from render.phrases import phrase

if TYPE_CHECKING:
    from render.cells import Cell
    from render.config.spec import Spec
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.projected import Measurement
    from render.results import Run

NAME = "sharpness"
TOP = 1.18  # times the highest value: the axis


@dataclass
class SharpnessPanel(DrawnPanel):
    """How strongly the loss bends where it bends most, along the run, and the limit 2/lr."""

    of_landscape: ClassVar[bool] = False
    room_em: ClassVar[tuple[float, float]] = (12, 9)
    network: ClassVar[bool] = True
    example_model: ClassVar[str] = f"{EXAMPLE_NETWORK}\nmeasure: [{NAME}]"

    def unfit(self, spec: Spec, runs: int) -> str | None:
        return of_measure(spec, NAME, NAME)

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.draw.plot.recorded import Recorded, RecordedCurves
        from render.draw.plot.theory import add_theory, theory_mark

        found = [measured(run) for run in context.runs]
        every = [one.values for one in map(measured, context.scale)]
        every += [one.theory for one in found if one.theory is not None]
        top = max(float(np.nanmax(values, initial=0.0)) for values in every)
        write = figures(np.concatenate([one.values[:, 0] for one in found]), 3)
        limits = [one.theory for one in found if one.theory is not None]
        self.drawn = RecordedCurves(
            layers, cell, context,
            [
                Recorded(run, one.values[:, 0], style, write)
                for run, one, style in zip(context.runs, found, context.styles, strict=True)
            ],
            titles=(phrase("sharpness: largest curvature"), phrase("sharpness")),
            ylim=(-0.03 * top, TOP * top),
            names=(("",),),
            marks=[theory_mark(layers, "2 / lr")] if limits else (),
        )  # fmt: skip
        for run, one in zip(context.runs, found, strict=True):
            if one.theory is not None:
                add_theory(layers, context, run, self.drawn.plot, one.theory[:, 0])

    def update(self, state: FrameState) -> None:
        self.drawn.update(state)


def measured(run: Run) -> Measurement:
    """The sharpness of a run, and 2/lr. Raises RenderError for one without."""
    projected = needed(run.recording.projected, NAME, NAME)
    return needed(projected.measurement(NAME), NAME, NAME)
