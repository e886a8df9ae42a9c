"""The name of a run above its cell of a grid, and its loss."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from render.draw.numbers import brief, brief_width
from render.draw.panels.base import DrawnPanel
from render.draw.wording import Translated
from render.phrases import phrase

if TYPE_CHECKING:
    from render.cells import Cell, Room
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers


LINE_EM = 1.35  # from one line of a long name to the next, in tick heights


@dataclass
class LabelPanel(DrawnPanel):
    """The name of a run above its cell of a grid, and its loss."""

    of_landscape: ClassVar[bool] = False
    room_em: ClassVar[tuple[float, float]] = (8, 1.5)
    fixed_height: ClassVar[bool] = True
    stays: ClassVar[int] = 2
    words_only: ClassVar[bool] = True

    def room(self, layers: Layers, context: Context, width: float) -> Room:
        room = self.least(layers.type, context.first.spec, width)
        if layers.type.bare:
            return room
        lines = max(len(self._lines(layers, run.label, width)) for run in context.all)
        names = max(layers.width(run.label, layers.type.ticks) for run in context.all)
        height = room.height + LINE_EM * layers.type.ticks * (lines - 1)
        return replace(room, width=min(room.width, names), height=height)  # short names need less

    def _lines(self, layers: Layers, label: str, width: float) -> list[Translated]:
        """The lines of a label in a cell so wide."""
        if layers.width(label, layers.type.ticks) <= width:
            return [Translated(label)]
        whole = width * layers.type.text / layers.type.ticks
        return layers.wrapped(label, whole)

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.draw.plot.axes import GUTTER_EM

        theme, text, run = layers.theme, layers.type.text, context.first
        self.prefixed = False
        left, _, right, _ = (gutter * layers.type.ticks for gutter in GUTTER_EM)
        self.verdict = run.verdict.word
        baseline = round(cell.top - 1.15 * text)
        value = brief_width(run.recording.loss) * layers.width("0", mono=True)
        names = max(layers.width(other.label, layers.type.ticks) for other in context.all)
        if names + text + value <= cell.width - left - right:
            cell = cell.inset(left=left, right=right)  # above the plots, not their tick labels
        elif names + text + value > cell.width:  # the name is more than the number
            for i, line in enumerate(self._lines(layers, run.label, cell.width)):
                small = layers.type.ticks
                name, size = layers.shrunk(line, cell.width, small, least=small)
                layers.add(layers.words(cell.left, baseline - i * LINE_EM * small, name, size=size))
            self.value = self.word = layers.live(cell.right, baseline)
            return
        # All cells show the verdict or none does: a lack of room must not look like an outcome.
        full = 2.5 * text + max(
            layers.width(other.label, 1.15 * text) + layers.width(other.verdict.word)
            for other in context.all
        )
        worded = full + value <= cell.width
        prefix = layers.width(phrase("loss {number}", number=""), mono=True)
        self.prefixed = full + value + prefix <= cell.width  # the number is clear without it
        value += prefix if self.prefixed else 0.0
        name, size = layers.shrunk(
            run.label, cell.width - value - text, 1.15 * text, least=layers.type.ticks
        )
        layers.add(layers.words(cell.left, baseline, name, size=size))
        self.value = layers.live(cell.right, baseline, colour=theme.muted, right=True)
        after = cell.left + layers.width(name, size) + text
        colour = theme.muted if run.verdict.converges else theme.parameter
        self.word = layers.live(after, baseline, colour=colour, mono=False)
        self.word.text = self.verdict if worded else ""
        layers.move(self.value, self.word)

    def update(self, state: FrameState) -> None:
        self.value.text = self._words(state.first.landed.loss)
        self.word.set_visible(state.first.ended)

    def _words(self, loss: float) -> str:
        return phrase("loss {number}", number=brief(loss)) if self.prefixed else brief(loss)
