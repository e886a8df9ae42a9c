"""Words about what is happening, at the foot of the film."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from render.draw.panels.base import DrawnPanel
from render.errors import RenderError

if TYPE_CHECKING:
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.draw.layout import Cell, Room


MOST = 2  # lines of a caption


@dataclass
class CaptionPanel(DrawnPanel):
    """Words about what is happening, at the foot of the film, each line centred."""

    room_em: ClassVar[tuple[float, float]] = (20, 1.5)
    fixed_height: ClassVar[bool] = True

    def room(self, page: Layers, show: Context) -> Room:
        from render.draw.layout import MARGIN_EM, Room
        from render.draw.text import lines_em

        text = page.type.text
        wide = float(page.figure.bbox.width) - 2 * MARGIN_EM * text
        most = max((len(page.wrapped(line.text, wide)) for line in show.captions), default=1)
        return Room(self.room_em[0] * text, lines_em(most) * text, fixed=True)

    def setup(self, page: Layers, cell: Cell, show: Context) -> None:
        from render.draw.text import LINE_EM

        text = page.type.text
        self.lines, self.said = show.captions, []
        for line in self.lines:
            rows = page.wrapped(line.text, cell.width)
            if len(rows) > MOST or max(page.width(row) for row in rows) > cell.width:
                raise RenderError(
                    f"captions: '{line.text}' is too long for a film"
                    f" {page.figure.bbox.width:.0f} px wide: shorten it, or split it in two"
                )
            self.said.append(
                [(row, cell.left + (cell.width - page.width(row)) / 2) for row in rows]
            )
        most = max((len(rows) for rows in self.said), default=0)
        tops = [round(cell.top - (1.1 + LINE_EM * i) * text) for i in range(most)]
        self.rows = [page.live(cell.left, y, colour=page.theme.text, mono=False) for y in tops]
        page.move(*self.rows)

    def update(self, now: FrameState) -> None:
        time_s = now.moment.time_s
        told = [
            said
            for line, said in zip(self.lines, self.said, strict=True)
            if line.start_s - 1e-9 <= time_s < line.end_s
        ]
        for i, row in enumerate(self.rows):
            row.text = ""
            if told and i < len(told[-1]):
                row.text, row.x = told[-1][i]
