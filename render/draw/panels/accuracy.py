"""The share of the points that get their own class, in training and in validation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from render.draw.numbers import share_figure, share_text
from render.draw.panels.base import DrawnPanel, needed, of_classes
from render.phrases import phrase

if TYPE_CHECKING:
    from render.cells import Cell
    from render.config.spec import Spec
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.draw.plot.recorded import Recorded


DOT = 1.2  # dot radii at either end of the axis, so that a dot there touches no words


@dataclass
class AccuracyPanel(DrawnPanel):
    """The share of the points that get their own class, in training and in validation."""

    of_landscape: ClassVar[bool] = False
    room_em: ClassVar[tuple[float, float]] = (12, 9)
    network: ClassVar[bool] = True

    def unfit(self, spec: Spec, runs: int) -> str | None:
        return of_classes(spec, "accuracy")

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.draw.artists import Stamp, outline
        from render.draw.plot.axes import area_of
        from render.draw.plot.legend import Mark
        from render.draw.plot.recorded import GAP, RecordedCurves

        recorded, em = shares(layers, context), layers.type.ticks
        titles: tuple[str, ...] = (phrase("accuracy"),)
        room = area_of(layers, cell).width - 2 * em - layers.width(titles[0])
        figures = len(recorded) * len(share_text(0)) + GAP * (len(recorded) - 1)
        if context.single and layers.width(figures * "0", em, mono=True) > room:
            titles = (phrase("accuracy in %"), *titles)
            recorded = [replace(one, write=share_figure) for one in recorded]
        share = DOT * layers.type.dot / max(area_of(layers, cell).height, 1.0)
        beyond = 100 * share / max(1 - 2 * share, 0.2)
        marks = []
        if len(recorded) > 1 and context.single:
            both = ((phrase("training"), phrase("train")), (phrase("validation"), phrase("valid")))
            for one, names in zip(recorded, both, strict=True):
                shape = outline(one.style.marker, one.style.grown)
                marks.append(Mark(names, Stamp(0.32 * em, one.style.trail, shape=shape)))
        self.drawn = RecordedCurves(
            layers, cell, context, recorded,
            titles=titles,
            ylim=(-beyond, 100 + beyond),
            names=(("",) * len(recorded),),
            marks=marks,
        )  # fmt: skip

    def update(self, state: FrameState) -> None:
        self.drawn.update(state)


def shares(layers: Layers, context: Context) -> list[Recorded]:
    """The training accuracy of each run in per cent, and of a single run that in validation.

    Raises RenderError for a run of which it is not known.
    """
    from render.config.theme import MARKERS
    from render.draw.plot.recorded import Recorded
    from render.draw.run_style import RunStyle

    found = []
    for run, style in zip(context.runs, context.styles, strict=True):
        own = needed(run.recording.projected, "accuracy", "accuracy")
        known = needed(own.accuracy, "accuracy", "accuracy")
        found.append(Recorded(run, 100 * known, style, share_text))
    projected, blue = context.recording.projected, layers.theme.prediction
    if context.single and projected is not None and projected.validation_accuracy is not None:
        shape, grown = next(shape for shape in MARKERS if shape[0] != layers.theme.marker)
        style = replace(RunStyle(blue, blue, blue, shape), grown=grown)
        found.append(
            Recorded(context.first, 100 * projected.validation_accuracy, style, share_text)
        )
    return found
