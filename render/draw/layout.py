"""Computes the rectangle of each panel in pixels from a scene's mosaics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from render.draw.style import Type
from render.recording import Array
from render.scene import EMPTY, Scene


@dataclass(frozen=True)
class Cell:
    """A rectangle in pixels from the frame's lower left corner, y upwards."""

    left: float
    bottom: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def top(self) -> float:
        return self.bottom + self.height

    def holds(self, at: Array) -> bool:
        """Whether a pixel (2,) is inside."""
        return bool(self.left <= at[0] <= self.right and self.bottom <= at[1] <= self.top)

    def inset(self, left: float = 0, bottom: float = 0, right: float = 0, top: float = 0) -> Cell:
        """The cell without a border."""
        width, height = self.width - left - right, self.height - bottom - top
        return Cell(self.left + left, self.bottom + bottom, width, height)


@dataclass(frozen=True)
class Room:
    """The smallest cell of a panel in pixels; a row of fixed panels has exactly their height."""

    width: float
    height: float
    fixed: bool = False


MARGIN_EM, GAP_EM = 2.8, 1.2  # around all cells and between them, in text heights


def arrange(
    scene: Scene, rooms: Mapping[str, Room], type_: Type, size_px: tuple[int, int]
) -> dict[str, Cell]:
    """The richest mosaic of the scene whose panels all have the room they ask for.

    The last one is used when none has, and in a frame too small for words. Returns the
    cell of each letter in it.
    """
    width, height = size_px
    margin, gap = MARGIN_EM * type_.text, GAP_EM * type_.text
    if type_.bare:
        margin, gap = 0.04 * width, 0.03 * width
    inner = Cell(0, 0, width, height).inset(margin, 0.8 * margin, margin, 0.6 * margin)
    mosaics = scene.family(size_px)
    mosaics = mosaics[-1:] if type_.bare else mosaics
    cells: dict[str, Cell] = {}
    for mosaic in mosaics:
        cells = _place(mosaic, rooms, inner, gap)
        if not _cramped(cells, rooms):
            break
    return cells


def missing_panels(
    scene: Scene, rooms: Mapping[str, Room], type_: Type, size_px: tuple[int, int]
) -> str | None:
    """The first panel of the richest mosaic without room in this frame, and the room it needs."""
    margin, gap = MARGIN_EM * type_.text, GAP_EM * type_.text
    inner = Cell(0, 0, *size_px).inset(margin, 0.8 * margin, margin, 0.6 * margin)
    cells = _place(scene.family(size_px)[0], rooms, inner, gap)
    letter = next(iter(_cramped(cells, rooms)), None)
    if letter is None:
        return None
    cell, room = cells[letter], rooms[letter]
    needed = f"{room.width:.0f}×{room.height:.0f}"
    return (
        f"{scene.panels[letter].kind} needs {needed} px and has {cell.width:.0f}×{cell.height:.0f}"
    )


def _cramped(cells: Mapping[str, Cell], rooms: Mapping[str, Room]) -> list[str]:
    """The panels whose cells are smaller than they need."""
    return [
        letter
        for letter, cell in cells.items()
        if cell.width < rooms[letter].width - 1 or cell.height < rooms[letter].height - 1
    ]


def _place(mosaic: str, rooms: Mapping[str, Room], inner: Cell, gap: float) -> dict[str, Cell]:
    """Rows of fixed panels get their height, the others share the rest; columns are equal."""
    rows = mosaic.split()
    panels = [[rooms[letter] for letter in row if letter != EMPTY] for row in rows]
    fixed = [
        max(room.height for room in row) if row and all(room.fixed for room in row) else None
        for row in panels
    ]
    free = inner.height - gap * (len(rows) - 1) - sum(h for h in fixed if h is not None)
    share = free / max(sum(h is None for h in fixed), 1)
    heights = [share if h is None else h for h in fixed]
    tops = [inner.top - sum(heights[:i]) - gap * i for i in range(len(rows))]
    pitch = (inner.width + gap) / len(rows[0])
    cells = {}
    for letter in dict.fromkeys("".join(rows).replace(EMPTY, "")):
        at = [i for i, row in enumerate(rows) if letter in row]
        first, last = rows[at[0]].index(letter), rows[at[0]].rindex(letter)
        bottom = tops[at[-1]] - heights[at[-1]]
        cells[letter] = Cell(
            round(inner.left + first * pitch),
            round(bottom),
            round((last - first + 1) * pitch - gap),
            round(tops[at[0]] - bottom),
        )
    return cells
