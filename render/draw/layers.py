"""What a panel draws on: figure, theme, sizes, and three layers for its artists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import IdentityTransform

from render.cells import Type
from render.config.tex import readable, words
from render.config.theme import Theme
from render.draw.artists import PaintedArtist, Pen
from render.draw.canvas import GrowingArtist
from render.draw.prints import NO_PRINTS, Prints
from render.draw.style import families
from render.draw.text import LiveText, StillText, advance, cells, natural_width
from render.draw.wording import Rich, Translated, Wording, rich
from render.phrases import Phrase
from render.timeline.camera import Camera


@dataclass(frozen=True)
class Layers:
    """A figure and its layers: still (drawn once), growing (only added to) and moving."""

    figure: Figure
    theme: Theme
    type: Type
    cameras: tuple[Camera, ...]  # the film's camera poses, each once, the first one first
    kinds: set[str] = field(default_factory=set)  # of all panels of the film
    growing: list[GrowingArtist] = field(default_factory=list)
    moving: list[Artist] = field(default_factory=list)
    wording: Wording = field(default_factory=Wording)  # for all texts
    prints: Prints = NO_PRINTS  # of earlier stages

    def add(self, *artists: Artist) -> None:
        """Add artists to the still layer."""
        for artist in artists:
            self.figure.add_artist(artist)

    def grow(self, artist: GrowingArtist) -> None:
        """Add an artist to the growing layer."""
        self.growing.append(artist)

    def move(self, *artists: Artist) -> None:
        """Add artists to the moving layer, which is drawn by zorder and else in this order."""
        for artist in artists:
            self.add(artist)
            self.moving.append(artist)

    def rule(self, left: float, right: float, y: float) -> None:
        """Add a thin level line to the still layer, on whole pixels."""
        pen = Pen(self.theme.grid, max(1.0, round(self.type.hair)), cap="butt")
        points = np.array([[left, round(y) + 0.5], [right, round(y) + 0.5]])
        self.add(PaintedArtist(lambda renderer: pen.draw(renderer, points)))

    def words(
        self,
        x: float,
        y: float,
        text: str = "",
        *,
        size: float | None = None,
        colour: str | None = None,
        **options: Any,
    ) -> Text:
        """A line of text whose baseline starts at a pixel; not yet added to a layer."""
        text, size = self.wording.translated(text), size or self.type.text
        math = isinstance(text, Rich) and text.math
        if isinstance(text, Rich):
            from render.draw.mathtext import fitted

            size = fitted(text, size)
        label = StillText(
            x, y, text,
            fontsize=size,
            color=colour or self.theme.text,
            fontfamily=families(text),
            parse_math=math,
            **options,
        )  # fmt: skip
        label.prints = self.prints
        label.set_transform(IdentityTransform())
        return label

    def live(
        self,
        x: float,
        y: float,
        *,
        size: float | None = None,
        colour: str | None = None,
        mono: bool = True,
        right: bool = False,
        tex: bool = False,
    ) -> LiveText:
        """A line of text that may change in every frame; not yet added to a layer.

        With `tex`, its formulas may be higher than a line of words.
        """
        colour, size = colour or self.theme.text, size or self.type.text
        translated = self.wording.translated
        options: Any = {"size": size, "colour": colour, "mono": mono, "right": right}
        if tex or self.wording.tex:
            from render.draw.mathtext import MathText

            return MathText(x, y, tall=tex, translated=translated, **options)
        return LiveText(x, y, translated=translated, **options)

    def width(
        self, text: str, size: float | None = None, mono: bool = False, tall: bool = False
    ) -> float:
        """The width of a line of text in pixels; `tall` as its formulas are, if it has any."""
        size, text = size or self.type.text, self.wording.translated(text)
        if isinstance(text, Rich):
            from render.draw.mathtext import fitted, line_width

            return line_width(text, size if tall else fitted(text, size), mono)
        return cells(text) * advance(size) if mono else natural_width(text, size)

    def fitting(self, texts: tuple[str, ...], room: float, size: float | None = None) -> str:
        """The first of the texts that has room; empty if none has."""
        return next((text for text in texts if self.width(text, size) <= room), "")

    def shrunk(self, text: str, room: float, size: float, least: float) -> tuple[str, float]:
        """A text and the size at which it fits; a text too long for the smallest size is cut."""
        size = max(least, min(size, size * room / max(self.width(text, size), 1e-9)))
        while self.width(text, size) > room and size > least:
            size = max(least, size - 0.25)  # letters are not quite as narrow as they are small
        text = self.wording.translated(text)
        if isinstance(text, Rich) and self.width(text, size) > room:
            text = Translated(readable(text))  # half a formula is none
        while self.width(text, size) > room and len(text) > 1:
            text = Translated(text[:-2].rstrip() + "…")
        return text, size

    def wrapped(
        self, text: str, width: float, tex: bool = False, live: bool = False
    ) -> list[Translated]:
        """The text in lines of at most `width` pixels, unless a single word is wider.

        They are as few as possible and as even as possible, so no word stands alone on the last.
        They are as the author wrote them: labels replace nothing in them, unless the text is the
        film's own. With `tex` they may have mathtext, which is never divided; with `live`,
        numbers that change.
        """
        lines = []
        for full in self.filled(text, width, tex, live):
            lines += full if len(full) < 2 else self._even(full, tex)
        return lines

    def filled(
        self, text: str, width: float, tex: bool = False, live: bool = False
    ) -> list[list[Translated]]:
        """The lines of each paragraph of a text, each line as full as it can be."""
        if isinstance(text, Phrase):
            text = self.wording.translated(text)
        kind = rich(tex and "$" in text, live)
        return [self._full(_divided(part, tex), width, kind) for part in text.splitlines()]

    def _even(self, lines: list[Translated], tex: bool) -> list[Translated]:
        """The words of full lines in as many lines, of which the longest is as short as can be."""
        each, kind = [word for line in lines for word in _divided(line, tex)], type(lines[0])
        while True:
            longest = max(self.width(line, tall=True) for line in lines)
            narrower = self._full(each, longest - 1e-6, kind)
            widest = max(self.width(line, tall=True) for line in narrower)
            if len(narrower) > len(lines) or widest >= longest:
                return lines
            lines = narrower

    def _full(
        self, each: Sequence[str], width: float, kind: Callable[[str], Translated]
    ) -> list[Translated]:
        """Words in lines of at most `width` pixels, unless a single one is wider."""
        lines, line = [], ""
        for word in each:
            longer = f"{line} {word}" if line else word
            if line and self.width(kind(longer), tall=True) > width:
                lines.append(kind(line))
                longer = word
            line = longer
        return [*lines, kind(line)]


def _divided(text: str, tex: bool) -> list[str]:
    """The words of a line of text; a formula is one."""
    return words(text) if tex else text.split()
