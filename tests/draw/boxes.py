"""The words of a picture and their boxes."""

from __future__ import annotations

import itertools

import numpy as np
from matplotlib.text import Text

from render.draw.text import BELOW, LiveText, line_coverage


def written(work, monkeypatch):
    """The texts that a function draws, each with its box: left, bottom, right, top, text."""
    found = []

    def note(artist, renderer):
        if artist.get_visible() and artist.get_text().strip():
            box = artist.get_window_extent(renderer)
            found.append((box.x0 + 1, box.y0 + 1, box.x1 - 1, box.y1 - 1, artist.get_text()))

    def note_live(artist, renderer):
        if artist.get_visible() and artist.text.strip():
            text = artist._translated(artist.text)
            ink = line_coverage(text, artist._size, artist._mono)
            rows, columns = np.nonzero(ink)
            left = round(artist.x - ink.shape[1] if artist._right else artist.x)
            top = round(artist.baseline - BELOW * artist._size) + ink.shape[0]
            box = left + columns.min(), top - rows.max(), left + columns.max(), top - rows.min()
            found.append((*box, text))

    with monkeypatch.context() as patch:
        patch.setattr(Text, "draw", note)
        patch.setattr(LiveText, "draw", note_live)
        work()
    return found


def check_inside(boxes, size_px):
    """No word leaves the frame."""
    for left, bottom, right, top, text in boxes:
        assert left >= 0, text
        assert bottom >= 0, text
        assert right <= size_px[0], text
        assert top <= size_px[1], text


def check_apart(boxes):
    """No word covers another."""
    for a, b in itertools.combinations(boxes, 2):
        apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
        assert apart, (a[4], b[4])
