"""Captions at the foot of the film."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from render.draw.panels.base import DrawnPanel
from render.errors import RenderError
from render.timeline.captions import fields, numbers

if TYPE_CHECKING:
    from render.cells import Cell, Room
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.draw.wording import Translated
    from render.timeline.captions import CaptionLine


MAX_LINES = 2  # lines of a caption
MAX_TEXTS = 400  # of a caption with live numbers, of which the widest has to have room
MARGIN_EM = 0.15  # between a high formula and what is above and below it


@dataclass
class CaptionPanel(DrawnPanel):
    """Captions at the foot of the film, each line centred."""

    of_landscape: ClassVar[bool] = False
    room_em: ClassVar[tuple[float, float]] = (20, 1.5)
    fixed_height: ClassVar[bool] = True
    stays: ClassVar[int] = 1
    words_only: ClassVar[bool] = True

    def room(self, layers: Layers, context: Context, width: float) -> Room:
        from render.cells import Room

        text = layers.type.text
        each = [_rows(layers, context, line, width) for line in context.captions]
        height = max(bottom for _, bottom in _places(layers, each or [[]]))
        return Room(self.room_em[0] * text, height, fixed=True)

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        text = layers.type.text
        self.context, self.lines = context, context.captions
        self.columns = [_columns(context, line) if line.live else [] for line in self.lines]
        self.places: list[tuple[list[float], list[float]]] = []
        self.texts: list[list[str]] = []
        each = [_rows(layers, context, line, cell.width) for line in self.lines]
        levels = _places(layers, each)
        for line, rows, (tops, _) in zip(self.lines, each, levels, strict=True):
            widths = [layers.width(row, tall=True) for row in rows]
            if len(rows) > MAX_LINES or max(widths) > cell.width:
                raise RenderError(
                    f"captions: '{line.text}' is too long for a film"
                    f" {layers.figure.bbox.width:.0f} px wide: shorten it, or split it in two"
                )
            lefts = [cell.left + (cell.width - width) / 2 for width in widths]
            self.places.append((lefts, [round(cell.top - top) for top in tops]))
            self.texts.append([*rows])
        most = max((len(rows) for rows in self.texts), default=0)
        tex = any(line.tex or line.live for line in self.lines)
        self.rows = [
            layers.live(
                cell.left,
                round(cell.top - 1.1 * text),
                colour=layers.theme.text,
                mono=False,
                tex=tex,
            )
            for _ in range(most)
        ]
        layers.move(*self.rows)

    def update(self, state: FrameState) -> None:
        time_s = state.moment.time_s
        current = [
            i for i, line in enumerate(self.lines) if line.start_s - 1e-9 <= time_s < line.end_s
        ]
        texts: Sequence[str] = ()
        if current:
            line, texts = self.lines[current[-1]], self.texts[current[-1]]
            if line.live:
                now, context, columns = state.moment, self.context, self.columns[current[-1]]
                live = line.at(context.first, context.clock, now.tick, now.phase, columns)
                texts = _split(live, line, texts)
        for i, row in enumerate(self.rows):
            row.text = texts[i] if i < len(texts) else ""
            if row.text:
                lefts, baselines = self.places[current[-1]]
                row.x, row.baseline = lefts[i], baselines[i]


def _rows(layers: Layers, context: Context, line: CaptionLine, width: float) -> list[Translated]:
    """The lines of a caption; of one with live numbers, those of its widest text."""
    texts = [line.text]
    if line.live:
        wide = _columns(context, line)
        texts += [
            line.at(context.first, context.clock, tick, None, wide) for tick in _ticks(context)
        ]
    live = bool(line.live)

    def size(text: str) -> tuple[int, float]:
        rows = [row for rows in layers.filled(text, width, line.tex, live) for row in rows]
        return len(rows), max(layers.width(row, tall=True) for row in rows)

    widest = max(dict.fromkeys(texts), key=size) if len(texts) > 1 else line.text
    return layers.wrapped(widest, width, line.tex, live)


def _ticks(context: Context) -> list[float]:
    """Ticks from the start to the end of the film."""
    last = context.clock.ticks
    return (
        np.unique(np.linspace(0, last, min(last + 1, MAX_TEXTS)).astype(int)).astype(float).tolist()
    )


def _columns(context: Context, line: CaptionLine) -> list[int]:
    """The letters of each number of a live caption where it is longest."""
    each = [numbers(line.live, fields(context.first, context.clock, t)) for t in _ticks(context)]
    return [max(map(len, column)) for column in zip(*each, strict=True)]


def _split(text: str, line: CaptionLine, like: Sequence[str]) -> list[Translated]:
    """A text in lines with as many words each as those of another text."""
    from render.config.tex import words
    from render.draw.wording import rich

    def divided(row: str) -> list[str]:
        return words(row) if line.tex else row.split()

    kind, given, lines = rich(line.tex, True), divided(text), []
    for row in like:
        count = len(divided(row))
        lines.append(kind(" ".join(given[:count])))
        given = given[count:]
    return lines


def _places(layers: Layers, each: Sequence[Sequence[str]]) -> list[tuple[list[float], float]]:
    """The baselines of each caption's lines and its end, in pixels below the panel's top.

    All have their first line at one height, that of the highest formula in any.
    """
    alone = [_baselines(layers, rows) for rows in each]
    first = max((baselines[0] for baselines, _ in alone if baselines), default=0.0)
    lowered = [first - baselines[0] if baselines else 0.0 for baselines, _ in alone]
    return [
        ([level + lower for level in baselines], bottom + lower)
        for (baselines, bottom), lower in zip(alone, lowered, strict=True)
    ]


def _baselines(layers: Layers, rows: Sequence[str]) -> tuple[list[float], float]:
    """The baseline of each line and the end of the last, in pixels below the panel's top."""
    from render.draw.text import FIRST_EM, LAST_EM, LINE_EM
    from render.draw.wording import Rich

    em = layers.type.text
    baselines: list[float] = []
    below = (LINE_EM - FIRST_EM) * em
    bottom = (FIRST_EM + LAST_EM) * em
    for i, row in enumerate(rows):
        high, deep = FIRST_EM * em, (LINE_EM - FIRST_EM) * em
        if isinstance(row, Rich) and row.math:
            from render.draw.mathtext import formula_box

            above, under = formula_box(row, em)
            high, deep = max(high, above + MARGIN_EM * em), max(deep, under + MARGIN_EM * em)
        baselines.append(high if i == 0 else baselines[-1] + below + high)
        below = deep
        bottom = baselines[-1] + max(LAST_EM * em, deep if deep > (LINE_EM - FIRST_EM) * em else 0)
    return baselines, bottom
