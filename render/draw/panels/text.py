"""A text that doesn't change: a remark, a question, a source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from render.draw.panels.base import DrawnPanel
from render.errors import RenderError

if TYPE_CHECKING:
    from render.cells import Cell, Room, Type
    from render.config.spec import Spec
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers


LETTER_EM = 0.45  # of a letter, in text heights: a little less than most texts take


@dataclass
class TextPanel(DrawnPanel):
    """A text that doesn't change, wrapped to its cell; `\\n` begins a new line."""

    words: Annotated[
        str, Field(description="what is written", examples=["What do you expect?"])
    ] = ""

    of_landscape: ClassVar[bool] = False
    room_em: ClassVar[tuple[float, float]] = (8, 1.5)
    fixed_height: ClassVar[bool] = True
    words_only: ClassVar[bool] = True

    def least(self, type_: Type, spec: Spec, width: float) -> Room:
        from textwrap import wrap

        from render.cells import Room

        letter = LETTER_EM * type_.text
        across = max(int(width / letter), 1)
        lines = [line for part in self.words.splitlines() for line in wrap(part, across) or [""]]
        widest = letter * max(map(len, self.words.split()), default=0)
        high = (1.5 * max(len(lines), 1)) * type_.text
        return Room(max(self.room_em[0] * type_.text, widest), high, fixed=True)

    def room(self, layers: Layers, context: Context, width: float) -> Room:
        from render.cells import Room
        from render.draw.text import lines_em

        if layers.type.bare:
            return Room(0.0, 0.0, fixed=True)
        text = layers.type.text
        lines = layers.wrapped(self.words, width)
        widest = max((layers.width(word) for word in self.words.split()), default=0.0)
        return Room(max(self.room_em[0] * text, widest), lines_em(len(lines)) * text, fixed=True)

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.draw.text import FIRST_EM, LINE_EM, lines_em

        if layers.type.bare:
            return
        em = layers.type.text
        lines = layers.wrapped(self.words, cell.width)
        over = lines_em(len(lines)) * em - cell.height
        start = self.words.split("\n")[0]
        start = start if len(start) <= 30 else f"{start[:29]}…"
        if over > 1:
            raise RenderError(
                f"the text panel '{start}': its {len(lines)} lines are {over:.0f} px too high for"
                f" its cell, which is {cell.height:.0f} px high and {cell.width:.0f} px wide:"
                " use fewer words, or give it more of the mosaic"
            )
        wide = max((layers.width(line) for line in lines), default=0.0) - cell.width
        if wide > 1:
            raise RenderError(
                f"the text panel '{start}': a word is {wide:.0f} px too long for its cell, which"
                f" is {cell.width:.0f} px wide: break it, or give it more of the mosaic"
            )
        for i, line in enumerate(lines):
            baseline = round(cell.top - (FIRST_EM + LINE_EM * i) * em)
            layers.add(layers.words(cell.left, baseline, line))

    def update(self, state: FrameState) -> None:
        """Nothing moves."""
