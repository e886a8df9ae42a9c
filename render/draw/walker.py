"""A run in a flat plot: its trail and its dot."""

from __future__ import annotations

from collections.abc import Callable

from render.draw.dot import Dot
from render.draw.guise import Guise
from render.draw.layout import Cell
from render.draw.page import Page
from render.draw.show import Here, Now, Show
from render.draw.trail import Locate, Trail, flat_look
from render.recording import Array
from render.run import Run

Held = Callable[[Array], tuple[Array, bool]]  # a pixel (2,) → inside the plot, and whether moved


class Walker:
    """What one run adds to a contour or a cost plot; the dot is the panel's to put on the page."""

    def __init__(
        self, page: Page, show: Show, run: Run, guise: Guise, area: Cell, locate: Locate
    ) -> None:
        self.locate = locate
        trail = Trail(show, run, locate, flat_look(page, area, guise.trail, show.lone))
        page.grow(trail)
        self.tip = trail.tip()
        self.dot = Dot(page, guise, small=True)

    def move(self, now: Now, here: Here, held: Held) -> None:
        """Bring trail and dot to a moment."""
        self.tip.move(now, here)
        self.dot.at, self.dot.ghost = held(self.locate(here.step)[0])
