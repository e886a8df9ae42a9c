"""The runs of a race and how they rank: marker, label, loss and rank of each run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from render.draw.numbers import brief, brief_width
from render.draw.panels.base import DrawnPanel
from render.draw.plot.ranges import MAX_DIVERGED
from render.numerals import significant
from render.phrases import phrase
from render.recording import Array
from render.results import Run

if TYPE_CHECKING:
    from render.cells import Cell, Room
    from render.draw.context import Context, FrameState, RunState
    from render.draw.layers import Layers
    from render.draw.run_style import RunStyle


RANK = "1 "


NEAR = 0.25  # of the way to the next minimum: as near to one a run is in its valley
MAX_NAMED = 2  # parameters of a place


@dataclass(frozen=True)
class Valleys:
    """The minima of a loss that has several of one depth, by whose places its valleys are named."""

    names: tuple[str, ...]  # of the parameters
    places: Array  # (M, P)
    size: float  # of its letters
    digits: int = 3

    @classmethod
    def of(cls, context: Context, size: float) -> Valleys | None:
        """None where the losses tell the minima apart, or a place has too many numbers."""
        from render.draw.plot.contours import known_minima

        names = context.recording.names
        alike = all(run.recording.names == names for run in context.runs)
        minima = known_minima(context.landscape, context.recording)
        level = len(minima) > 1 and all(minimum.lowest for minimum in minima)
        if not level or not alike or len(names) > MAX_NAMED:
            return None
        return cls(names, context.landscape.minima_of(names), size)

    def name(self, values: Mapping[str, float]) -> str:
        """`→ (3, 2)` for parameters in the valley of that minimum; empty between valleys."""
        away = np.linalg.norm(self.places - [values[name] for name in self.names], axis=1)
        nearest, next_ = np.argsort(away)[:2]
        near = away[nearest] <= NEAR * away[next_]
        return self._written(self.places[nearest]) if near else ""

    def widest(self, layers: Layers) -> float:
        """The width of the longest name in pixels."""
        return max(layers.width(self._written(at), self.size) for at in self.places)

    def _written(self, place: Array) -> str:
        return f"→ ({', '.join(significant(value, self.digits) for value in place.tolist())})"


class Standing:
    """`1 ● Adam  0.0123`: the leader in full colour, the others muted.

    Of a run that has diverged it says so before the loss, from the step on at which that has
    left the picture for good. In a valley as deep as the others there is nothing to rank: the
    entry says which one it is.
    """

    def __init__(
        self,
        layers: Layers,
        run: Run,
        style: RunStyle,
        left: float,
        baseline: float,
        room: float,
        valleys: Valleys | None = None,
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
        value, self.valleys = value_px(layers, run, valleys), valleys
        value += word_px(layers, run, valleys)
        label, size = layers.shrunk(
            run.label, room - rank - 2.0 * type_.text - value, type_.text, least=type_.ticks
        )
        self.names = [
            layers.live(named, baseline, size=size, colour=c, mono=False)
            for c in (theme.text, theme.muted)
        ]
        for name in self.names:
            name.text = label
        after = named + layers.width(label, size) + 0.6 * type_.text
        right = after + word_px(layers, run, valleys) + value_px(layers, run)
        self.left_at = left_at(run) if valleys is None else np.inf
        self.word = layers.live(after, baseline, colour=theme.parameter, mono=False)
        self.values = [
            layers.live(right, baseline, colour=c, right=True) for c in (theme.text, theme.muted)
        ]
        size = type_.text if valleys is None else valleys.size
        self.valley = layers.live(after, baseline, size=size, mono=False)
        layers.move(*self.ahead, *self.names, *self.values)
        layers.move(*[self.valley] * (valleys is not None))
        layers.move(*[self.word] * bool(np.isfinite(self.left_at)))

    def move(self, run_state: RunState, place: int | None) -> None:
        """Write the loss at a moment, and the place among the runs, if they are ranked.

        Where valleys are named it is the valley instead, as soon as the run is in one: of losses
        that all end at one number none is the best.
        """
        valleys = self.valleys
        self.valley.text = "" if valleys is None else valleys.name(run_state.landed.values)
        full = place in (1, None) or valleys is not None
        for leads, rank, name, value in zip(
            (True, False), self.ahead, self.names, self.values, strict=True
        ):
            for words in (rank, name, value):
                words.set_visible(leads == full)
            rank.text = f"{place or ''}" if valleys is None else ""
            value.text = brief(run_state.landed.loss) if valleys is None else ""
        self.word.text = phrase("diverged") if run_state.row >= self.left_at else ""


def left_at(run: Run) -> float:
    """The row from which a run that diverged is off the axis of losses for good.

    Its last row if it never is; infinite for a run that did not diverge.
    """
    if not run.verdict.diverged:
        return np.inf
    loss = run.recording.loss
    inside = np.flatnonzero(loss <= MAX_DIVERGED * abs(loss[0]))
    return min(float(inside[-1]) + 1 if len(inside) else 0.0, run.recording.last)


def value_px(layers: Layers, run: Run, valleys: Valleys | None = None) -> float:
    """How wide a loss is, or the name of a valley, in pixels."""
    loss = brief_width(run.recording.loss) * layers.width("0", mono=True)
    return loss if valleys is None else max(loss, valleys.widest(layers))


def word_px(layers: Layers, run: Run, valleys: Valleys | None) -> float:
    """How wide the word before the loss of a run that diverged is, with a gap, in pixels."""
    if valleys is not None or not run.verdict.diverged:
        return 0.0
    return layers.width(phrase("diverged")) + 0.6 * layers.type.text


def width(layers: Layers, run: Run, valleys: Valleys | None = None) -> float:
    """How wide an entry is, in pixels."""
    mono = layers.width(RANK, mono=True) + value_px(layers, run, valleys)
    mono += word_px(layers, run, valleys)
    return mono + layers.width(run.label) + 2.0 * layers.type.text


TIED = 1e-9  # relative: losses that differ by less share a place
LINE_EM, GAP_EM = 1.75, 2.0  # between two rows and two columns, in text heights


@dataclass
class StandingsPanel(DrawnPanel):
    """The runs of a race and how they rank: marker, label, loss and rank of each run."""

    of_landscape: ClassVar[bool] = False
    room_em: ClassVar[tuple[float, float]] = (12, 1.7)
    fixed_height: ClassVar[bool] = True
    stays: ClassVar[int] = 2
    words_only: ClassVar[bool] = True

    def room(self, layers: Layers, context: Context, width: float) -> Room:
        from render.cells import Room

        text = layers.type.text
        rows = -(-len(context.runs) // self._columns(layers, context, width)[0])
        return Room(self.room_em[0] * text, (LINE_EM * rows + 0.4) * text, fixed=True)

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:

        text = layers.type.text
        layers.rule(cell.left, cell.right, cell.top)
        columns, valleys = self._columns(layers, context, cell.width)
        pitch = (cell.width + GAP_EM * text) / columns
        self.standings: list[Standing] = []
        for i, (run, style) in enumerate(zip(context.runs, context.styles, strict=True)):
            row, column = divmod(i, columns)
            left = round(cell.left + column * pitch)
            baseline = round(cell.top - (LINE_EM * (row + 1) - 0.35) * text)
            width = pitch - GAP_EM * text
            self.standings.append(Standing(layers, run, style, left, baseline, width, valleys))

    def _columns(self, layers: Layers, context: Context, wide: float) -> tuple[int, Valleys | None]:
        """The number of columns, and the valleys that are named; rows for them only in tall frames.

        As many columns as fit, so that the rows are about equally long.
        """
        gap, count = GAP_EM * layers.type.text, len(context.runs)

        def entry(valleys: Valleys | None = None) -> float:
            return max(width(layers, run, valleys) for run in context.runs)

        def rows(entry: float) -> int:
            return -(-count // max(1, min(count, int((wide + gap) / (entry + gap)))))

        few, full = rows(entry()), Valleys.of(context, layers.type.text)
        small = layers.type.ticks
        forms = [] if full is None else [full, replace(full, size=small)]
        forms += [replace(form, digits=2) for form in forms[1:]]
        widths = [(one, entry(one)) for one in forms]
        fitting = [(one, rows(px)) for one, px in widths if px <= wide]
        frame = context.spec.film.size
        most = few if frame[0] > frame[1] else count  # a tall frame has room for more rows
        best = min((one for one in fitting if one[1] <= most), key=itemgetter(1), default=None)
        valleys, few = best or (None, few)
        return -(-count // few), valleys

    def update(self, state: FrameState) -> None:
        # All start level or as the config says: a rank is earned by steps.
        begun = any(run_state.row for run_state in state.runs)
        places = ranks(state.runs) if begun else [None] * len(state.runs)
        for standing, run_state, place in zip(self.standings, state.runs, places, strict=True):
            standing.move(run_state, place)


def ranks(runs: tuple[RunState, ...]) -> list[int]:
    """The rank of each run by its loss, 1 the lowest; runs with equal losses share a rank.

    A run whose numbers are no longer finite is last, whatever its last loss was.
    """
    losses = np.array(
        [np.finfo(float).max if run_state.lost else run_state.landed.loss for run_state in runs]
    )
    slack = TIED * np.abs(losses)
    return [1 + int((losses < loss - room).sum()) for loss, room in zip(losses, slack, strict=True)]
