"""A line of words about what is happening, at the foot of the film."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from render.draw.panels.base import Panel
from render.errors import RenderError

if TYPE_CHECKING:
    from render.draw.layout import Cell
    from render.draw.page import Page
    from render.draw.show import Now, Show

ABOVE = 1.1  # of normal text


@dataclass
class Caption(Panel):
    """A line of words about what is happening, at the foot of the film."""

    room_em: ClassVar[tuple[float, float]] = (20, 1.5)
    fixed_height: ClassVar[bool] = True

    def setup(self, page: Page, cell: Cell, show: Show) -> None:
        self.lines, self.middle = show.captions, cell.left + cell.width / 2
        room = cell.width
        sizes = []
        for line in self.lines:
            size = min(ABOVE * page.type.text, ABOVE * page.type.text * _fit(page, line.text, room))
            if size < page.type.ticks:
                raise RenderError(
                    f"captions: '{line.text}' is too long for a film {page.figure.bbox.width:.0f}"
                    " px wide: shorten it, or split it in two"
                )
            sizes.append(size)
        # One size for all of them.
        size = min(sizes, default=page.type.text)
        baseline = round(cell.bottom + 0.5 * page.type.text)
        self.words = page.live(cell.left, baseline, size=size, colour=page.theme.text, mono=False)
        self.lefts = [round(self.middle - page.width(line.text, size) / 2) for line in self.lines]
        page.move(self.words)

    def update(self, now: Now) -> None:
        time_s = now.moment.time_s
        self.words.text = ""
        for line, left in zip(self.lines, self.lefts, strict=True):
            if line.start_s - 1e-9 <= time_s < line.end_s:
                self.words.text, self.words.x = line.text, left


def _fit(page: Page, text: str, room: float) -> float:
    return room / max(page.width(text, ABOVE * page.type.text), 1e-9)
