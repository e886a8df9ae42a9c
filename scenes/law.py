"""A cell for each run, and under them what is measured of all, on the curve of theory."""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_letters
from typing import TYPE_CHECKING

from render.scene import Panel, Scene

if TYPE_CHECKING:
    from render.config.spec import Spec

HEADER, LAW = "H", "L"
LETTERS = [letter for letter in ascii_letters if letter not in (HEADER, LAW)]
WIDE, TALL = 4, 2  # cells in a row
FEW = 2  # up to so many cells are above the law in wide frames, more are beside it
HIGH = 5  # rows of a cell under its label


def compose(spec: Spec) -> Scene:
    panels = {HEADER: Panel("header"), LAW: Panel("law")}
    cells: list[str] = []  # the letters of each run: of its label, then of its panels
    free = iter(LETTERS)
    for run in range(len(spec.each)):
        kinds = ("label", *(spec.film.panels or ("contour",)))
        own = {next(free): Panel(kind, run=run) for kind in kinds}
        panels |= own
        cells.append("".join(own))
    wide, tall = (min(len(cells), most) for most in (WIDE, TALL))
    both = mosaic(cells, wide), beside(cells, wide)
    small = f"{HEADER} {LAW}", LAW
    return Scene(
        panels,
        wide=(*both, *small) if len(cells) <= FEW else (*reversed(both), *small),
        tall=(mosaic(cells, tall), *small),
        square=(mosaic(cells, tall), mosaic(cells, wide), *small),
    )


def rows_of(cells: list[str], across: int) -> Iterator[str]:
    """The rows of the cells; the last cell is wider where it has no neighbour."""
    for at in range(0, len(cells), across):
        band = cells[at : at + across]
        band += [band[-1]] * (across - len(band))
        label, *panels = ("".join(letters) for letters in zip(*band, strict=True))
        yield label
        yield from (row for row in panels for _ in range(HIGH))


def mosaic(cells: list[str], across: int) -> str:
    """The cells above, the law under them."""
    bands = -(-len(cells) // across)
    law = [LAW * across] * (HIGH if bands == 1 else HIGH * bands - 2)
    return " ".join([HEADER * across, *rows_of(cells, across), *law])


def beside(cells: list[str], across: int) -> str:
    """The same side by side, for low frames: cells in two columns, the law at their right."""
    two = min(2, across)
    left = [*rows_of(cells, two)]
    return " ".join([HEADER * 2 * two, *(row + LAW * two for row in left)])
