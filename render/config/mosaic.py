"""A film's own arrangement of panels, as its config has it: one mosaic for each shape of frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

WIDE = 1.15  # width / height from which on a frame is wide; under its inverse it is tall


def shape(size_px: tuple[int, int]) -> str:
    """Whether a frame is wide, square or tall."""
    width, height = size_px
    if width >= WIDE * height:
        return "wide"
    return "tall" if height > WIDE * width else "square"


@dataclass(frozen=True)
class Mosaic:
    """Panels by their kinds, row by row; a kind repeated spans its cells, a full rectangle."""

    rows: tuple[tuple[str, ...], ...]  # all of one length
    options: Mapping[str, Mapping[str, Any]]  # of each kind in the rows, every default spelled out

    @property
    def kinds(self) -> tuple[str, ...]:
        """Every panel, once."""
        return tuple(dict.fromkeys(kind for row in self.rows for kind in row))


@dataclass(frozen=True)
class Layout:
    """The mosaics of a film; where but one was given it stands for all."""

    wide: Mosaic
    tall: Mosaic
    square: Mosaic

    def of(self, size_px: tuple[int, int]) -> Mosaic:
        """The mosaic for a frame of this many pixels."""
        mosaic: Mosaic = getattr(self, shape(size_px))
        return mosaic
