"""The title, the learning rate or what a race holds equal, and the epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from render.draw.panels.base import DrawnPanel
from render.draw.wording import Translated
from render.numerals import significant
from render.phrases import counted, joined, phrase, unit
from render.results import Run

if TYPE_CHECKING:
    from render.cells import Cell, Room
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers


def held_equal(context: Context) -> tuple[str, ...]:
    """What all runs have in common, the longest text first; empty if there is nothing."""
    runs = context.runs
    length, spread = _length(context)
    start = [phrase("start")] if _same_start(runs) else []
    parts = [*start, *([length] if length else [])]
    if not parts:
        return ()
    full = phrase("held equal: {parts}", parts=joined(", ", parts))
    short = phrase("equal: {parts}", parts=joined(", ", parts))
    forms = [full, short]
    if start and length:  # a start that is the same is also seen
        forms.append(phrase("equal: {parts}", parts=length))
    return (joined("; ", [full, spread]), *forms) if spread else (*forms,)


def _same_start(runs: Sequence[Run]) -> bool:
    first = runs[0].recording
    return all(
        run.recording.names == first.names
        and np.array_equal(run.recording.params[0], first.params[0])
        and (run.recording.projected is None or run.recording.loss[0] == first.loss[0])
        and run.recording.frozen == first.frozen
        for run in runs
    )


def _length(context: Context) -> tuple[str, str]:
    """How long all runs train, as planned, and how many steps that is where they differ."""
    runs, unit = context.runs, context.clock.unit
    epochs = {run.spec.training.epochs for run in runs}
    steps = {run.spec.training.epochs * run.recording.per_epoch for run in runs}
    if len(epochs) == 1 and len(steps) == 1:
        by_step = unit == "step" and runs[0].spec.model.needs_data
        return counted(steps.pop() if by_step else epochs.pop(), unit), ""
    if len(epochs) == 1:
        spread = phrase("{least} to {most} steps", least=min(steps), most=max(steps))
        return counted(epochs.pop(), "epoch"), spread
    if len(steps) == 1:
        return counted(steps.pop(), "step"), ""
    return "", ""


LINE_EM = 1.5  # from one line of a long title to the next, in text heights


@dataclass
class HeaderPanel(DrawnPanel):
    """The title, the learning rate or what a race holds equal, and the epoch."""

    of_landscape: ClassVar[bool] = False
    room_em: ClassVar[tuple[float, float]] = (20, 2.9)
    fixed_height: ClassVar[bool] = True
    stays: ClassVar[int] = 2
    words_only: ClassVar[bool] = True

    def room(self, layers: Layers, context: Context, width: float) -> Room:
        room = self.least(layers.type, context.first.spec, width)
        if layers.type.bare:
            return room
        lines = len(self._title(layers, context, width)) + self._below(layers, context, width)
        return replace(room, height=room.height + LINE_EM * layers.type.text * (lines - 1))

    def _beside(self, layers: Layers, context: Context, width: float) -> float:
        """The room for a note between the title and the counter in a cell so wide."""
        if len(self._title(layers, context, width)) > 1:
            return 0.0
        type_ = layers.type
        counter = layers.width(self._epoch(0), type_.epoch, mono=True) + 1.3 * type_.epoch
        return width - counter - type_.text - layers.width(context.spec.title)

    def _below(self, layers: Layers, context: Context, width: float) -> bool:
        """Whether a note without room beside the title has a line of its own: in a tall frame."""
        wide, high = context.spec.film.size
        rates = context.recording.lr[:-1]
        if wide > high or (context.single and len(rates) and np.ptp(rates) > 0):
            return False  # a rate that changes has its place beside the counter
        notes = _rate_notes(context)[0] if context.single else held_equal(context)
        return bool(notes) and not layers.fitting(notes, self._beside(layers, context, width))

    def _title(self, layers: Layers, context: Context, width: float) -> list[Translated]:
        """The lines of the title in a cell so wide, beside the counter."""
        self.clock, self.last = context.clock, f"{last_count(context):.0f}"
        beside = layers.width(self._epoch(0), layers.type.epoch, mono=True)
        free, title = width - beside - 1.3 * layers.type.epoch, context.spec.title
        if layers.width(title) <= free:
            return [Translated(title)]
        return layers.wrapped(title, free)

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.draw.numbers import figures

        type_ = layers.type
        lines = self._title(layers, context, cell.width)
        layers.rule(cell.left, cell.right, cell.bottom)
        baseline = cell.top - 0.95 * type_.title
        epoch_px = layers.width(self._epoch(0), type_.epoch, mono=True)
        self.epoch = layers.live(cell.right, baseline, size=type_.epoch, right=True)
        layers.move(self.epoch)

        right = cell.right - epoch_px - 1.3 * type_.epoch
        beside = self._beside(layers, context, cell.width)
        self.rates = context.recording.lr[:-1]
        self.rate = layers.live(right, baseline, colour=layers.theme.muted, right=True)
        if context.single and len(self.rates) and np.ptp(self.rates) > 0:
            self.written = figures(self.rates)
            note_px = layers.width(self._rate(0), mono=True)
            note_px = note_px if note_px <= beside else 0.0
            layers.move(*[self.rate] * (note_px > 0))
        else:
            notes, warns = _rate_notes(context) if context.single else (held_equal(context), False)
            colour = layers.theme.parameter if warns else layers.theme.muted
            below = self._below(layers, context, cell.width)
            note = layers.fitting(notes, cell.width if below else beside)
            note_px = 0.0 if below else layers.width(note)
            if below:
                y = baseline - LINE_EM * type_.text * len(lines)
                layers.add(layers.words(cell.left, y, note, colour=colour))
            else:
                layers.add(layers.words(right, baseline, note, colour=colour, ha="right"))

        if len(lines) > 1:
            for i, line in enumerate(lines):
                text, size = layers.shrunk(line, right - cell.left, type_.text, least=type_.ticks)
                layers.add(
                    layers.words(cell.left, baseline - LINE_EM * type_.text * i, text, size=size)
                )
            return
        room = right - note_px - (type_.text if note_px else 0) - cell.left
        title, size = layers.shrunk(context.spec.title, room, type_.title, least=type_.text)
        layers.add(layers.words(cell.left, baseline, title, size=size))

    def update(self, state: FrameState) -> None:
        self.epoch.text = self._epoch(self.clock.counted(state.moment.tick, state.moment.phase))
        if self.rate.figure is not None:  # added to a layer, because a schedule changes it
            self.rate.text = self._rate(min(state.first.row, len(self.rates) - 1))

    def _rate(self, row: int) -> str:
        return phrase("lr {rate}", rate=self.written(self.rates[row]))

    def _epoch(self, epoch: int) -> str:
        number = f"{epoch:{len(self.last)}d}"
        counting = unit(self.clock.unit)
        return phrase("{unit} {number} of {last}", unit=counting, number=number, last=self.last)


def last_count(context: Context) -> float:
    """The last number of the counter; for a run that broke off, the planned one."""
    ends = context.clock.length
    broken = [run for run in context.runs if run.recording.broke_off]
    if context.clock.unit == "step" and context.first.spec.model.needs_data:
        return ends
    return max([ends, *(float(run.spec.training.epochs) for run in broken)])


def _rate_notes(context: Context) -> tuple[tuple[str, ...], bool]:
    """The learning rate the longest text first, and whether it is a warning."""
    run = context.first
    lr, stable, recording = run.spec.optimizer.lr, run.landscape.lr_max, run.recording
    too_large = recording.plain and recording.full_batch and lr > stable and run.landscape.bowl
    if not np.isfinite(lr):  # of somebody's own loop, and nobody said it
        return (), False
    if scales := run.spec.optimizer.lr_scale:
        rates = ", ".join(significant(lr * scale, 3) for scale in scales)
        return (phrase("learning rates {rates}", rates=rates), f"lr {rates}"), False
    rate, limit = significant(lr, 6), significant(stable)
    if too_large:
        full = phrase("learning rate {rate}, stable below {limit}", rate=rate, limit=limit)
        return (full, phrase("lr {rate}, stable below {limit}", rate=rate, limit=limit)), True
    return (phrase("learning rate {rate}", rate=rate), phrase("lr {rate}", rate=rate)), False
