"""A scene as its author writes it: the panels, how they are arranged, and the beats of the film.

`scenes/NAME.py` holds `compose(spec) -> Scene`: pure data, 30 to 60 lines, no torch, no
matplotlib. A scene is Python, so rendering a scene runs its author's code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from string import ascii_letters
from typing import Any

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
    "HHHH SSDD SSC.". There
    is one family for wide frames, one for tall and one for square ones, richest first: the
    first mosaic whose panels all have room is used, so their order decides which panels a small
    film drops first. Without a family for square frames, they use the tall one.
    """

    panels: Mapping[str, Panel]  # letter → panel
    wide: tuple[str, ...]
    tall: tuple[str, ...]
    square: tuple[str, ...] = ()
    beats: Beats = Beats()

    def family(self, size_px: tuple[int, int]) -> tuple[str, ...]:
        """The mosaics for a frame of this many pixels."""
        mosaics: tuple[str, ...] = getattr(self, shape(size_px))
        return mosaics or self.tall

    def families(self) -> dict[str, tuple[str, ...]]:
        """The mosaics of each shape of frame that has some."""
        return {name: getattr(self, name) for name in SHAPES if getattr(self, name)}


def captioned(scene: Scene) -> Scene:
    """The scene with a row for captions at its foot, where they cover nothing.

    The smallest mosaic has no such row; the one before it is tried with the row, then without.
    """
    letter = next(x for x in ascii_letters if x not in scene.panels)
    captions = {x for x, panel in scene.panels.items() if panel.kind == "caption"}  # a layout's

    def with_row(mosaic: str) -> str:
        return mosaic if captions & set(mosaic) else f"{mosaic} {letter * len(mosaic.split()[0])}"

    families: dict[str, Any] = {
        name: (*map(with_row, mosaics[:-1]), *mosaics[-2:])
        for name, mosaics in scene.families().items()
    }
    return replace(scene, panels={**scene.panels, letter: Panel("caption")}, **families)
