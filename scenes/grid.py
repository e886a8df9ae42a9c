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
    kinds = ("label", *cell(spec))
    panels = {HEADER: Panel("header")}
    columns: list[str] = []  # the letters of each run, from top to bottom
    for run, at in enumerate(range(0, len(spec.runs) * len(kinds), len(kinds))):
        letters = LETTERS[at : at + len(kinds)]
        panels |= {x: Panel(kind, run=run) for x, kind in zip(letters, kinds, strict=True)}
        columns.append("".join(letters))
        wide, tall, square = (family(columns, most) for most in (WIDE, TALL, SQUARE))
    return Scene(panels=panels, wide=wide, tall=tall, square=square)


def cell(spec: Spec) -> tuple[str, ...]:
    """The panels of each cell: the config's, else those that suit the first run."""
    if spec.film.panels:
        return tuple(spec.film.panels)
    first = spec.runs[0]
    trained = [p for p in first.model.parameters().values() if not p.frozen]
    landscape = "cost" if len(trained) == 1 else "contour"
    beneath = "data" if first.model.needs_data else "loss"
    return (landscape, beneath) if len(spec.runs) <= MAX_PAIRED_RUNS else (landscape,)


def family(columns: list[str], most: tuple[int, int, int]) -> tuple[str, ...]:
    """Mosaics with all panels, then fewer in each cell, then no header, then no labels."""
    depth = len(columns[0])
    full = [mosaic([c[:n] for c in columns], most) for n in range(depth, 1, -1)]
    named = full[-1].partition(" ")[2]
    bare = mosaic([c[1:2] for c in columns], most).partition(" ")[2]
    return (*full, named, bare)


def mosaic(columns: list[str], most: tuple[int, int, int]) -> str:
    """The cells in rows, so that each cell is about square."""
    count, (few, deep, many) = len(columns), most
    at_most = many if count > MAX_FEW_CELLS else deep if len(columns[0]) > 2 else few
    across = count if count <= at_most else -(-count // -(-count // at_most))
    rows = [HEADER * across]
    for at in range(0, count, across):
        band = columns[at : at + across]
        band += [band[-1]] * (across - len(band))  # the last one is wider
        rows += ["".join(letters) for letters in zip(*band, strict=True)]
    return " ".join(rows)
