"""Numbers recorded at the steps of a run as a curve against the film's clock, with its dot."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from render.draw.artists import PaintedArtist, Pen
from render.draw.canvas import GrowingArtist
from render.draw.context import MAX_POINTS, Context, FrameState, RunState, StepRange
from render.draw.layers import Layers
from render.draw.layout import Cell
from render.draw.plot.axes import GUTTER_EM, Plot, plot
from render.draw.plot.trail import Dot, Trail, arc_lengths, starting_earlier
from render.draw.run_style import THINNER, RunStyle, plot_trail_style
from render.draw.text import LiveText
from render.recording import Array
from render.results import Run

MAX_FUTURE_POINTS = 2000  # points at most of the part that is still to come
MAX_PX = 1e6  # pixels: Agg cannot count much further
ABOVE_FOOT = 1.001  # of a logarithmic axis's least value: what lies lower is held there


class Series:
    """Values (R,) of a run's first R recorded steps, from record to record; nothing between.

    With `stairs` each one lasts until the next record, and the last one until the run ends.
    """

    def __init__(
        self,
        layers: Layers,
        context: Context,
        run: Run,
        plot: Plot,
        values: Array,
        style: RunStyle,
        *,
        stairs: bool = False,
    ) -> None:
        self.context, self.recording, self.plot, self.values = context, run.recording, plot, values
        self.last = float(len(values) - 1)
        self.stairs, self.log = stairs, plot.axes.get_yscale() == "log"
        least = ABOVE_FOOT * plot.axes.get_ylim()[0]
        self._heights = np.log(np.maximum(values, least)) if self.log else values
        self.dot = Dot(layers, style, small=True)
        self._inset = 1.2 * layers.type.dot
        if context.single:
            self._draw_coming(layers)
        self.line = self._drawn(layers, run, style)
        self.tip = self.line.tip()
        layers.grow(self.line)

    def _drawn(self, layers: Layers, run: Run, style: RunStyle) -> Trail | Stairs:
        if not self.stairs:
            trail_style = plot_trail_style(layers, self.plot.area, style.trail, self.context.single)
            return Trail(self.context, run, self._located, trail_style, chords=True)
        width = layers.type.stroke * (1.0 if self.context.single else THINNER)
        pen = Pen(style.trail, width, dashes=style.dashed(width), clip=self.plot.area)
        return Stairs(self, self.context.steps(run), pen)

    def _draw_coming(self, layers: Layers) -> None:
        """The whole curve, faintly; the past is drawn over it."""
        every = np.arange(len(self.values) + (1 if self.stairs else 0))
        few = np.linspace(0, len(every) - 1, min(len(every), MAX_FUTURE_POINTS)).astype(int)
        x, y = self.plot.axes.transData.inverted().transform(self.locate(every[few])).T
        self.plot.axes.plot(
            x, y,
            color=layers.theme.future, lw=0.6 * layers.type.stroke, zorder=2,
            drawstyle="steps-post" if self.stairs else "default",
        )  # fmt: skip

    def locate(self, steps: Array) -> Array:
        """Pixels (..., 2) at steps (...,)."""
        below = np.clip(np.floor(steps), 0, self.last)
        if self.stairs:
            return self.place(steps, below)
        clamp = np.minimum(steps, self.last)
        run_state, after = (
            self._heights[np.minimum(below + i, self.last).astype(int)] for i in (0, 1)
        )
        return self._pixels(clamp, run_state + (clamp - below) * (after - run_state))

    def _located(self, step_range: StepRange) -> Array:
        return self.locate(step_range.steps)

    def ending(self) -> float:
        """How high it ends, in pixels."""
        return float(self.locate(np.array([self.last]))[0, 1])

    def place(self, steps: Array, rows: Array) -> Array:
        """Pixels (..., 2) at steps (...,) as high as the values of rows (...,)."""
        return self._pixels(steps, self._heights[np.clip(rows, 0, self.last).astype(int)])

    def _pixels(self, steps: Array, heights: Array) -> Array:
        shown = self.context.clock.shown(self.recording, steps)
        at = self.plot.pixels(shown, np.exp(heights) if self.log else heights)
        return at.clip(-MAX_PX, MAX_PX)

    def move(self, frame_state: FrameState, run_state: RunState) -> None:
        """Bring the curve's end and its dot to a moment."""
        self.dot.at, self.dot.hollow = self.plot.clamp(self.tip.move(frame_state, run_state))
        if self.dot.hollow:  # as a whole, clear of the title
            area, inset = self.plot.area, min(self._inset, 0.4 * self.plot.area.height)
            self.dot.at[1] = np.clip(self.dot.at[1], area.bottom + inset, area.top - inset)


