"""The arithmetic of the step that is about to be taken, one line a parameter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from render.draw.panels.base import Panel

if TYPE_CHECKING:
    from render.draw.layout import Cell, Room
    from render.draw.page import Page
    from render.draw.show import Now, Show

ARROWS_FROM = 0.66  # of the panel's width, or further right if the numbers need it
ARROWS_EM = 5.0  # shortest stretch worth drawing arrows in, in text heights


@dataclass
class Update(Panel):
    """The arithmetic of the step that is about to be taken, one line a parameter."""

    room_em: ClassVar[tuple[float, float]] = (30, 1.7)
    fixed_height: ClassVar[bool] = True

    def room(self, page: Page, show: Show) -> Room:
        from render.draw.arithmetic import LINES
        from render.draw.layout import Room

        width, line = (em * page.type.text for em in self.room_em)
        lines = min(len(show.recording.names), LINES)
        return Room(width, line * lines + 0.8 * page.type.text, fixed=True)

    def setup(self, page: Page, cell: Cell, show: Show) -> None:
        from render.draw.arithmetic import LINES, Line

        page.rule(cell.left, cell.right, cell.top)
        text = page.type.text
        pitch = self.room_em[1] * text
        self.lines = [
            Line(page, show, i, cell.left, cell.top - pitch * (i + 1) - 0.15 * text)
            for i in range(min(len(show.recording.names), LINES))
        ]
        step_px = max(page.width(line.label, page.type.ticks) for line in self.lines)
        start = max(line.right for line in self.lines) + 2 * text + step_px
        start = max(start, cell.left + ARROWS_FROM * cell.width)
        if cell.right - start > ARROWS_EM * text:
            moves = np.diff(show.recording.params[:, :LINES], axis=0)
            low, high = moves.min(initial=0.0), moves.max(initial=0.0)
            scale = (cell.right - start) / max(high - low, 1e-300)
            for line in self.lines:
                line.add_arrow(page, start, cell.right - high * scale, scale)

        self.last = show.recording.steps
        small = page.type.ticks
        free = cell.right - max(line.outcome_right for line in self.lines) - 2 * text
        self.verdict = page.live(
            cell.right, self.lines[0].baseline,
            size=small, colour=page.theme.muted, mono=False, right=True,
        )  # fmt: skip
        sentence = show.first.verdict.sentence
        said = any(line.text.lower() == sentence.lower() for line in show.captions)
        self.verdict.text = "" if said else page.fitting((sentence,), free, small)
        page.move(self.verdict)

    def update(self, now: Now) -> None:
        for line in self.lines:
            line.update(now.telling)
        self.verdict.set_visible(now.telling == self.last)
