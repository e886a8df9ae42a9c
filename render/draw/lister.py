"""What a renderer can be given that lists what is drawn, instead of colouring pixels."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Box = tuple[int, int, int, int]  # left, bottom, width and height in pixels of the frame


@dataclass(frozen=True)
class RegionLook:
    """How the regions of classes are drawn."""

    colours: npt.NDArray[Any]  # (C, 3) RGB in 0 … 255
    opacities: Sequence[float]  # of a guess, and of what is certain
    line: str  # the colour of the line between two regions, `#rrggbb`
    line_width: float
    line_alpha: float


class Lister(ABC):
    """A renderer that takes the numbers of a picture in place of its pixels.

    The first row of the numbers is the upper one.
    """

    @abstractmethod
    def blocks(self, box: Box, shades: Bytes, colours: npt.NDArray[Any]) -> None:
        """A block for each of the shades (M, N), the rows of `colours` (K, ≥ 3) that they have."""

    @abstractmethod
    def regions(self, box: Box, label: Bytes, certainty: Bytes, look: RegionLook) -> None:
        """Regions of the labels (G, G), whose `certainty` (G, G) is their chance in 1/255.

        Between its places a number is interpolated; the outermost are at the sides of the box.
        """

    @abstractmethod
    def once(self, key: Hashable, draw: Callable[[], None]) -> None:
        """Draw what is the same whenever it is drawn, as `draw` does the first time."""
