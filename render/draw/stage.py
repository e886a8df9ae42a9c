"""Panels on one figure: a moment in, the frame on the canvas out."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from render import registry
from render.draw.canvas import LayeredCanvas
from render.draw.layout import Cell, arrange
from render.draw.page import Page
from render.draw.panels.base import Panel
from render.draw.show import Now, Show
from render.draw.style import DPI, Type
from render.encode.base import Pixels
from render.scene import Scene
from render.timeline.plan import Moment

PANELS = "draw/panels"


class Stage:
    """Everything that is drawn, set up once; `draw` brings it to a moment.

    A frame is a pure function of its moment: in whatever order they are drawn, the same
    pixels come out. Use inside `house_style()`.
    """

    def __init__(self, show: Show, scene: Scene, size_px: tuple[int, int]) -> None:
        width, height = size_px
        self.show = show
        self.size_px = size_px
        self.figure = Figure(
            figsize=(width / DPI, height / DPI), dpi=DPI, facecolor=show.theme.background
        )
        self.canvas = LayeredCanvas(self.figure)
        page = Page(self.figure, show.theme, Type.of(size_px))
        panels: dict[str, Panel] = {
            letter: registry.member(PANELS, wanted.kind)(**wanted.options)
            for letter, wanted in scene.panels.items()
        }
        rooms = {letter: panel.room(page, show) for letter, panel in panels.items()}
        cells = arrange(scene, rooms, page.type, size_px)
        self.cells = {scene.panels[letter].kind: cell for letter, cell in cells.items()}
        self.panels = [panels[letter] for letter in cells]
        for letter, cell in cells.items():
            panels[letter].setup(page, cell, show)
        self.canvas.growing, self.canvas.moving = page.growing, page.moving

    def draw(self, moment: Moment) -> None:
        """Compose the frame of this moment on the canvas."""
        recording = self.show.recording
        now = Now(
            snapshot=recording.at(moment.step),
            row=min(int(np.floor(moment.step)), recording.steps),
            pieces=self.show.pieces(moment.step),
        )
        for panel in self.panels:
            panel.update(now)
        for artist in self.canvas.growing:
            artist.pieces = now.pieces
        self.canvas.compose(now.pieces)

    def picture(self, moment: Moment) -> Pixels:
        """The frame of this moment alone, (height, width, 4) RGBA, the caller's to keep."""
        self.draw(moment)
        return self.canvas.pixels().copy()

    def rectangles(self) -> dict[str, list[int]]:
        """Each panel's [left, top, right, bottom] in pixels from the frame's upper left."""
        height = self.size_px[1]

        def corners(cell: Cell) -> list[int]:
            return [
                round(v) for v in (cell.left, height - cell.top, cell.right, height - cell.bottom)
            ]

        return {kind: corners(cell) for kind, cell in self.cells.items()}
