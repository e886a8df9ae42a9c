"""A line of monospaced text in several colours."""

from __future__ import annotations

from typing import Any

import numpy as np

from render.config.theme import RGB
from render.draw.artists import Raster
from render.draw.style import MONO, families
from render.draw.text import BELOW, Writer, advance, cells
from render.recording import Pixels


class CodeWords(Raster):
    """A picture of the line; a renderer that takes words gets those."""

    def __init__(
        self,
        pixels: Pixels,
        left: float,
        bottom: float,
        pieces: tuple[tuple[str, RGB], ...],
        size: float,
    ) -> None:
        super().__init__(pixels, left, bottom, zorder=21)
        self._pieces, self._size = pieces, size

    def draw(self, renderer: Any) -> None:
        if not isinstance(renderer, Writer):
            super().draw(renderer)
            return
        if not self.get_visible():
            return
        left, bottom = self.corner
        baseline = bottom + int(np.ceil(BELOW * self._size))
        for text, rgb in self._pieces:
            apart, family = advance(self._size), (MONO, *families(text))
            renderer.write(text, left, baseline, rgb, self._size, family, apart)
            left += cells(text) * apart
