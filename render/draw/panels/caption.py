"""Captions at the foot of the film."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from render.draw.panels.base import DrawnPanel
from render.errors import RenderError

if TYPE_CHECKING:
    from render.cells import Cell, Room
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers


MAX_LINES = 2  # lines of a caption


@dataclass
class CaptionPanel(DrawnPanel):
    """Captions at the foot of the film, each line centred."""

    room_em: ClassVar[tuple[float, float]] = (20, 1.5)
    fixed_height: ClassVar[bool] = True
    stays: ClassVar[int] = 1
    words_only: ClassVar[bool] = True

    def room(self, layers: Layers, context: Context, width: float) -> Room:
        from render.cells import Room
        from render.draw.text import lines_em

        text = layers.type.text
        most = max((len(layers.wrapped(line.text, width)) for line in context.captions), default=1)
        return Room(self.room_em[0] * text, lines_em(most) * text, fixed=True)

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.draw.text import LINE_EM

        text = layers.type.text
        self.lines, self.texts = context.captions, []
        for line in self.lines:
            rows = layers.wrapped(line.text, cell.width)
            if len(rows) > MAX_LINES or max(layers.width(row) for row in rows) > cell.width:
                raise RenderError(
                    f"captions: '{line.text}' is too long for a film"
                    f" {layers.figure.bbox.width:.0f} px wide: shorten it, or split it in two"
                )
            self.texts.append(
                [(row, cell.left + (cell.width - layers.width(row)) / 2) for row in rows]
            )
        most = max((len(rows) for rows in self.texts), default=0)
        tops = [round(cell.top - (1.1 + LINE_EM * i) * text) for i in range(most)]
        self.rows = [layers.live(cell.left, y, colour=layers.theme.text, mono=False) for y in tops]
        layers.move(*self.rows)

    def update(self, state: FrameState) -> None:
        time_s = state.moment.time_s
        current = [
            texts
            for line, texts in zip(self.lines, self.texts, strict=True)
            if line.start_s - 1e-9 <= time_s < line.end_s
        ]
        for i, row in enumerate(self.rows):
            row.text = ""
            if current and i < len(current[-1]):
                row.text, row.x = current[-1][i]
