"""The name of a run above its cell of a grid, and its loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from render.draw.numbers import brief, brief_width
from render.draw.panels.base import DrawnPanel

if TYPE_CHECKING:
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.draw.layout import Cell


WORD = "loss "


@dataclass
class LabelPanel(DrawnPanel):
    """The name of a run above its cell of a grid, and its loss."""

    room_em: ClassVar[tuple[float, float]] = (8, 1.5)
    fixed_height: ClassVar[bool] = True

    def setup(self, page: Layers, cell: Cell, show: Context) -> None:
        from render.draw.plot.axes import GUTTER_EM

        theme, text, run = page.theme, page.type.text, show.first
        left, _, right, _ = (gutter * page.type.ticks for gutter in GUTTER_EM)
        cell = cell.inset(left=left, right=right)  # above the plots, not their tick labels
        self.verdict = run.verdict.word
        baseline = round(cell.bottom + 0.35 * text)
        value = brief_width(run.recording.loss) * page.width("0", mono=True)
        # All cells have the word or none: one without it would look like another end.
        full = 2.5 * text + max(
            page.width(other.label, 1.15 * text) + page.width(other.verdict.word)
            for other in show.all
        )
        worded = full + value <= cell.width
        self.said = (
            WORD if full + value + page.width(WORD, mono=True) <= cell.width else ""
        )  # the number says it too
        value += page.width(self.said, mono=True)
        name, size = page.shrunk(
            run.label, cell.width - value - text, 1.15 * text, least=page.type.ticks
        )
        page.add(page.words(cell.left, baseline, name, size=size))
        self.value = page.live(cell.right, baseline, colour=theme.muted, right=True)
        after = cell.left + page.width(name, size) + text
        colour = theme.muted if run.verdict.word.startswith("converg") else theme.parameter
        self.word = page.live(after, baseline, colour=colour, mono=False)
        self.word.text = self.verdict if worded else ""
        page.move(self.value, self.word)

    def update(self, now: FrameState) -> None:
        self.value.text = self._words(now.first.snapshot.loss)
        self.word.set_visible(now.first.ended)

    def _words(self, loss: float) -> str:
        return f"{self.said}{brief(loss)}"
