"""The canvas that composes a frame from three layers instead of drawing everything again.

* still: everything that is in neither of the others, drawn once;
* growing: what only gets longer; only its new pieces are drawn;
* moving: drawn in every frame, on a copy of the two.

All of them are ordinary artists of the figure: Matplotlib's own `draw` and `savefig` give the
same picture.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from render.recording import Pixels


class GrowingArtist(Artist):
    """An artist in numbered pieces, each a stroke; pieces are only added, never changed.

    `pieces` is how many of them there are at present.
    """

    pieces: int = 0

    def draw(self, renderer: Any) -> None:
        self.draw_pieces(renderer, 0, self.pieces)

    @abstractmethod
    def draw_pieces(self, renderer: Any, start: int, stop: int) -> None:
        """Draw the pieces start … stop − 1, in order."""


class GrowingGroup(GrowingArtist):
    """Growing artists that are drawn together, one piece of each in turn.

    Where two of them cross, the later piece is on top, whether a frame adds to the one before
    it or is drawn from the beginning.
    """

    def __init__(self, members: Sequence[GrowingArtist]) -> None:
        super().__init__()
        self.members = members
        self.set_zorder(10)

    def draw_pieces(self, renderer: Any, start: int, stop: int) -> None:
        for piece in range(start, stop):
            for member in self.members:
                member.draw_pieces(renderer, piece, piece + 1)


class LayeredCanvas(FigureCanvasAgg):
    """An Agg canvas that keeps pictures of its still and of its growing layer."""

    def __init__(self, figure: Figure) -> None:
        super().__init__(figure)
        self.growing = GrowingGroup(())
        self.moving: list[Artist] = []
        self.still_draws = 0  # how often the still layer was drawn, for tests
        self._still: Pixels | None = None
        self._grown: tuple[int, Pixels] | None = None  # pieces in it, picture

    def pixels(self) -> Pixels:
        """The present frame, (height, width, 4) RGBA: a view, which the next frame overwrites.

        Of the figure's own resolution: a writer of Matplotlib may have drawn in another one.
        """
        return np.asarray(self.get_renderer().buffer_rgba())

    def draw_idle(self, *_: Any, **__: Any) -> None:
        """Does nothing: when FuncAnimation asks for a frame, `compose` has drawn it."""

    def compose(self, pieces: int) -> None:
        """Draw the frame in which this many pieces are complete."""
        self._lay(pieces)
        renderer = self.get_renderer()
        for artist in self.moving:
            artist.draw(renderer)

    def _lay(self, pieces: int) -> None:
        """Put the still and the growing layer on the canvas; pieces are drawn one by one."""
        have, picture = self._grown or (0, self._still_layer())
        if pieces < have:
            have, picture = 0, self._still_layer()
        frame = self.pixels()
        frame[:] = picture
        if pieces > have:
            self.growing.draw_pieces(self.get_renderer(), have, pieces)
            picture = frame.copy()
        self._grown = pieces, picture

    def _still_layer(self) -> Pixels:
        if self._still is None:
            others = [self.growing, *self.moving]
            for artist in others:
                artist.set_animated(True)  # `draw` leaves animated artists out
            self.draw()
            for artist in others:
                artist.set_animated(False)
            self.still_draws += 1
            self._still = self.pixels().copy()
        return self._still
