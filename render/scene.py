"""A scene as its author writes it: the panels, how they are arranged, and the beats of the film.

`scenes/NAME.py` holds `compose(spec) -> Scene`: pure data, no torch, no
matplotlib. A scene is Python, so rendering a scene runs its author's code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from string import ascii_letters
from typing import Any

PANELS = "draw/panels"  # the folder of their kinds
EMPTY = "."  # the letter of a cell without a panel
SHAPES = ("wide", "tall", "square")  # of frames; a scene has a family of mosaics for each
WIDE_FRAME = 1.15  # width / height from which on a frame is wide; under its inverse it is tall


def shape(size_px: tuple[int, int]) -> str:
    """Whether a frame is wide, square or tall."""
    width, height = size_px
    if width >= WIDE_FRAME * height:
        return "wide"
    return "tall" if height > WIDE_FRAME * width else "square"


@dataclass(frozen=True)
class Panel:
    """A panel by its kind (a file of draw/panels) and its options."""

    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)
    run: int | None = None  # the number of the one run that it shows; None: all of them


@dataclass(frozen=True)
class Beats:
    """How a film's time is divided, in seconds of a film of ordinary length.

    The descent has the time between the holds; in a film too short for them the holds shrink in
    proportion. `stretches` divide the descent's time: (tick, seconds) is the time from the end
    of the stretch before to that tick of the clock.
    """

    open_s: float = 0.6  # on the start
    close_s: float = 1.4  # on the result
    stretches: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Scene:
    """An arrangement in space and time.

    A mosaic is its rows from top to bottom, a letter for each panel, a dot for an empty cell:
    "HHHH SSDD SSC.". There is one family for wide frames, one for tall and one for square ones,
    richest first: the first mosaic whose panels all have room is used, so their order decides
    which panels a small film drops first. Without a family for square frames, they use the tall
    one. The essential panels are what the scene is about: no mosaic without all of them is used,
    and where none has room they stay alone. A scene that names none means those of its smallest
    mosaic.
    """

    panels: Mapping[str, Panel]  # letter → panel
    wide: tuple[str, ...]
    tall: tuple[str, ...]
    square: tuple[str, ...] = ()
    beats: Beats = Beats()
    essential: tuple[str, ...] = ()  # letters, the most important one first

    def family(self, size_px: tuple[int, int]) -> tuple[str, ...]:
        """The mosaics for a frame of this many pixels."""
        mosaics: tuple[str, ...] = getattr(self, shape(size_px))
        return mosaics or self.tall

    def essentials(self, family: tuple[str, ...]) -> tuple[str, ...]:
        """The letters of the panels that stay in every frame of this family."""
        there = letters_of(family[0])
        named = tuple(letter for letter in self.essential if letter in there)
        return named or letters_of(family[-1])

    def first(self, letters: Sequence[str]) -> tuple[str, ...]:
        """The first of the letters; in a grid the first one of each run."""
        runs = {self.panels[letter].run: letter for letter in reversed(letters)}
        return tuple(letter for letter in letters if letter in runs.values())

    def families(self) -> dict[str, tuple[str, ...]]:
        """The mosaics of each shape of frame that has some."""
        return {name: getattr(self, name) for name in SHAPES if getattr(self, name)}


def letters_of(mosaic: str) -> tuple[str, ...]:
    """The letters of the panels in a mosaic, in the order in which one reads."""
    return tuple(dict.fromkeys(mosaic.replace(" ", "").replace(EMPTY, "")))


def without(mosaic: str, letter: str) -> str:
    """A mosaic without one of its panels, whose place its neighbours fill; empty if it is the last.

    Neighbours that together are as long as one of its sides grow over it: those beside it rather
    than those above and below. Where there are none, its rows or its columns are left out.
    """
    rows = mosaic.split()
    if not any(letter in row for row in rows):
        return mosaic
    down = [y for y, row in enumerate(rows) if letter in row]
    left, right = rows[down[0]].index(letter), rows[down[0]].rindex(letter)
    top, bottom = down[0], down[-1]
    kept = [row for y, row in enumerate(rows) if not top <= y <= bottom or {*row} != {letter}]
    if len(kept) < len(rows):
        return " ".join(kept)
    height = range(top, bottom + 1)
    for x in (right + 1, left - 1):
        if 0 <= x < len(rows[0]) and _whole(rows, [rows[y][x] for y in height], height, down=True):
            return " ".join(
                row if y not in height else row.replace(letter, row[x])
                for y, row in enumerate(rows)
            )
    width = range(left, right + 1)
    for y in (top - 1, bottom + 1):
        if 0 <= y < len(rows) and _whole(rows, [rows[y][x] for x in width], width, down=False):
            grown = rows[y][left : right + 1]
            return " ".join(
                row if at not in height else row[:left] + grown + row[right + 1 :]
                for at, row in enumerate(rows)
            )
    others = [x for x in letters_of(mosaic) if x != letter]
    for fewer in (
        " ".join(row[:left] + row[right + 1 :] for row in rows),
        " ".join(row for y, row in enumerate(rows) if y not in height),
    ):
        if {*letters_of(fewer)} == {*others}:
            return fewer
    return tiled(others, 1)


def _whole(rows: Sequence[str], beside: Sequence[str], side: range, down: bool) -> bool:
    """Whether the panels along a side of a rectangle end where it ends."""
    lines = rows if down else ["".join(column) for column in zip(*rows, strict=True)]
    return all(at in side for at, line in enumerate(lines) if {*line} & {*beside})


def tiled(letters: Sequence[str], across: int) -> str:
    """A mosaic of panels in rows of so many; the last one of all is as wide as it takes."""
    rows = [[*letters[at : at + across]] for at in range(0, len(letters), across)]
    return " ".join("".join(row).ljust(across, row[-1]) for row in rows)


def captioned(scene: Scene) -> Scene:
    """The scene with a row for captions at its foot, where they cover nothing.

    The two smallest mosaics are tried with the row, then without.
    """
    letter = next(x for x in ascii_letters if x not in scene.panels)
    captions = {x for x, panel in scene.panels.items() if panel.kind == "caption"}  # a layout's

    def with_row(mosaic: str) -> str:
        return mosaic if captions & set(mosaic) else f"{mosaic} {letter * len(mosaic.split()[0])}"

    families: dict[str, Any] = {
        name: (*map(with_row, mosaics), *mosaics[-2:]) for name, mosaics in scene.families().items()
    }
    return replace(scene, panels={**scene.panels, letter: Panel("caption")}, **families)
