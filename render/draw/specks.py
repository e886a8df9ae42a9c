"""A speck for each step: what was measured there, without a line through it."""

from __future__ import annotations

from typing import Any

import numpy as np

from render.draw.canvas import Growing
from render.draw.marks import Stamp
from render.draw.page import Page
from render.draw.show import Show
from render.recording import Array
from render.run import Run

MOST = 2000  # specks; of more steps, evenly chosen ones


class Specks(Growing):
    """One speck at each of the points (T, 2) in pixels, as its step is taken."""

    def __init__(self, show: Show, run: Run, points: Array, page: Page) -> None:
        super().__init__()
        self.cuts, self.points = show.steps(run), points
        self.stride = max(1, -(-len(points) // MOST))
        self.disc = Stamp(max(1.5, 0.13 * page.type.text), page.theme.muted, alpha=0.8)
        self.set_zorder(9)

    def draw_pieces(self, renderer: Any, start: int, stop: int) -> None:
        for piece in range(start, stop):
            first, last = np.floor(self.cuts[[piece, piece + 1]]).astype(int)
            for row in range(first, last):
                if row % self.stride == 0:
                    self.disc.draw(renderer, self.points[row])
