"""Small multiples: a cell for each run, all on the same scales."""

from __future__ import annotations

from string import ascii_letters
from typing import TYPE_CHECKING

from render.scene import Panel, Scene

if TYPE_CHECKING:
    from render.config.spec import Spec

HEADER = "H"
LETTERS = [letter for letter in ascii_letters if letter != HEADER]
MOST_TALL = 3  # cells of one panel under one another in a tall frame
MOST_PAIRS = 4  # runs with two panels each; of more, each has one


def compose(spec: Spec) -> Scene:
    kinds = ("label", *cell(spec))
    panels = {HEADER: Panel("header")}
    columns: list[str] = []  # the letters of each run, from top to bottom
    for run, at in enumerate(range(0, len(spec.runs) * len(kinds), len(kinds))):
        letters = LETTERS[at : at + len(kinds)]
        panels |= {x: Panel(kind, run=run) for x, kind in zip(letters, kinds, strict=True)}
        columns.append("".join(letters))
    return Scene(panels=panels, wide=family(columns, wide=True), tall=family(columns, wide=False))


def cell(spec: Spec) -> tuple[str, ...]:
    """The panels of each cell: what the config says, else what suits its first run."""
    if spec.film.panels:
        return tuple(spec.film.panels)
    first = spec.runs[0]
    trained = [p for p in first.model.parameters().values() if not p.frozen]
    landscape = "cost" if len(trained) == 1 else "contour"
    beneath = "data" if first.model.needs_data else "loss"
    return (landscape, beneath) if len(spec.runs) <= MOST_PAIRS else (landscape,)


def family(columns: list[str], wide: bool) -> tuple[str, ...]:
    """With everything, then less and less of each cell, then without header, then labels."""
    depth = len(columns[0])
    full = [mosaic([c[:n] for c in columns], wide) for n in range(depth, 1, -1)]
    named = full[-1].partition(" ")[2]
    bare = mosaic([c[1:2] for c in columns], wide).partition(" ")[2]
    return (*full, named, bare)


def mosaic(columns: list[str], wide: bool) -> str:
    """The cells beside one another, in as many bands as keep them about square."""
    count, deep = len(columns), len(columns[0]) > 2
    tall = 1 if count <= MOST_TALL and not deep else 2
    most = (4 if deep or count > 6 else 3) if wide else tall
    across = count if count <= most else -(-count // -(-count // most))
    rows = [HEADER * across]
    for at in range(0, count, across):
        band = columns[at : at + across]
        band += [band[-1]] * (across - len(band))  # the last one is wider
        rows += ["".join(letters) for letters in zip(*band, strict=True)]
    return " ".join(rows)
