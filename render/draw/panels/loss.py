"""The loss per epoch of every run; of a single run its value too, beside the dot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from render.draw.panels.base import Chart, DrawnPanel, least_names
from render.draw.plot.ranges import axis_start, cost_limits
from render.learn.extents import flies_off
from render.numerals import significant
from render.phrases import phrase, unit
from render.recording import Array, Recording
from render.results import Run

if TYPE_CHECKING:
    from render.cells import Cell, Type
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers


MAX_DIVERGED = 3.0  # times the start, in a race: higher losses are outside the picture
UNSEEN = 1e-6  # of the loss: a rise by less is a rounding that no curve shows
SAMPLES = 8  # along a step, to test whether the loss is monotonic
DECADES = 9  # of a logarithmic axis at most: lower losses are drawn at its foot
NEAR = 1e-3  # times the lowest loss: a least loss that is lower is not on a logarithmic axis
DOT_LETTERS = 7  # of the loss beside its dot, whose room is the same at every scale
FUTURE = 0.6  # strokes: the curve that is still to come
CLEAR_PX = 2.0  # between it and the loss above it
PLACES = 400  # along a curve, to see whether the loss beside its dot is clear of it
FOOT_DOTS = 1.4  # dot radii below the lowest loss: no dot covers the ticks
SAMPLE_EM = 0.24  # the radius of a legend's dot, in tick heights
LOG_FROM_RATIO = 1e3  # of the highest loss to the lowest: from here on the axis is logarithmic

LOG_FROM_LOG_RATIO = 1e2  # the same beside a surface whose heights are logarithmic


@dataclass
class LossPanel(DrawnPanel):
    """The loss per epoch of every run; of a single run its value too, beside the dot."""

    room_em: ClassVar[tuple[float, float]] = (11, 9)

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.draw.numbers import figures
        from render.draw.plot.axes import area_of, plot
        from render.draw.plot.over_time import last_counted
        from render.draw.step_range import StepRange, gliding

        theme, type_, recording = layers.theme, layers.type, context.recording
        self.written = figures(recording.loss)
        room = (FOOT_DOTS * type_.dot) / max(area_of(layers, cell).height, 1.0)
        limits = axis(context, room)
        self.log, ylim = limits.log, limits.ylim
        last = last_counted(context)
        # All cells of a grid have the same rows of words, and axes of the same length.
        cells = [run.recording for run in context.all] if context.single else []
        falls = bool(cells) and all(map(has_room_at_dot, cells))
        ending_px = layers.width("0" * DOT_LETTERS, mono=True) if falls else 0.0
        ending = (ending_px + 2 * type_.dot) / max(cell.width - 4 * type_.ticks, 1)
        # The first dot must not cover the numbers of the axis.
        before = 1.3 * type_.dot / max(cell.width - 5 * type_.ticks, 1)
        self.xlim = -max(0.02, before) * last, last / (1 - min(ending, 0.5))  # its last value fits
        self.beside = np.array([1.4, 0.9]) * type_.dot
        ends = [max(self._all(one, one.loss[-1:]), key=len) for one in cells]
        self.follows = (
            falls
            and max(map(len, ends)) <= DOT_LETTERS
            and self._above_curves(context, area_of(layers, cell), room, type_)
        )
        texts = ends if self.follows else [max(self._all(one, one.loss), key=len) for one in cells]
        beside = "" if self.follows else max(texts, key=len, default="")
        self._explain(layers, cell, context, beside, ylim)
        self.plot = plot(
            layers, cell,
            titles=self.titles,
            xlim=self.xlim,
            beside=beside,
            ylim=ylim,
            xlabel=self.label,
            log=self.log,
            floor=limits.floor,
            whole_x=last,
        )  # fmt: skip
        self._least_line(layers, context, last)
        from render.draw.plot.curve import Curve
        from render.draw.plot.trail import fan_out

        pairs = zip(context.runs, context.styles, strict=True)
        self.curves = [
            Curve(
                context,
                run,
                self.plot,
                glides=is_monotone(context, run),
                style=style,
                foot=limits.floor,
            )
            for run, style in pairs
        ]
        if context.single:
            to_data = self.plot.axes.transData.inverted().transform
            glides = [gliding(a, b) for a, b in pairwise(context.steps(context.first))]
            every = StepRange(recording, np.concatenate([[0.0], *glides]))
            coming = to_data(self.curves[0].locate(every)).T
            self.plot.axes.plot(*coming, color=theme.future, lw=FUTURE * type_.stroke, zorder=2)
        self.dots = [curve.dot(layers) for curve in self.curves]
        start = np.zeros(1)
        starts = [StepRange(curve.recording, start) for curve in self.curves]
        homes = [curve.locate(at)[0] for curve, at in zip(self.curves, starts, strict=True)]
        fan_out(self.dots, np.array(homes), row=True)
        for curve in self.curves:
            curve.grow(layers)
        if context.single:
            self.curves[0].surround(layers, self.batches)
        at_title = self.plot.beside_title(layers, theme.text)
        self.value = layers.live(0, 0) if self.follows else at_title
        self.value.set_visible(not type_.bare and context.single)
        self.off = type_.dot
        self.lowest, self.highest = _levels(self.plot.area, type_)
        layers.move(*(curve.tip for curve in self.curves), *self.dots, self.value)

    def _above_curves(self, context: Context, area: Cell, room: float, type_: Type) -> bool:
        """Whether the loss beside the dot is above the curve before it at every time, in each cell.

        In a low plot a dot at the top has its number beside it, not above: on a curve that stays
        as high for a while.
        """
        low, high = _levels(area, type_)
        for run in context.all:
            recording = run.recording
            limits = axis(replace(context, runs=(run,), family=context.all), room)
            rows = np.linspace(0, recording.last, PLACES)
            shown = context.clock.shown(recording, rows)
            x = area.width * (shown - self.xlim[0]) / np.ptp(self.xlim)
            y = area.bottom + area.height * limits.share(recording.losses(rows))
            over = np.clip(y + self.beside[1], low, high)
            over -= np.interp(x + self.beside[0], x, y, right=-np.inf)
            if over.min() < FUTURE * type_.stroke / 2 + CLEAR_PX:
                return False
        return True

    def _least_line(self, layers: Layers, context: Context, last: float) -> None:
        """A dashed line at the least loss, if it is explained beside the title or below."""
        theme, type_, least = layers.theme, layers.type, context.landscape.minimum
        if not self.dashed:
            return
        self.plot.axes.plot(
            [self.plot.axes.get_xlim()[0], last], [least, least],
            color=theme.truth, lw=type_.thin, dashes=type_.dash, zorder=1.5,
        )  # fmt: skip
        if self.name:
            self.plot.legend(layers, (self.name,), theme.truth)

    def _explain(
        self, layers: Layers, cell: Cell, context: Context, beside: str, ylim: tuple[float, float]
    ) -> None:
        """Choose the titles, and explain the marks beside them and beside the label of x.

        The line at the least loss is named beside the title, or where there is no room below.
        Marks that there is no room to explain are not drawn.
        """
        from render.draw.artists import Pen, Stamp
        from render.draw.plot.axes import area_of
        from render.draw.plot.legend import Mark, add_below, beside_title

        theme, type_, recording = layers.theme, layers.type, context.recording
        counting = unit(context.clock.unit)
        self.titles: tuple[str, ...] = phrase("loss per {unit}", unit=counting), phrase("loss")
        least, exact = context.landscape.minimum, context.landscape.exact
        self.dashed = bool(exact and ylim[0] < least < ylim[1])
        self.name = ""
        landscapes = [run.landscape for run in context.all if run.landscape.exact]
        if landscapes:
            each = [least_names(landscape) for landscape in landscapes]
            longest = tuple(max(names, key=layers.width) for names in zip(*each, strict=True))
            free = area_of(layers, cell).width - layers.width(beside, mono=True)
            self.titles, name = beside_title(layers, self.titles, longest, free)
            if name and self.dashed:
                self.name = least_names(context.landscape)[longest.index(name)]
        marks = []
        if context.single and recording.validation_loss is not None:
            line = Pen(theme.prediction, type_.stroke, cap="butt")
            marks.append(Mark((phrase("validation"),), line))
        if context.single and not recording.full_batch:
            disc = Stamp(SAMPLE_EM * type_.ticks, theme.muted)
            marks.append(Mark((phrase("single batches"), phrase("batches")), disc))
        count = len(marks)
        if self.dashed and not self.name:
            dashed = Pen(theme.truth, type_.thin, dashes=type_.dash, cap="butt")
            marks.append(Mark(least_names(context.landscape), dashed))
        explained, self.label = add_below(layers, cell, marks, counting)
        self.batches = type_.bare or len(explained) >= count
        self.dashed &= type_.bare or bool(self.name) or len(explained) > count

    def chart(self) -> Chart:
        return Chart("loss", self.plot)

    def update(self, state: FrameState) -> None:
        from render.draw.plot.curve import move_curves

        places = move_curves(self.curves, state)
        for curve, dot, at in zip(self.curves, self.dots, places, strict=True):
            dot.at, dot.hollow = self.plot.clamp(at, self.off)
            dot.hollow |= curve.low  # under the foot of the axis
        self.value.text = self._words(state.first.landed.loss)
        if not self.follows:
            return
        self.value.x, self.value.baseline = self.dots[0].at + self.beside
        self.value.baseline = float(np.clip(self.value.baseline, self.lowest, self.highest))

    def _words(self, loss: float) -> str:
        return significant(loss, 3) if self.log else self.written(loss).strip()

    def _all(self, recording: Recording, losses: Array) -> list[str]:
        """Losses (M,) of a run as they are written in its cell."""
        from render.draw.numbers import figures

        write = figures(recording.loss)
        return [
            significant(loss, 3) if self.log else write(loss).strip() for loss in losses.tolist()
        ]


def _levels(area: Cell, type_: Type) -> tuple[float, float]:
    """The lowest baseline of the loss beside its dot, not over the ticks, and the highest."""
    return area.bottom + 0.3 * type_.text, area.top - type_.text


def has_room_at_dot(recording: Recording) -> bool:
    """Whether the loss is written beside its dot.

    It isn't where the loss rises or there is another curve: the number would overlap a curve.
    """
    rises = np.diff(recording.loss) > UNSEEN * np.abs(recording.loss[:-1])
    return recording.validation_loss is None and recording.full_batch and not rises.any()


@dataclass(frozen=True)
class LossAxis:
    """The loss axis: whether it is logarithmic, its limits, and what is drawn at its foot."""

    log: bool
    ylim: tuple[float, float]
    floor: float | None = None  # lower losses are drawn here

    def share(self, losses: Array) -> Array:
        """The share (...,) of the axis's height at which losses (...,) are drawn."""
        drawn = losses if self.floor is None else np.maximum(losses, self.floor)
        low, high = self.ylim
        if self.log:
            return np.log(drawn / low) / math.log(high / low)
        return (drawn - low) / (high - low)


