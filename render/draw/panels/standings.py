"""Who is who in a race, and who is ahead: marker, label, loss and rank of every run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from render.draw.numbers import brief, brief_width
from render.draw.panels.base import DrawnPanel
from render.results import Run

if TYPE_CHECKING:
    from render.draw.context import Context, FrameState, RunState
    from render.draw.layers import Layers
    from render.draw.layout import Cell, Room
    from render.draw.run_style import RunStyle


RANK = "1 "


class Standing:
    """`1 ● Adam  0.0123`: the leader in full colour, the others muted."""

    def __init__(
        self, page: Layers, run: Run, guise: RunStyle, left: float, baseline: float, room: float
    ) -> None:
        from render.draw.artists import PaintedArtist, Stamp, outline

        theme, type_ = page.theme, page.type
        self.ahead = [page.live(left, baseline, colour=c) for c in (theme.text, theme.muted)]
        rank = page.width(RANK, mono=True)
        shape = outline(guise.marker, guise.grown)
        stamp = Stamp(0.45 * type_.text, guise.dot, theme.edge, 1.5, shape=shape)
        at = np.array([left + rank + 0.55 * type_.text, baseline + 0.36 * type_.text])

        def paint(renderer: Any) -> None:
            stamp.draw(renderer, at)

        page.add(PaintedArtist(paint))
        named = left + rank + 1.45 * type_.text
        value = brief_width(run.recording.loss) * page.width("0", mono=True)
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

    def move(self, here: RunState, place: int) -> None:
        """Show the loss at a moment, and the place it has."""
        for leads, rank, name, value in zip(
            (True, False), self.ahead, self.names, self.values, strict=True
        ):
            for words in (rank, name, value):
                words.set_visible(leads == (place == 1))
            rank.text = f"{place}"
            value.text = brief(here.snapshot.loss)


def width(page: Layers, run: Run) -> float:
    """How wide an entry is, in pixels."""
    mono = page.width(RANK, mono=True) + brief_width(run.recording.loss) * page.width(
        "0", mono=True
    )
    return mono + page.width(run.label) + 2.0 * page.type.text


EQUAL = 1e-9  # relative: losses that differ by less are level
LINE_EM, GAP_EM = 1.75, 2.0  # between two rows and two columns, in text heights


@dataclass
class StandingsPanel(DrawnPanel):
    """Who is who in a race, and who is ahead: marker, label, loss and rank of every run."""

    room_em: ClassVar[tuple[float, float]] = (20, 1.7)
    fixed_height: ClassVar[bool] = True

    def room(self, page: Layers, show: Context) -> Room:
        from render.draw.layout import MARGIN_EM, Room

        text = page.type.text
        wide = float(page.figure.bbox.width) - 2 * MARGIN_EM * text
        rows = -(-len(show.runs) // self._columns(page, show, wide))
        return Room(self.room_em[0] * text, (LINE_EM * rows + 0.4) * text, fixed=True)

    def setup(self, page: Layers, cell: Cell, show: Context) -> None:

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

    def _columns(self, page: Layers, show: Context, wide: float) -> int:
        """As many entries in a row as have room, in rows of about the same length."""

        gap = GAP_EM * page.type.text
        entry = max(width(page, run) for run in show.runs)
        most = max(1, min(len(show.runs), int((wide + gap) / (entry + gap))))
        rows = -(-len(show.runs) // most)
        return -(-len(show.runs) // rows)

    def update(self, now: FrameState) -> None:
        places = ranks(now.runs)
        for standing, here, place in zip(self.standings, now.runs, places, strict=True):
            standing.move(here, place)


def ranks(runs: tuple[RunState, ...]) -> list[int]:
    """The place of each run by its loss, 1 the lowest; runs that are level share one.

    One that has left all numbers is last, whatever it had when it did.
    """
    losses = np.array([np.finfo(float).max if here.lost else here.snapshot.loss for here in runs])
    slack = EQUAL * np.abs(losses)
    return [1 + int((losses < loss - room).sum()) for loss, room in zip(losses, slack, strict=True)]
