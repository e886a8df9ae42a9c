"""The singular values of a linear network as they grow, and the theory's as dashed lines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from render.draw.numbers import figures
from render.draw.panels.base import DrawnPanel, needed, of_measure, of_one
from render.phrases import phrase

if TYPE_CHECKING:
    from render.cells import Cell
    from render.config.spec import Spec
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers

NAME = "singular_values"
TOP = 1.14  # times the highest value: the axis


@dataclass
class SingularValuesPanel(DrawnPanel):
    """The singular values of a linear network as they grow, and the theory's as dashed lines."""

    of_landscape: ClassVar[bool] = False
    room_em: ClassVar[tuple[float, float]] = (12, 9)
    network: ClassVar[bool] = True
    example_model: ClassVar[str] = (
        "model: {kind: mlp, activation: identity, bias: false}\nmeasure: [singular_values]"
    )

    def unfit(self, spec: Spec, runs: int) -> str | None:
        return of_measure(spec, NAME, NAME) or of_one(runs, NAME)

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.draw.plot.recorded import Recorded, RecordedCurves
        from render.draw.plot.theory import add_theory, theory_mark
        from render.draw.run_style import run_styles

        projected = needed(context.recording.projected, NAME, "singular values")
        found = needed(projected.measurement(NAME), NAME, "singular values")
        count = found.values.shape[1]
        styles = run_styles(layers.theme, max(count, 2))[:count]
        styles = tuple(replace(style, size=1.0) for style in styles)
        write = figures(found.values, 3)
        top = max(float(np.nanmax(one)) for one in (found.values, found.theory) if one is not None)
        marks = [theory_mark(layers, phrase("theory"))] if found.theory is not None else []
        self.drawn = RecordedCurves(
            layers, cell, context,
            [
                Recorded(context.first, values, style, write)
                for values, style in zip(found.values.T, styles, strict=True)
            ],
            titles=(phrase("singular values of all layers' product"), phrase("singular values")),
            ylim=(-0.04 * top, TOP * top),
            names=(("",) * count,),
            marks=marks,
        )  # fmt: skip
        if found.theory is not None:
            for values in found.theory.T:
                add_theory(layers, context, context.first, self.drawn.plot, values)

    def update(self, state: FrameState) -> None:
        self.drawn.update(state)
