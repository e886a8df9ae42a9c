"""Lines of code as pictures: words in the house's colours, letters where live ones stand."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

import numpy as np

from render.draw.letters import BELOW, line
from render.draw.marks import Raster
from render.draw.themes.base import RGB, Theme, rgb
from render.encode.base import Pixels

WORDS = re.compile(r"#.*|[^\W\d]\w*|[^\w#]+|\d[\w.]*")
DATA = ("X", "Y", "x", "y", "X1", "X2", "x1", "x2", "loader")


def coloured(text: str, theme: Theme, parameters: Collection[str]) -> Iterator[tuple[str, str]]:
    """The pieces of a line with their colours: parameters, prediction, data, comments."""
    for piece in WORDS.findall(text):
        if piece.startswith("#"):
            yield piece, theme.muted
        elif piece in parameters:
            yield piece, theme.parameter
        elif piece == "yhat":
            yield piece, theme.prediction
        elif piece in DATA:
            yield piece, theme.data
        else:
            yield piece, theme.text


def between(first: str, second: str, share: float) -> RGB:
    """A colour on the way from one to another."""
    ends = zip(rgb(first), rgb(second), strict=True)
    red, green, blue = (round(a + share * (b - a)) for a, b in ends)
    return red, green, blue


class Sheet(Raster):
    """A picture that can be hidden."""

    def draw(self, renderer: Any) -> None:
        if self.get_visible():
            super().draw(renderer)


def words(pieces: Collection[tuple[str, RGB]], size: float, left: float, baseline: float) -> Sheet:
    """One line in mono letters of several colours, for any layer."""
    pictures = []
    for text, colour in pieces:
        ink = line(text, size, True)
        pixels = np.empty((*ink.shape, 4), np.uint8)
        pixels[..., :3], pixels[..., 3] = colour, ink
        pictures.append(pixels)
    return Sheet(np.concatenate(pictures, axis=1), left, baseline - BELOW * size, zorder=21)


def filled(left: float, bottom: float, width: float, height: float, colour: RGB) -> Sheet:
    """A rectangle of whole pixels."""
    pixels: Pixels = np.empty((max(1, round(height)), max(1, round(width)), 4), np.uint8)
    pixels[:] = (*colour, 255)
    return Sheet(pixels, left, bottom, zorder=20)