def axis(context: Context, room: float) -> LossAxis:
    """The loss axis, with a share `room` of its height for a dot below the lowest loss.

    With one trained parameter it is the axis of the cost curve beside it, so that the two
    dots are level in every frame. Cells of a grid that don't share limits all have the same
    kind of axis.
    """
    drawn = [curve for run in context.scale for curve in _curves(run.recording, context.single)]
    if len(drawn) == len(context.scale) and all(len(r.recording.names) == 1 for r in context.scale):
        return LossAxis(False, cost_limits(context))
    lowest, least, top = _reach(context, context.scale)
    cells = [context.scale] if context.spec.film.share else [(run,) for run in context.all]
    reaches = [_reach(context, runs) for runs in cells]
    known = [run.landscape.minimum for run in context.scale if run.landscape.exact]
    network = context.recording.projected is not None
    ratio = LOG_FROM_LOG_RATIO if network and context.landscape.log else LOG_FROM_RATIO
    wide = any(top > ratio * least for _, least, top in reaches)
    if wide and all(low > 0 for low, _, _ in reaches):
        floor = 10.0 ** math.ceil(math.log10(top) - DECADES)
        foot = max(min([least, *(low for low in known if low >= NEAR * least)]), floor)
        high = min(8 * top, 1e305)
        below = max(math.log10(2), room / (1 - room) * math.log10(high / foot))
        return LossAxis(True, (foot / 10**below, high), floor if least < floor else None)
    bottom = axis_start(min([lowest, *known]), top)
    height = (top - bottom) or abs(top) or 1.0
    return LossAxis(False, (bottom - max(0.06, 1.22 * room) * height, top + 0.22 * height))


