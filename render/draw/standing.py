"""One run's entry in the standings."""

from __future__ import annotations

from typing import Any

import numpy as np

from render.draw.guise import Guise
from render.draw.marks import Drawing, Stamp, outline
from render.draw.numbers import BRIEF, brief
from render.draw.page import Page
from render.draw.show import Here
from render.run import Run

RANK = "1 "


class Standing:
    """`1 ● Adam  0.0123`: the leader in full colour, the others muted."""

    def __init__(
        self, page: Page, run: Run, guise: Guise, left: float, baseline: float, room: float
    ) -> None:
        theme, type_ = page.theme, page.type
        self.ahead = [page.live(left, baseline, colour=c) for c in (theme.text, theme.muted)]
        rank = page.width(RANK, mono=True)
        shape = outline(guise.marker, guise.grown)
        stamp = Stamp(0.45 * type_.text, guise.dot, theme.edge, 1.5, shape=shape)
        at = np.array([left + rank + 0.55 * type_.text, baseline + 0.36 * type_.text])

        def paint(renderer: Any) -> None:
            stamp.draw(renderer, at)

        page.add(Drawing(paint))
        named = left + rank + 1.45 * type_.text
        value = letters(run) * page.width("0", mono=True)
        label, size = page.shrunk(
            run.label, room - rank - 2.0 * type_.text - value, type_.text, least=type_.ticks
        )
        self.names = [
            page.live(named, baseline, size=size, colour=c, mono=False)
            for c in (theme.text, theme.muted)
        ]
        for name in self.names:
            name.text = label
        right = named + page.width(label, size) + 0.6 * type_.text + value
        self.values = [
            page.live(right, baseline, colour=c, right=True) for c in (theme.text, theme.muted)
        ]
        page.move(*self.ahead, *self.names, *self.values)

    def move(self, here: Here, place: int) -> None:
        """Show the loss at a moment, and the place it has."""
        for leads, rank, name, value in zip(
            (True, False), self.ahead, self.names, self.values, strict=True
        ):
            for words in (rank, name, value):
                words.set_visible(leads == (place == 1))
            rank.text = f"{place}"
            value.text = brief(here.snapshot.loss)


def width(page: Page, run: Run) -> float:
    """How wide an entry is, in pixels."""
    mono = page.width(RANK, mono=True) + letters(run) * page.width("0", mono=True)
    return mono + page.width(run.label) + 2.0 * page.type.text


def letters(run: Run) -> int:
    """How many letters its losses take: a diverged one's power of ten has three digits."""
    loss = run.recording.loss
    ends = loss.min(), loss.max(), loss[np.abs(loss).argmin()]
    return max(BRIEF, *(len(brief(float(value))) for value in ends))
