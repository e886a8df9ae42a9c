"""Small multiples: a cell for each run, all on the same scales."""

from __future__ import annotations

from string import ascii_letters
from typing import TYPE_CHECKING

from render.scene import Panel, Scene

if TYPE_CHECKING:
    from render.config.spec import Spec

HEADER = "H"
LETTERS = [letter for letter in ascii_letters if letter != HEADER]
MAX_FEW_CELLS = 6  # up to so many cells are few
# The most cells in a row: few with one panel each, few with more panels, and many.
WIDE, TALL, SQUARE = (3, 4, 4), (1, 2, 2), (2, 2, 3)
MAX_PAIRED_RUNS = 4  # up to so many runs have two panels each; more have one each


def compose(spec: Spec) -> Scene:
    panels = {HEADER: Panel("header")}
    columns: list[str] = []  # the letters of each run, from top to bottom
    free = iter(LETTERS)
    for run, one in enumerate(spec.runs):
        own = {next(free): Panel(kind, run=run) for kind in ("label", *cell(spec, one))}
        panels |= own
        columns.append("".join(own))
    wide, tall, square = (family(columns, most) for most in (WIDE, TALL, SQUARE))
    asked = len(spec.film.panels or "1")  # of each cell; these are not dropped
    essential = tuple(column[i] for i in range(1, 1 + asked) for column in columns)
    return Scene(panels, wide, tall, square, essential=essential)


def cell(spec: Spec, run: Spec) -> tuple[str, ...]:
    """The panels of a run's cell: the config's, else those that suit the run."""
    if spec.film.panels:
        return tuple(spec.film.panels)
    parameters = run.model.parameters().values()
    trained = [start for start in parameters if not start.frozen]
    landscape = "cost" if len(trained) == 1 else "contour"
    beneath = "data" if run.model.needs_data and not run.model.network else "loss"
    return (landscape, beneath) if len(spec.runs) <= MAX_PAIRED_RUNS else (landscape,)


def family(columns: list[str], most: tuple[int, int, int]) -> tuple[str, ...]:
    """Mosaics with all panels, in rows of different lengths; then with fewer in each cell."""
    mosaics: list[str] = []
    for depth in range(len(columns[0]), 1, -1):
        cells = [column[:depth] for column in columns]
        usual = in_a_row(cells, most)
        others = sorted({*range(1, len(cells) + 1)} - {usual}, key=lambda n: abs(n - usual))
        for across in (usual, *others):
            mosaics += [mosaic(cells, across, beside) for beside in (False, True)]
    return tuple(dict.fromkeys(mosaics))


def in_a_row(cells: list[str], most: tuple[int, int, int]) -> int:
    """The number of cells in a row with which each is about square."""
    count, (few, deep, many) = len(cells), most
    at_most = many if count > MAX_FEW_CELLS else deep if len(cells[0]) > 2 else few
    return count if count <= at_most else -(-count // -(-count // at_most))


def mosaic(cells: list[str], across: int, beside: bool) -> str:
    """The cells in rows; in each the panels are under its label, or beside one another there."""
    width = max(1, len(cells[0]) - 1) if beside else 1
    rows = [HEADER * across * width]
    for at in range(0, len(cells), across):
        band = cells[at : at + across]
        band += [band[-1]] * (across - len(band))  # the last one is wider
        if beside:
            rows.append("".join(letters[0] * width for letters in band))
            rows.append("".join(band_row(band, width)))
        else:
            rows += ["".join(letters) for letters in zip(*band, strict=True)]
    return " ".join(rows)


def band_row(band: list[str], width: int) -> list[str]:
    """The panels of cells side by side; a cell that is several columns wide has wide panels."""
    row: list[str] = []
    for letters in dict.fromkeys(band):
        times = band.count(letters)
        row += [panel * times for panel in letters[1:]]
    return row
