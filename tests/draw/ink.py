"""Finds what the words of a frame touch, by their pixels, not by their boxes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.text import Text

from render.draw.artists import PaintedArtist
from render.draw.panels.contour import ContourPanel
from render.draw.stage import Stage
from render.draw.style import DPI
from render.draw.text import LiveText
from render.timeline.plan import Moment

Mask = npt.NDArray[np.bool_]  # (height, width)
SEEN = 96  # of 255: fainter ink is the smoothing of an edge
TOUCHING = 2  # pixels in common that count
ON_ITS_MARK = {"cut off"}  # dark on the square that it says it of


@dataclass(frozen=True)
class Word:
    """A text on screen and where its ink is."""

    text: str
    top: int
    left: int
    ink: Mask  # the part of the frame that holds it

    def meets(self, other: Word) -> bool:
        """Whether the two have pixels in common."""
        top, left = max(self.top, other.top), max(self.left, other.left)
        bottom = min(self.top + self.ink.shape[0], other.top + other.ink.shape[0])
        right = min(self.left + self.ink.shape[1], other.left + other.ink.shape[1])
        if bottom <= top or right <= left:
            return False
        both = [
            w.ink[top - w.top : bottom - w.top, left - w.left : right - w.left]
            for w in (self, other)
        ]
        return int((both[0] & both[1]).sum()) > TOUCHING


def faults(stage: Stage, moment: Moment) -> list[str]:
    """Every word of a frame that touches another, a dot, trail, line or curve, or the edge."""
    words = [*_words(lambda: stage.canvas._still_layer())]
    words += [*_words(lambda: stage.draw(moment))]
    strokes = _strokes(stage)
    height, width = strokes.shape
    found = []
    for i, word in enumerate(words):
        bottom, right = word.top + word.ink.shape[0], word.left + word.ink.shape[1]
        if word.top <= 0 or word.left <= 0 or bottom >= height or right >= width:
            found.append(f"'{word.text}' leaves the frame")
        under = strokes[word.top : bottom, word.left : right]
        if word.text not in ON_ITS_MARK and int((under & word.ink).sum()) > TOUCHING:
            found.append(f"'{word.text}' touches a stroke")
        found += [f"'{word.text}' touches '{o.text}'" for o in words[i + 1 :] if word.meets(o)]
    return found


def _words(work: Callable[[], Any]) -> Iterator[Word]:
    """The words that a function draws."""
    found: list[Word] = []

    def noted(original: Any, text_of: Callable[[Any], str]) -> Any:
        def draw(artist: Any, renderer: Any) -> None:
            if not artist.get_visible() or not text_of(artist).strip():
                return
            alone = RendererAgg(int(renderer.width), int(renderer.height), DPI)
            original(artist, alone)
            ink = np.asarray(alone.buffer_rgba())[..., 3] > SEEN
            rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
            if len(rows):
                part = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].copy()
                found.append(Word(text_of(artist), int(rows[0]), int(columns[0]), part))

        return draw

    with (
        patch.object(Text, "draw", noted(Text.draw, lambda a: a.get_text())),
        patch.object(LiveText, "draw", noted(LiveText.draw, lambda a: a.text)),
    ):
        work()
    yield from found


@contextmanager
def _silent() -> Iterator[None]:
    def nothing(*_: Any) -> None:
        pass

    with patch.object(Text, "draw", nothing), patch.object(LiveText, "draw", nothing):
        yield


def _strokes(stage: Stage) -> Mask:
    """The ink of all dots, trails, lines and curves together, as they are at present."""
    width, height = stage.size_px
    renderer = RendererAgg(width, height, DPI)
    with _silent():
        stage.canvas.growing.draw(renderer)
        for artist in stage.canvas.moving:
            if isinstance(artist, PaintedArtist) and not hasattr(artist, "pose_artists"):
                artist.draw(renderer)
        for axes in stage.figure.axes:
            for curve in axes.lines:
                curve.draw(renderer)
        for panel in stage.panels:
            if isinstance(panel, ContourPanel):
                for curve in panel.base.lines:
                    curve.draw(renderer)
    return np.asarray(renderer.buffer_rgba())[..., 3] > SEEN