def _reach(context: Context, runs: Sequence[Run]) -> tuple[float, float, float]:
    """The lowest loss of the runs, the lowest worth showing on a logarithmic axis, the highest."""
    recordings = [run.recording for run in runs]
    curves = np.concatenate([c for r in recordings for c in _curves(r, context.single)])
    top = float(curves[np.isfinite(curves)].max())
    if len(runs) > 1 and any(r.loss[-1] <= r.loss[0] for r in recordings):
        # A run that diverges must not flatten the curves of the others.
        top = min(top, MAX_DIVERGED * max(float(r.loss[0]) for r in recordings))
    start = float(recordings[0].loss[0])
    if len(runs) == 1 and start > 0 and flies_off(recordings[0]):
        top = min(top, 10.0 ** (DECADES - 1) * start)  # the axis begins at its first steps
    if any(recording.projected is not None for recording in recordings):
        return *_lowest(context, recordings), top
    # An unbounded loss is followed down to the lowest loss of the landscape.
    exact = all(run.landscape.exact for run in runs)
    least = -np.inf if exact else min(float(run.landscape.loss.min()) for run in runs)
    low = max(least, min(float(recording.loss.min()) for recording in recordings))
    return low, max(low, min(run.landscape.minimum for run in runs), 1e-300), top


def _lowest(context: Context, recordings: Sequence[Recording]) -> tuple[float, float]:
    """The lowest loss of runs that may be under their surface, and the same above 0."""
    both = [recording.loss for recording in recordings]
    both += [
        r.validation_loss for r in recordings if context.single and r.validation_loss is not None
    ]
    every = np.concatenate(both)
    low = float(every[np.isfinite(every)].min())
    return low, max(low, 1e-300)


def _curves(recording: Recording, single: bool) -> list[Array]:
    """The curves of a run: the loss, and of a single run the batch and the validation loss."""
    unseen = recording.validation_loss if single else None
    batch = recording.batch_loss[:-1] if single and not recording.full_batch else None
    return [curve for curve in (recording.loss, unseen, batch) if curve is not None]


def is_monotone(context: Context, run: Run) -> bool:
    """Whether the loss is monotonic on every glide between two recorded steps."""
    if not context.clock.in_steps(run.recording):
        return False
    glided = min(context.single_ticks, run.recording.last)
    fine = run.recording.losses(np.linspace(0, glided, SAMPLES * glided + 1))
    moves = np.diff(fine).reshape(-1, SAMPLES)
    slack = 1e-9 * np.abs(fine).max(initial=0.0)
    return bool(((moves <= slack).all(axis=1) | (moves >= -slack).all(axis=1)).all())
