r"""Lines with mathtext in them, `$\hat y$`, drawn in pieces: words as ever, formulas by Matplotlib.

Imported only for films that ask for `tex`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties, findfont

from render.config.node import KeyPath
from render.config.problems import Span, dotted
from render.config.spec import Spec
from render.config.tex import DOLLAR, numbered, parts
from render.draw.style import DPI, MONO, families, house_style, letters_of
from render.draw.text import (
    ABOVE,
    BELOW,
    EM,
    Coverage,
    LiveText,
    advance,
    cells,
    line_coverage,
    natural_width,
)
from render.draw.wording import Rich
from render.errors import ConfigError, RenderError
from render.recording import Pixels
from render.timeline.captions import PAD

MAX_MATH = 512  # formulas; one at 1080p takes 30 kB, and live numbers make new ones
CELL = re.compile(f"[0-9−{PAD}]")  # what is as wide as a digit in numbers that change
CELLS = re.compile(f"[0-9−{PAD}]|[^0-9−{PAD}]+")
LETTERS = "DejaVu Sans"  # the font of formulas, which Matplotlib brings


def _font(size: float) -> FontProperties:
    return FontProperties(family=LETTERS, size=size)


@lru_cache(maxsize=MAX_MATH)
def math_box(math: str, size: float) -> tuple[float, float, float]:
    """The width of a formula, and its height above and below the baseline, in pixels."""
    renderer = RendererAgg(1, 1, DPI)
    with house_style():
        width, height, depth = renderer.get_text_width_height_descent(math, _font(size), True)
    return float(width), float(height - depth), float(depth)


@lru_cache(maxsize=MAX_MATH)
def math_coverage(math: str, size: float, above: int, below: int) -> Coverage:
    """The ink of a formula, with so many rows above and below its baseline."""
    width = int(np.ceil(math_box(math, size)[0])) + 2
    renderer = RendererAgg(width, above + below, DPI)
    with house_style():
        renderer.draw_text(renderer.new_gc(), 0, above, math, _font(size), 0, ismath=True)
    return np.asarray(renderer.buffer_rgba())[..., 3].copy()


def _plain(part: str) -> str:
    return part.replace(DOLLAR, "$")


def _blank(size: float) -> float:
    """The width of a space, which is no ink: at the ends of words it counts all the same."""
    return natural_width("n n", size) - natural_width("nn", size)


@lru_cache(maxsize=64)
def digit(size: float) -> float:
    """The width of a cell for any digit, in whole pixels."""
    return float(np.ceil(max(natural_width(2 * d, size) for d in "0123456789") / 2))


@dataclass(frozen=True)
class Piece:
    """A part of a line, that stands by itself."""

    text: str
    width: float
    math: bool = False
    lead: float = 0.0  # pixels from the left end of the piece to its ink


def pieces(line: str, size: float, mono: bool, math: bool, tabular: bool) -> Iterator[Piece]:
    """The pieces of a line from left to right."""
    for part, formula in parts(line) if math else [(line, False)]:
        if formula:
            text = part.replace(PAD, "")
            yield Piece(text, float(np.ceil(math_box(text, size)[0]) + 2), True)
            continue
        plain = _plain(part) if math else part
        if mono:
            yield Piece(plain, cells(plain) * advance(size))
            continue
        for text in CELLS.findall(plain) if tabular else [plain]:
            yield _piece(text, size, tabular)


def _piece(text: str, size: float, tabular: bool) -> Piece:
    if tabular and CELL.fullmatch(text):
        width = digit(size)
        return Piece(text.strip(PAD), width, lead=(width - natural_width(text, size)) / 2)
    inside = text.strip()
    blanks = len(text) - len(inside)
    width = natural_width(inside, size) if inside else 0.0
    width = float(np.ceil(width + blanks * _blank(size)))
    return Piece(inside, width, lead=(len(text) - len(text.lstrip())) * _blank(size))


def line_width(line: Rich, size: float, mono: bool = False) -> float:
    """The width of a line in pixels."""
    return sum(piece.width for piece in pieces(line, size, mono, line.math, line.tabular))


def formula_box(line: str, size: float) -> tuple[int, int]:
    """The rows above and below the baseline of a line's highest formula; 0 where it has none."""
    boxes = [math_box(part, size) for part, formula in parts(line) if formula]
    above = max([0, *(box[1] + 1 for box in boxes)])
    below = max([0, *(box[2] + 1 for box in boxes)])
    return int(np.ceil(above)), int(np.ceil(below))


def line_box(line: str, size: float, math: bool = True) -> tuple[int, int]:
    """The rows above and below the baseline that a line needs: of its words and its formulas."""
    above, below = formula_box(line, size) if math else (0, 0)
    return max(int(np.ceil(ABOVE * size)), above), max(int(np.ceil(BELOW * size)), below)


def fitted(line: Rich, size: float) -> float:
    """The largest size, at most `size`, at which a line is not higher than one of words."""
    above, below = line_box(line, size, line.math)
    return size * min(1.0, np.ceil(ABOVE * size) / above, np.ceil(BELOW * size) / below)


@lru_cache(maxsize=MAX_MATH)
def _ink(line: str, size: float, mono: bool, math: bool, tabular: bool) -> tuple[Coverage, int]:
    """The ink of a line, and the rows of it below the baseline."""
    above, below = line_box(line, size, math)
    drawn = [*pieces(line, size, mono, math, tabular)]
    ink = np.zeros((above + below, max(1, int(sum(piece.width for piece in drawn)))), np.uint8)
    left = 0.0
    for piece in drawn:
        if piece.math:
            _paste(ink, math_coverage(piece.text, size, above, below), 0, round(left))
        elif piece.text.strip():
            part = line_coverage(piece.text, size, mono)
            _paste(ink, part, above - int(np.ceil(ABOVE * size)), round(left + piece.lead))
        left += piece.width
    return ink, below


