"""The runs of a race and how they rank: marker, label, loss and rank of each run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from render.draw.numbers import brief, brief_width
from render.draw.panels.base import DrawnPanel
from render.results import Run

if TYPE_CHECKING:
    from render.cells import Cell, Room
    from render.draw.context import Context, FrameState, RunState
    from render.draw.layers import Layers
    from render.draw.run_style import RunStyle


RANK = "1 "


class Standing:
    """`1 ● Adam  0.0123`: the leader in full colour, the others muted."""

    def __init__(
        self, layers: Layers, run: Run, style: RunStyle, left: float, baseline: float, room: float
    ) -> None:
        from render.draw.artists import PaintedArtist, Stamp, outline

        theme, type_ = layers.theme, layers.type
        self.ahead = [layers.live(left, baseline, colour=c) for c in (theme.text, theme.muted)]
        rank = layers.width(RANK, mono=True)
        shape = outline(style.marker, style.grown)
        stamp = Stamp(0.45 * type_.text, style.dot, theme.edge, 1.5, shape=shape)
        at = np.array([left + rank + 0.55 * type_.text, baseline + 0.36 * type_.text])

        def paint(renderer: Any) -> None:
            stamp.draw(renderer, at)

        layers.add(PaintedArtist(paint))
        named = left + rank + 1.45 * type_.text
        value = brief_width(run.recording.loss) * layers.width("0", mono=True)
        label, size = layers.shrunk(
            run.label, room - rank - 2.0 * type_.text - value, type_.text, least=type_.ticks
        )
        self.names = [
            layers.live(named, baseline, size=size, colour=c, mono=False)
            for c in (theme.text, theme.muted)
        ]
        for name in self.names:
            name.text = label
        right = named + layers.width(label, size) + 0.6 * type_.text + value
        self.values = [
            layers.live(right, baseline, colour=c, right=True) for c in (theme.text, theme.muted)
        ]
        layers.move(*self.ahead, *self.names, *self.values)

    def move(self, run_state: RunState, place: int) -> None:
        """Write the loss at a moment, and the place among the runs."""
        for leads, rank, name, value in zip(
            (True, False), self.ahead, self.names, self.values, strict=True
        ):
            for words in (rank, name, value):
                words.set_visible(leads == (place == 1))
            rank.text = f"{place}"
            value.text = brief(run_state.snapshot.loss)


def width(layers: Layers, run: Run) -> float:
    """How wide an entry is, in pixels."""
    mono = layers.width(RANK, mono=True) + brief_width(run.recording.loss) * layers.width(
        "0", mono=True
    )
    return mono + layers.width(run.label) + 2.0 * layers.type.text


TIED = 1e-9  # relative: losses that differ by less share a place
LINE_EM, GAP_EM = 1.75, 2.0  # between two rows and two columns, in text heights


@dataclass
class StandingsPanel(DrawnPanel):
    """The runs of a race and how they rank: marker, label, loss and rank of each run."""

    room_em: ClassVar[tuple[float, float]] = (12, 1.7)
    fixed_height: ClassVar[bool] = True
    stays: ClassVar[int] = 2
    words_only: ClassVar[bool] = True

    def room(self, layers: Layers, context: Context, width: float) -> Room:
        from render.cells import Room

        text = layers.type.text
        rows = -(-len(context.runs) // self._columns(layers, context, width))
        return Room(self.room_em[0] * text, (LINE_EM * rows + 0.4) * text, fixed=True)

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:

        text = layers.type.text
        layers.rule(cell.left, cell.right, cell.top)
        columns = self._columns(layers, context, cell.width)
        pitch = (cell.width + GAP_EM * text) / columns
        self.standings: list[Standing] = []
        for i, (run, style) in enumerate(zip(context.runs, context.styles, strict=True)):
            row, column = divmod(i, columns)
            left = round(cell.left + column * pitch)
            baseline = round(cell.top - (LINE_EM * (row + 1) - 0.35) * text)
            width = pitch - GAP_EM * text
            self.standings.append(Standing(layers, run, style, left, baseline, width))

    def _columns(self, layers: Layers, context: Context, wide: float) -> int:
        """The number of columns: as many as fit, so that the rows are about equally long."""

        gap = GAP_EM * layers.type.text
        entry = max(width(layers, run) for run in context.runs)
        most = max(1, min(len(context.runs), int((wide + gap) / (entry + gap))))
        rows = -(-len(context.runs) // most)
        return -(-len(context.runs) // rows)

    def update(self, state: FrameState) -> None:
        places = ranks(state.runs)
        for standing, run_state, place in zip(self.standings, state.runs, places, strict=True):
            standing.move(run_state, place)


def ranks(runs: tuple[RunState, ...]) -> list[int]:
    """The rank of each run by its loss, 1 the lowest; runs with equal losses share a rank.

    A run whose numbers are no longer finite is last, whatever its last loss was.
    """
    losses = np.array(
        [np.finfo(float).max if run_state.lost else run_state.snapshot.loss for run_state in runs]
    )
    slack = TIED * np.abs(losses)
    return [1 + int((losses < loss - room).sum()) for loss, room in zip(losses, slack, strict=True)]
