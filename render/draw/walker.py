"""A run in a flat plot: its trail and its dot."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from render.draw.dot import Dot
from render.draw.guise import Guise
from render.draw.layout import Cell
from render.draw.look import flat_look
from render.draw.page import Page
from render.draw.show import Here, Now, Show
from render.draw.trail import Locate, Trail
from render.recording import Array
from render.run import Run

Held = Callable[[Array], tuple[Array, bool]]  # a pixel (2,) → inside the plot, and whether moved


class Walker:
    """What one run adds to a contour or a cost plot; the dot is the panel's to put on the page."""

    def __init__(
        self, page: Page, show: Show, run: Run, guise: Guise, area: Cell, locate: Locate
    ) -> None:
        trail = Trail(show, run, locate, flat_look(page, area, guise.trail, show.lone))
        page.grow(trail)
        self.tip = trail.tip()
        self.dot = Dot(page, guise, small=True)
        self.at: Array = np.full(2, np.nan)  # where the run is, pixel (2,), in sight or not

    def move(self, now: Now, here: Here, held: Held) -> None:
        """Bring trail and dot to a moment."""
        self.at = self.tip.move(now, here)
        self.dot.at, self.dot.ghost = held(self.at)