def _paste(ink: Coverage, part: Coverage, top: int, left: int) -> None:
    """Add the ink of a part; what is outside is left out."""
    rows, columns = min(part.shape[0], ink.shape[0] - top), min(part.shape[1], ink.shape[1] - left)
    if rows > 0 and columns > 0:
        there = ink[top : top + rows, left : left + columns]
        np.maximum(there, part[:rows, :columns], out=there)


class MathText(LiveText):
    """A line that may have formulas in it; one that has none is drawn as ever.

    It is drawn smaller if a formula is too high for a line, unless lines may be `tall`.
    """

    def __init__(self, x: float, baseline: float, *, tall: bool = False, **options: Any) -> None:
        super().__init__(x, baseline, **options)
        self._tall = tall

    def _picture(self, text: str) -> tuple[Pixels, float]:
        if not isinstance(text, Rich):
            return super()._picture(text)
        ink, below = _ink(text, self._size_of(text), self._mono, text.math, text.tabular)
        picture = np.empty((*ink.shape, 4), np.uint8)
        picture[..., :3] = self._rgb
        picture[..., 3] = ink[::-1]
        return picture, below

    def _box(self, text: str) -> tuple[int, float]:
        if not isinstance(text, Rich):
            return super()._box(text)
        picture, below = self._picture(text)
        return picture.shape[1], below

    def _size_of(self, text: Rich) -> float:
        return self._size if self._tall else fitted(text, self._size)

    def _print(self, renderer: Any, translated: str, left: float, baseline: float) -> None:
        if not isinstance(translated, Rich):
            super()._print(renderer, translated, left, baseline)
            return
        size = self._size_of(translated)
        gc = renderer.new_gc()
        gc.set_foreground((*(part / 255 for part in self._rgb), 1.0), isRGBA=True)
        if renderer.flipy():
            baseline = renderer.get_canvas_width_height()[1] - baseline
        x = left
        for piece in pieces(translated, size, self._mono, translated.math, translated.tabular):
            if piece.math:
                renderer.draw_text(gc, x, baseline, piece.text, _font(size), 0, ismath=True)
            elif self._mono:
                for i, letter in enumerate(piece.text):
                    at = x + (advance(size) - EM * size) / 2 + cells(piece.text[:i]) * advance(size)
                    font = FontProperties(family=(MONO, *families(letter)), size=size)
                    if letter.strip():
                        renderer.draw_text(gc, at, baseline, letter, font, 0, ismath=False)
            elif piece.text:
                font = FontProperties(family=families(piece.text), size=size)
                renderer.draw_text(gc, x + piece.lead, baseline, piece.text, font, 0, ismath=False)
            x += piece.width
        gc.restore()


# What is wrong with mathtext, and where.

CARET = re.compile(r"\n( *)\^\n")


def math_fault(text: str, fields: bool = False) -> tuple[str, int, int] | None:
    """What is wrong with the mathtext of a text, with the letter where it is and how many.

    With `fields`, numbers stand for the fields of a caption.
    """
    if fields:
        text = numbered(text)
    if (text.replace(DOLLAR, "").count("$")) % 2:
        lone = [at.start() for at in re.finditer(r"(?<!\\)\$", text)][-1]
        return "a $ without its partner: write \\$ for a dollar that is none of mathtext's", lone, 1
    at = 0
    for part, math in parts(text):
        if math and (fault := _misread(part)) is not None:
            start, width = fault
            written = part[start : start + width]
            return f"mathtext can't be read at '{written}'", at + start, width
        at += len(part)
    return None


def _misread(math: str) -> tuple[int, int] | None:
    """The letters of a formula that can't be read, from where they start; None if all can."""
    if not math.strip("$").strip():
        return 0, len(math)
    codes = letters_of(findfont(LETTERS))
    for at, letter in enumerate(math):
        if ord(letter) > 0x7F and ord(letter) not in codes:
            return at, 1
    try:
        math_box(math, 12.0)
    except ValueError as error:
        caret = CARET.search(str(error))
        start = min(1 + len(caret[1]) if caret else 0, len(math) - 1)
        command = re.match(r"\\[A-Za-z]+", math[start:])
        return start, len(command[0]) if command else len(math) - start
    return None


def math_fault_of(spec: Spec) -> RenderError | None:
    """The error about all faults of a film's mathtext, each at its place; None if all is well."""
    texts: list[tuple[KeyPath, str, bool]] = [
        (("captions", i, "text"), caption.text, True)
        for i, caption in enumerate(spec.captions)
        if caption.tex
    ]
    if spec.film.tex:
        texts.append((("title",), spec.title, False))
        texts += [(("film", "labels", k), text, False) for k, text in spec.film.labels.items()]
        texts += [(("runs", run.label), run.label, False) for run in spec.runs]
    faults = []
    for path, text, fields in texts:
        if (fault := math_fault(text, fields)) is not None:
            message, start, width = fault
            faults.append((path, message, Span(text, start, width)))
    if not faults:
        return None
    if spec.source is not None:
        return spec.source.refused(faults)
    return ConfigError("\n".join(f"{dotted(path)}: {message}" for path, message, _ in faults))
