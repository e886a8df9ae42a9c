"""The loss per epoch, its value written at the dot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from render.draw.numbers import figures
from render.draw.panels.base import Panel
from render.draw.panels.cost import floor, height
from render.draw.show import PIECES_A_STEP

if TYPE_CHECKING:
    from render.draw.layout import Cell
    from render.draw.page import Page
    from render.draw.show import Now, Show
    from render.recording import Array

WIDE = 1e3  # losses further apart than this are drawn on a logarithmic axis


@dataclass
class Loss(Panel):
    """The loss per epoch, its value written at the dot."""

    room_em: ClassVar[tuple[float, float]] = (11, 9)

    def setup(self, page: Page, cell: Cell, show: Show) -> None:
        from render.draw.dot import Dot
        from render.draw.plot import plot
        from render.draw.specks import Specks
        from render.draw.trail import Trail, flat_look

        theme, type_, self.recording = page.theme, page.type, show.recording
        self.written = figures(self.recording.loss)
        self.glides = falls_along(show)
        self.log, ylim = axis(show)
        self.floor = ylim[0]
        last = float(self.recording.epoch[-1])
        ending = self._words(self.recording.loss[-1])
        room = (page.width(ending, mono=True) + 2 * type_.dot) / max(
            cell.width - 4 * type_.ticks, 1
        )
        self.plot = plot(
            page, cell,
            titles=("loss per epoch", "loss"),
            xlim=(-0.02 * last, last / (1 - min(room, 0.5))),  # so that its last value fits
            ylim=ylim,
            xlabel="epoch",
            log=self.log,
            whole_x=last,
        )  # fmt: skip
        to_data = self.plot.axes.transData.inverted().transform
        coming = to_data(self.locate(show.cuts)).T
        self.plot.axes.plot(*coming, color=theme.future, lw=0.6 * type_.stroke, zorder=2)
        trail = Trail(show, self.locate, flat_look(page, self.plot.area), chords=not self.glides)
        page.grow(trail)
        self.tips = [trail.tip()]
        if not self.recording.full_batch:
            page.grow(Specks(show, self.batch(), page))
        if self.recording.validation_loss is not None:
            look = flat_look(page, self.plot.area, theme.prediction)
            unseen = Trail(show, self.validation, look, chords=True)
            page.grow(unseen)
            self.tips.append(unseen.tip())
            page.move(self.tips[-1])
        self._legend(page)
        self.dot = Dot(page, small=True)
        self.value = page.live(0, 0)
        self.value.set_visible(not type_.bare)
        self.highest = self.plot.area.top - type_.text  # for a dot held at the top
        rises = show.recording.loss[-1] > show.recording.loss[0]
        self.beside = np.array([1.4, -1.6 if rises else 0.55]) * type_.dot
        page.move(self.tips[0], self.dot, self.value)

    def locate(self, steps: Array) -> Array:
        """Pixels (..., 2) of the loss at steps (...,).

        Where a step overshoots, the loss falls and rises again on the way; a plot of the loss
        per epoch must not show that, so the dot then goes straight from record to record.
        """
        recording = self.recording
        loss = recording.losses(steps) if self.glides else self._along(steps, recording.loss)
        return self._pixels(steps, loss)

    def validation(self, steps: Array) -> Array:
        """Pixels (..., 2) of the loss over unseen points; between two rows on their chord."""
        unseen = self.recording.validation_loss
        assert unseen is not None
        return self._pixels(steps, self._along(steps, unseen))

    def batch(self) -> Array:
        """Pixels (T, 2) of each step's own batch loss, above the row that it leaves."""
        return self._pixels(np.arange(float(self.recording.steps)), self.recording.batch_loss[:-1])

    def _along(self, steps: Array, rows: Array) -> Array:
        """Between recorded rows, on what is a straight line in the picture."""
        at = np.arange(len(rows))
        if not self.log:
            return np.interp(steps, at, rows)
        return np.exp(np.interp(steps, at, np.log(np.maximum(rows, self.floor))))

    def _pixels(self, steps: Array, loss: Array) -> Array:
        rows = np.arange(self.recording.steps + 1)
        epoch = np.interp(steps, rows, self.recording.epoch)
        return self.plot.pixels(epoch, np.maximum(loss, self.floor))

    def _legend(self, page: Page) -> None:
        """What the other marks are, in their own colours."""
        if page.type.bare:
            return
        right, small = self.plot.area.right, page.type.ticks
        names = []
        if self.recording.validation_loss is not None:
            names.append(("validation", page.theme.prediction))
        if not self.recording.full_batch:
            names.append(("batch", page.theme.muted))
        for name, colour in names:
            if right - page.width(name, small) < self.plot.titled_to + small:
                return
            words = page.words(
                right, self.plot.title_y, name, size=small, colour=colour, ha="right"
            )
            page.add(words)
            right -= page.width(name, small) + small

    def update(self, now: Now) -> None:
        for tip in self.tips:
            tip.now = now
        at = self.locate(np.array([now.snapshot.step]))[0]
        self.dot.at, self.dot.ghost = self.plot.held(at)
        loss = now.snapshot.loss if self.glides else float(self.recording.loss[now.row])
        self.value.text = self._words(loss)
        self.value.x, self.value.baseline = self.dot.at + self.beside
        self.value.baseline = min(self.value.baseline, self.highest)

    def _words(self, loss: float) -> str:
        return f"{loss:.3g}" if self.log else self.written(loss).strip()


def axis(show: Show) -> tuple[bool, tuple[float, float]]:
    """Whether the loss axis is logarithmic, and its limits.

    With one trained parameter it is the axis of the cost curve beside it, so that the two
    dots are level in every frame.
    """
    recording = show.recording
    unseen = recording.validation_loss
    batch = recording.batch_loss[:-1] if not recording.full_batch else None
    all_ = np.concatenate([r for r in (recording.loss, unseen, batch) if r is not None])
    all_ = all_[np.isfinite(all_)]
    top, low = float(all_.max()), float(recording.loss.min())
    least = max(low, show.landscape.minimum, 1e-12)
    if len(recording.names) == 1 and unseen is None and batch is None:
        return False, height(show)
    if top > WIDE * least and low > 0:
        return True, (0.5 * least, min(8 * top, 1e305))
    bottom = floor(low, top)
    return False, (bottom - 0.06 * (top - bottom), top + 0.22 * max(top - bottom, 1e-12))


def falls_along(show: Show) -> bool:
    """Whether the loss goes one way on every glide between two recorded steps."""
    fine = show.recording.losses(show.cuts[: PIECES_A_STEP * show.glided + 1])
    moves = np.diff(fine).reshape(-1, PIECES_A_STEP)
    slack = 1e-9 * np.abs(fine).max(initial=0.0)
    return bool(((moves <= slack).all(axis=1) | (moves >= -slack).all(axis=1)).all())