class Stairs(GrowingArtist):
    """A curve that is level between two records and drops or rises at each."""

    def __init__(self, series: Series, cuts: Array, pen: Pen) -> None:
        super().__init__()
        self._series, self._cuts, self._pen = series, cuts, pen
        self.set_zorder(10)
        self._points = [self._through(a, b) for a, b in pairwise(cuts)]
        lengths = [float(arc_lengths(points)[-1]) for points in self._points]
        self._before = np.append(0.0, np.cumsum(lengths))  # pixels up to each piece, for dashes

    def draw_pieces(self, renderer: Any, start: int, stop: int) -> None:
        for piece in range(start, stop):
            self._stroke(renderer, self._points[piece], self._before[piece])

    def tip(self) -> StairsTip:
        """The unfinished piece, which belongs to the moving layer."""
        return StairsTip(self)

    def draw_tip(self, renderer: Any, pieces: int, step: float) -> None:
        """From the last complete piece to the dot."""
        self._stroke(renderer, self._through(self._cuts[pieces], step), self._before[pieces])

    def at(self, step: float) -> Array:
        """Where the dot is, pixel (2,)."""
        return self._series.locate(np.array([step]))[0]

    def _through(self, first: float, last: float) -> Array:
        """Pixels (M, 2) from one step to another, two at each record between."""
        turns = np.arange(np.floor(first) + 1, np.floor(last) + 1)
        turns = turns[:: len(turns) // MAX_POINTS * 2 + 1]
        steps = np.concatenate([[first], np.repeat(turns, 2), [last]])
        rows = np.floor(steps)
        rows[1:-1:2] -= 1
        return self._series.place(steps, rows)

    def _stroke(self, renderer: Any, points: Array, before: float) -> None:
        if not (points != points[0]).any():
            return  # the run has ended, or not begun
        if self._pen.dashes:
            self._pen.draw(renderer, points, float(before % sum(self._pen.dashes)))
        else:
            self._pen.draw(renderer, starting_earlier(points))


class StairsTip(PaintedArtist):
    """The moving end of stairs."""

    def __init__(self, stairs: Stairs) -> None:
        super().__init__(self._paint, zorder=11)
        self.stairs = stairs
        self._pieces, self._step = 0, 0.0

    def move(self, frame_state: FrameState, run_state: RunState) -> Array:
        """Bring it to a moment; where the dot is, pixel (2,)."""
        self._pieces, self._step = frame_state.pieces, run_state.snapshot.step
        return self.stairs.at(self._step)

    def _paint(self, renderer: Any) -> None:
        self.stairs.draw_tip(renderer, self._pieces, self._step)


MAX_WORDS_SHARE = 0.5  # of a plot, for the words beside its curves
PITCH_EM = 1.35  # from one line of them to the next, in text heights
WORDS_GAP = 2.3  # dot radii from the end of a curve to the words


def inner(layers: Layers, cell: Cell) -> Cell:
    """The rectangle that a plot in this cell fills."""
    if layers.type.bare:
        return cell
    return cell.inset(*(gutter * layers.type.ticks for gutter in GUTTER_EM))


def last_counted(context: Context) -> float:
    """Where on the clock's axis the longest run ends."""
    ends = [
        float(context.clock.shown(run.recording, np.asarray(float(run.recording.steps))))
        for run in context.scale
    ]
    return max(ends) or 1.0


def over_time(
    layers: Layers,
    cell: Cell,
    context: Context,
    *,
    titles: tuple[str, ...],
    ylim: tuple[float, float],
    beside: str = "",
    words_px: float = 0.0,
    log: bool = False,
) -> Plot:
    """Empty axes whose x is the film's clock, with room on the right for words of this width."""
    last, width = last_counted(context), inner(layers, cell).width
    low = -0.02 * last
    clear = WORDS_GAP * layers.type.dot + words_px
    share = min(clear / width, MAX_WORDS_SHARE + 0.1)
    return plot(
        layers, cell,
        titles=titles,
        beside=beside,
        xlim=(low, (last - share * low) / (1 - share)),
        ylim=ylim,
        xlabel=context.clock.unit,
        log=log,
        whole_x=last,
    )  # fmt: skip


def diverges(run: Run) -> bool:
    """Whether a run ended higher than it started."""
    recording = run.recording
    return recording.broke_off or bool(recording.loss[-1] > recording.loss[0])


class Ends:
    """Lines of live words at the right of a plot, each about as high as its curve ends.

    Nothing is written where not all of them have room.
    """

    def __init__(
        self, layers: Layers, cell: Cell, lines: Sequence[tuple[str, ...]], size: float
    ) -> None:
        """Each line in several lengths, the longest first: all are written in the same one."""
        self.layers, self.size, self.chosen = layers, size, -1
        area, pitch = inner(layers, cell), PITCH_EM * size
        if layers.type.bare or not lines or len(lines) * pitch > area.height:
            self.width = 0.0
            return
        for length in range(len(lines[0])):
            wide = max(layers.width(line[length], size, mono=True) for line in lines)
            if wide <= MAX_WORDS_SHARE * area.width:
                self.chosen, self.width = length, wide
                return
        self.width = 0.0

    def place(self, plot: Plot, last: float, heights: Array, colours: Sequence[str]) -> None:
        """Put them on the page beside `last`, near heights (N,) in pixels."""
        self.words: list[LiveText] = []
        if self.chosen < 0:
            return
        self._end_grid(plot, last)
        area, half = plot.area, 0.36 * self.size  # a line's middle above its baseline
        left = float(plot.pixels(np.array(last), np.array(1.0))[0])
        left += WORDS_GAP * self.layers.type.dot
        pitch = PITCH_EM * self.size
        levels = spread(heights, pitch, area.bottom + half, area.top - half)
        for level, colour in zip(levels, colours, strict=True):
            at = left, round(float(level) - half)
            self.words.append(self.layers.live(*at, size=self.size, colour=colour))
        self.layers.move(*self.words)

    def _end_grid(self, plot: Plot, last: float) -> None:
        """Level grid lines only as far as the curves: none runs through the words."""
        axes, layers = plot.axes, self.layers
        low, high = axes.get_ylim()
        levels = [y for y in axes.get_yticks() if low <= y <= high]
        axes.grid(False, axis="y")
        for y in levels:
            axes.plot(
                [axes.get_xlim()[0], last], [y, y],
                color=layers.theme.grid, lw=layers.type.hair, snap=True, zorder=0.5,
            )  # fmt: skip

    def write(self, lines: Sequence[tuple[str, ...]]) -> None:
        """Bring the words to a moment; each in the lengths it was set up with."""
        for words, line in zip(self.words, lines, strict=False):
            words.text = line[self.chosen]


def spread(heights: Array, pitch: float, low: float, high: float) -> Array:
    """Heights (N,) as near as can be to the wanted ones, `pitch` apart.

    They keep their order; of equal ones the first is the highest.
    """
    order = np.lexsort((-np.arange(len(heights)), heights))
    groups: list[tuple[float, int]] = []  # of lines that touch: mean of their offsets, how many
    for i, at in enumerate(order):
        mean, count = float(np.clip(heights[at], low, high)) - i * pitch, 1
        while groups and groups[-1][0] >= mean:
            below, many = groups.pop()
            mean = (mean * count + below * many) / (count + many)
            count += many
        groups.append((mean, count))
    offsets = np.repeat([mean for mean, _ in groups], [count for _, count in groups])
    offsets = offsets.clip(low, max(low, high - (len(heights) - 1) * pitch))
    levels = np.empty(len(heights))
    levels[order] = offsets + pitch * np.arange(len(heights))
    return levels
