"""Legends: what each mark in a plot is, with a sample of it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from render.cells import Cell
from render.draw.artists import PaintedArtist, Pen, Stamp, outline
from render.draw.context import Context
from render.draw.layers import Layers
from render.draw.plot.axes import GUTTER_EM, area_of, legend_px

SAMPLE_EM, AFTER_EM, APART_EM = 1.4, 0.4, 1.2  # a line's sample, the gap to its name, to the next
DASHED_EM = 2.0  # a dashed line's sample
RUN_EM = 0.42  # the radius of a run's dot
MIDDLE_EM = 0.32  # of a name above its baseline


@dataclass(frozen=True)
class Mark:
    """A mark and its names, the longest first: a stamp such as a dot, or a line."""

    names: tuple[str, ...]
    sample: Stamp | Pen

    def sample_px(self, em: float) -> float:
        """The width of its sample in pixels."""
        if isinstance(self.sample, Pen):
            return (DASHED_EM if self.sample.dashes else SAMPLE_EM) * em
        return 2 * self.sample.radius + self.sample.edge_width


def run_marks(layers: Layers, context: Context) -> list[Mark]:
    """The dot of each run, with its label."""
    em = layers.type.ticks
    return [
        Mark((run.label,), Stamp(RUN_EM * em, style.dot, shape=outline(style.marker, style.grown)))
        for run, style in zip(context.runs, context.styles, strict=True)
    ]


def beside_title(
    layers: Layers, titles: tuple[str, ...], names: tuple[str, ...], room: float
) -> tuple[tuple[str, ...], str]:
    """The titles that leave room beside them for a dashed sample and one of its names, and that.

    The longest name that has room comes before the longest title. If none has, all titles and an
    empty name.
    """
    for name in names:
        free = room - legend_px(layers, name)
        if fitting := tuple(title for title in titles if layers.width(title) <= free):
            return fitting, name
    return titles, ""


def width(layers: Layers, marks: Sequence[Mark], length: int) -> float:
    """The width of a row of marks in pixels, each with its name number `length` or its last."""
    em = layers.type.ticks
    return sum(
        mark.sample_px(em) + AFTER_EM * em + layers.width(_name(mark, length), em) for mark in marks
    ) + APART_EM * em * (len(marks) - 1)


def add(layers: Layers, marks: Sequence[Mark], left: float, baseline: float, length: int) -> None:
    """Add a row of marks, each with its name number `length` or its last."""
    em = layers.type.ticks
    for mark in marks:
        name, wide = _name(mark, length), mark.sample_px(em)
        layers.add(_sampled(mark.sample, left, wide, baseline + MIDDLE_EM * em))
        left += wide + AFTER_EM * em
        layers.add(layers.words(left, baseline, name, size=em, colour=layers.theme.muted))
        left += layers.width(name, em) + APART_EM * em


def add_below(
    layers: Layers, cell: Cell, marks: Sequence[Mark], label: str, needed: bool = True
) -> tuple[tuple[Mark, ...], str]:
    """Add a row at the left of the label of a plot's x axis; the last marks go first.

    `cell` is the plot's. Returns the marks that are explained there, and the label, which is left
    out for marks that are `needed`.
    """
    em, area = layers.type.ticks, area_of(layers, cell)
    beside = (area.width - layers.width(label, em)) / 2 - em
    rooms = [(beside, label), (area.width, "")][: 2 if needed else 1]
    lengths = range(max((len(mark.names) for mark in marks), default=0))
    for count, length in itertools.product(range(len(marks), 0, -1), lengths):
        for room, kept in [] if layers.type.bare else rooms:
            if width(layers, marks[:count], length) <= room:
                add(layers, marks[:count], area.left, cell.bottom + 0.25 * em, length)
                return tuple(marks[:count]), kept
    return (), label


ROW_EM = 1.5  # from one row of marks to the next, in tick heights


def add_rows(
    layers: Layers, cell: Cell, marks: Sequence[Mark], most: int = 99
) -> tuple[Cell, tuple[Mark, ...]]:
    """Add the marks in rows at the foot of a cell, the last ones only if `most` rows hold them.

    Returns the cell without the rows, and the marks that are explained.
    """
    if layers.type.bare or not marks:
        return cell, ()
    em = layers.type.ticks
    left = cell.left + GUTTER_EM[0] * em
    rows, length = _rows(layers, marks, cell.right - left, most)
    for i, row in enumerate(reversed(rows)):
        add(layers, row, left, cell.bottom + (0.25 + ROW_EM * i) * em, length)
    return cell.inset(bottom=ROW_EM * em * len(rows)), tuple(mark for row in rows for mark in row)


def rows_of(layers: Layers, width: float, marks: Sequence[Mark], most: int = 99) -> int:
    """How many rows the marks take in a cell so wide."""
    if layers.type.bare or not marks:
        return 0
    return len(_rows(layers, marks, width - GUTTER_EM[0] * layers.type.ticks, most)[0])


def _rows(
    layers: Layers, marks: Sequence[Mark], room: float, most: int
) -> tuple[list[list[Mark]], int]:
    """The marks in the fewest rows, with the number of their names; at most so many rows."""
    lengths = range(max(len(mark.names) for mark in marks))
    each = [(_filled(layers, marks, room, length), length) for length in lengths]

    def too_long(rows: list[list[Mark]], length: int) -> bool:
        return any(width(layers, row, length) > room for row in rows)

    rows, length = min(each, key=lambda pair: (too_long(*pair), len(pair[0])))
    return rows[:most], length


def _filled(layers: Layers, marks: Sequence[Mark], room: float, length: int) -> list[list[Mark]]:
    rows: list[list[Mark]] = [[]]
    for mark in marks:
        if rows[-1] and width(layers, [*rows[-1], mark], length) > room:
            rows.append([])
        rows[-1].append(mark)
    return rows


def _name(mark: Mark, length: int) -> str:
    return mark.names[min(length, len(mark.names) - 1)]


def _sampled(sample: Stamp | Pen, left: float, wide: float, y: float) -> PaintedArtist:
    line, middle = np.array([[left, y], [left + wide, y]]), np.array([left + wide / 2, y])

    def paint(renderer: Any) -> None:
        if isinstance(sample, Pen):
            sample.draw(renderer, line)
        else:
            sample.draw(renderer, middle)

    return PaintedArtist(paint)
