"""Texts that change from frame to frame, composed of letters that are drawn once.

Matplotlib takes 2 ms to lay out a line of text and render its glyphs; a film has thousands of
such lines and few different letters. Letters are at whole pixels, all at one distance, so a
number doesn't move while its digits change.
"""

from __future__ import annotations

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text

from render.cells import Cell
from render.config.theme import rgb
from render.draw.prints import Inputs, Prints, inputs_of
from render.draw.style import DPI, MONO, families, house_style
from render.recording import Pixels

PLAIN = GraphicsContextBase()
Coverage = npt.NDArray[np.uint8]  # (height, width), 255 where the ink is

ABOVE, BELOW = 1.15, 0.4  # room over and under the baseline, in font sizes
LINE_EM = 1.5  # from one line of a paragraph to the next, in font sizes
FIRST_EM = 1.1  # from the top of a paragraph to its first baseline
LAST_EM = 0.4  # under its last baseline
EM = 0.6  # the advance of the mono font, in font sizes
RAISED = frozenset("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺")
RAISED_EM = 0.42  # from one of them to the next: they are small, and their cells are not


def advance(size: float) -> int:
    """Pixels from one mono letter to the next."""
    return round(EM * size)


def offsets(text: str, size: float) -> list[int]:
    """Where each letter of a line of the mono font starts, in pixels from its left end.

    Letters are a cell apart, but raised ones close up behind the first of them. What follows
    them keeps its place, so that a line is as wide as its cells whatever its digits are.
    """
    wide, close = advance(size), round(RAISED_EM * size)
    found, before, first = [], 0, 0
    raised = 0  # letters in a row so far
    for letter in text:
        raised = raised + 1 if letter in RAISED else 0
        first = before if raised == 1 else first
        found.append(first + (raised - 1) * close if raised else before)
        before += cells(letter) * wide
    return found


def lines_em(count: int) -> float:
    """The height of a paragraph of so many lines, in font sizes."""
    return FIRST_EM + LINE_EM * (count - 1) + LAST_EM if count else 0.0


def cells(text: str) -> int:
    """The width of a text in letters of the mono font; a Chinese letter counts as two."""
    if text.isascii():
        return len(text)
    return sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in text)


# A letter at 1080p takes 1 kB, a whole line of the text font 30 kB; a film has some hundred
# letters and sizes, and lines of the text font that change in every frame.
MAX_PIECES = 2048


@lru_cache(maxsize=MAX_PIECES)
def coverage(text: str, size: float, mono: bool) -> Coverage:
    """The ink of a piece of text that starts at the left edge, as Agg draws it."""
    family = (MONO, *families(text)) if mono else families(text)
    font = FontProperties(family=family, size=size)
    above, below = np.ceil([ABOVE * size, BELOW * size])
    left = (advance(size) - EM * size) / 2 if mono else 0.0
    renderer = RendererAgg(max(line_width(text, size, mono), 1), int(above + below), DPI)
    with house_style():
        renderer.draw_text(renderer.new_gc(), left, above, text, font, 0, ismath=False)
    return np.asarray(renderer.buffer_rgba())[..., 3].copy()


def line_width(text: str, size: float, mono: bool) -> int:
    """The width of the picture of a line, in pixels."""
    return cells(text) * advance(size) if mono else int(np.ceil(natural_width(text, size))) + 2


# A number with its text takes 0.3 kB; a panel that searches for its widest text needs one for
# each step of a run.
MAX_WIDTHS = 8192


@lru_cache(maxsize=MAX_WIDTHS)
def natural_width(text: str, size: float) -> float:
    """The width of a line of the sans font in pixels."""
    font = FontProperties(family=families(text), size=size)
    renderer = RendererAgg(1, 1, DPI)
    with house_style():
        return float(renderer.get_text_width_height_descent(text, font, ismath=False)[0])


def line_coverage(text: str, size: float, mono: bool) -> Coverage:
    """The ink of a whole line: letter by letter in the mono font, else in one piece."""
    pieces = list(text) if mono else [text]
    inks = [coverage(piece, size, mono) for piece in pieces]
    line = np.concatenate(inks, axis=1)
    if not mono or not RAISED.intersection(text):
        return line
    line[:] = 0
    for ink, left in zip(inks, offsets(text, size), strict=True):
        part = line[:, left : left + ink.shape[1]]
        np.maximum(part, ink, out=part)
    return line


# A line at 1080p takes up to 120 kB. A frame has some ten lines of live words, and most of them
# are the same in the next frame.
MAX_LINES = 256


