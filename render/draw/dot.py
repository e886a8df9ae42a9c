"""The dot: where a run is."""

from __future__ import annotations

from typing import Any

import numpy as np

from render.draw.guise import Guise
from render.draw.marks import Drawing, Stamp, outline
from render.draw.page import Page
from render.recording import Array

THINNEST = 1.2  # pixels of the rim
GLOW = ((2.6, 0.07), (2.1, 0.09), (1.65, 0.12))  # radius in dot radii, opacity


class Dot(Drawing):
    """The dot at a pixel: solid, or a ring where it is behind something or out of the picture."""

    def __init__(self, page: Page, guise: Guise, small: bool = False) -> None:
        super().__init__(self._paint, zorder=20)
        theme, edge, colour = page.theme, page.theme.edge, guise.dot
        shape = outline(guise.marker, guise.grown)
        radius = page.type.dot * guise.size * (0.8 if small else 1.0)
        self.at: Array = np.full(2, np.nan)  # pixels
        self.ghost = False
        rim = max(THINNEST, theme.rim_strength * radius)
        edged, ringed = max(2.0, radius / 4), radius / 1.6
        self._glow = [Stamp(radius * r, colour, alpha=a) for r, a in GLOW * guise.glows]
        self._solid = (
            Stamp(radius, "none", theme.rim, edged + 2 * rim, shape=shape),
            Stamp(radius, colour, edge, edged, shape=shape),
        )
        self._ring = (
            Stamp(radius, "none", theme.rim, ringed + 2 * rim, shape=shape),
            Stamp(radius, "none", edge, ringed, shape=shape),
            Stamp(radius, "none", colour, max(3.0, radius / 3), shape=shape),
        )

    def _paint(self, renderer: Any) -> None:
        if not np.isfinite(self.at).all():
            return
        for disc in self._glow:
            disc.draw(renderer, self.at)
        for disc in self._ring if self.ghost else self._solid:
            disc.draw(renderer, self.at)
