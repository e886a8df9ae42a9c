"""Who is who in a race, and who is ahead: marker, label, loss and rank of every run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from render.draw.panels.base import Panel

if TYPE_CHECKING:
    from render.draw.layout import Cell, Room
    from render.draw.page import Page
    from render.draw.show import Here, Now, Show
    from render.draw.standing import Standing

EQUAL = 1e-9  # relative: losses that differ by less are level
LINE_EM, GAP_EM = 1.75, 2.0  # between two rows and two columns, in text heights


@dataclass
class Standings(Panel):
    """Who is who in a race, and who is ahead: marker, label, loss and rank of every run."""

    room_em: ClassVar[tuple[float, float]] = (20, 1.7)
    fixed_height: ClassVar[bool] = True

    def room(self, page: Page, show: Show) -> Room:
        from render.draw.layout import MARGIN_EM, Room

        text = page.type.text
        wide = float(page.figure.bbox.width) - 2 * MARGIN_EM * text
        rows = -(-len(show.runs) // self._columns(page, show, wide))
        return Room(self.room_em[0] * text, (LINE_EM * rows + 0.4) * text, fixed=True)

    def setup(self, page: Page, cell: Cell, show: Show) -> None:
        from render.draw.standing import Standing

        text = page.type.text
        page.rule(cell.left, cell.right, cell.top)
        columns = self._columns(page, show, cell.width)
        pitch = (cell.width + GAP_EM * text) / columns
        self.standings: list[Standing] = []
        for i, (run, guise) in enumerate(zip(show.runs, show.guises, strict=True)):
            row, column = divmod(i, columns)
            left = round(cell.left + column * pitch)
            baseline = round(cell.top - (LINE_EM * (row + 1) - 0.35) * text)
            width = pitch - GAP_EM * text
            self.standings.append(Standing(page, run, guise, left, baseline, width))

    def _columns(self, page: Page, show: Show, wide: float) -> int:
        """As many entries in a row as have room, in rows of about the same length."""
        from render.draw.standing import width

        gap = GAP_EM * page.type.text
        entry = max(width(page, run) for run in show.runs)
        most = max(1, min(len(show.runs), int((wide + gap) / (entry + gap))))
        rows = -(-len(show.runs) // most)
        return -(-len(show.runs) // rows)

    def update(self, now: Now) -> None:
        places = ranks(now.runs)
        for standing, here, place in zip(self.standings, now.runs, places, strict=True):
            standing.move(here, place)


def ranks(runs: tuple[Here, ...]) -> list[int]:
    """The place of each run by its loss, 1 the lowest; runs that are level share one.

    One that has left all numbers is last, whatever it had when it did.
    """
    losses = np.array([np.finfo(float).max if here.lost else here.snapshot.loss for here in runs])
    slack = EQUAL * np.abs(losses)
    return [1 + int((losses < loss - room).sum()) for loss, room in zip(losses, slack, strict=True)]