@lru_cache(maxsize=MAX_LINES)
def inked(text: str, size: float, mono: bool, colour: tuple[int, int, int]) -> Pixels:
    """A line in a colour, as an image for Agg: from the bottom up."""
    ink = line_coverage(text, size, mono)
    picture = np.empty((*ink.shape, 4), np.uint8)
    picture[..., :3] = colour
    picture[..., 3] = ink[::-1]
    return picture


AROUND_PX = 4  # of a text's own rectangle, which may be a pixel narrower than its ink


class StillText(Text):
    """A line of text that stays: Matplotlib's own, which is copied where it was drawn before."""

    prints: Prints

    def draw(self, renderer: Any) -> None:
        if self.get_visible():
            self.prints.draw(renderer, self._inputs(), lambda: self._box(renderer), super().draw)

    def set(self, **properties: Any) -> list[Any]:
        """As `Artist.set`; see PaintedArtist."""
        return super().set(**properties)

    def _box(self, renderer: Any) -> Cell:
        box = self.get_window_extent(renderer)
        return Cell(box.x0, box.y0, box.width, box.height).inset(*[-AROUND_PX] * 4)

    def _inputs(self) -> Inputs | None:
        """All that its picture depends on; None where it has more than we ever give it."""
        clipped = self.get_clip_box() is not None or self.get_clip_path() is not None
        if clipped or self.get_bbox_patch() is not None or self.get_path_effects():
            return None
        font = self.get_fontproperties()
        return inputs_of(
            "text", self.get_text(), *self.get_unitless_position(), self.get_color(),
            self.get_alpha(), self.get_rotation(), self.get_rotation_mode(),
            self.get_horizontalalignment(), self.get_verticalalignment(), self.get_parse_math(),
            font.get_family(), font.get_size(), font.get_weight(), font.get_style(),
            font.get_variant(), font.get_stretch(),
        )  # fmt: skip


class Writer(ABC):
    """A renderer that takes a line of text as it is."""

    @abstractmethod
    def write(
        self,
        text: str,
        left: float,
        baseline: float,
        rgb: Sequence[int],
        size: float,
        families: Sequence[str],
        advance: int,
    ) -> None:
        """Write it from `left` on; `advance` is from letter to letter, 0 where its font decides."""


class LiveText(Artist):
    """A line of text at a whole pixel that can be changed fast."""

    def __init__(
        self,
        x: float,
        baseline: float,
        *,
        size: float,
        colour: str,
        mono: bool,
        right: bool,
        translated: Callable[[str], str],
    ) -> None:
        super().__init__()
        self.x, self.baseline = x, baseline
        self.text = ""
        self._size, self._mono, self._right, self._translated = size, mono, right, translated
        self._rgb = rgb(colour)
        self.set_zorder(21)

    def draw(self, renderer: Any) -> None:
        if not self.text or not self.get_visible():
            return
        translated = self._translated(self.text)
        if not isinstance(renderer, RendererAgg):
            width, below = self._box(translated)
            left = round(self.x - width if self._right else self.x)
            bottom = round(self.baseline - below)
            self._print(renderer, translated, left, bottom + int(np.ceil(below)))
            return
        picture, below = self._picture(translated)
        left = round(self.x - picture.shape[1] if self._right else self.x)
        renderer.draw_image(PLAIN, left, round(self.baseline - below), picture)

    def _box(self, text: str) -> tuple[int, float]:
        """The width of a line's picture in pixels, and the pixels of it below the baseline."""
        return line_width(text, self._size, self._mono), BELOW * self._size

    def _picture(self, text: str) -> tuple[Pixels, float]:
        """A line as an image, and the pixels of it below the baseline."""
        return inked(text, self._size, self._mono, self._rgb), BELOW * self._size

    def _print(self, renderer: Any, translated: str, left: float, baseline: float) -> None:
        """Write it as text into a vector drawing, each letter where its picture would be."""
        family = (MONO, *families(translated)) if self._mono else families(translated)
        if isinstance(renderer, Writer):
            apart = advance(self._size) if self._mono else 0
            renderer.write(str(translated), left, baseline, self._rgb, self._size, family, apart)
            return
        font = FontProperties(family=family, size=self._size)
        gc = renderer.new_gc()
        gc.set_foreground((*(part / 255 for part in self._rgb), 1.0), isRGBA=True)
        if renderer.flipy():
            baseline = renderer.get_canvas_width_height()[1] - baseline
        pieces = list(translated) if self._mono else [translated]
        places = offsets(translated, self._size) if self._mono else [0]
        x = left + (advance(self._size) - EM * self._size) / 2 if self._mono else left
        for piece, place in zip(pieces, places, strict=True):
            if piece.strip():
                renderer.draw_text(gc, x + place, baseline, piece, font, 0, ismath=False)
        gc.restore()
