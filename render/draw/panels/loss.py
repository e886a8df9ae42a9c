"""The loss per epoch, its value written at the dot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from render.draw.numbers import figures
from render.draw.panels.base import Panel
from render.draw.panels.cost import height

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
        from render.draw.trail import Trail, flat_look

        theme, type_, self.recording = page.theme, page.type, show.recording
        self.written = figures(self.recording.loss)
        log, ylim = axis(show)
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
            log=log,
            whole_x=last,
        )  # fmt: skip
        to_data = self.plot.axes.transData.inverted().transform
        coming = to_data(self.locate(np.arange(self.recording.steps + 1.0))).T
        self.plot.axes.plot(*coming, color=theme.future, lw=0.6 * type_.stroke, zorder=2)
        trail = Trail(show, self.locate, flat_look(page, self.plot.area), chords=True)
        page.grow(trail)
        self.tip = trail.tip()
        self.dot = Dot(page, small=True)
        self.value = page.live(0, 0)
        self.value.set_visible(not type_.bare)
        self.highest = self.plot.area.top - type_.text  # for a dot held at the top
        self.beside = np.array([1.4, 0.55]) * type_.dot
        page.move(self.tip, self.dot, self.value)

    def locate(self, steps: Array) -> Array:
        """Pixels (..., 2) of the loss at steps (...,)."""
        rows = np.arange(self.recording.steps + 1)
        epoch = np.interp(steps, rows, self.recording.epoch)
        return self.plot.pixels(epoch, np.maximum(self.recording.losses(steps), self.floor))

    def update(self, now: Now) -> None:
        self.tip.now = now
        at = self.locate(np.array([now.snapshot.step]))[0]
        self.dot.at, self.dot.ghost = self.plot.held(at)
        self.value.text = self._words(now.snapshot.loss)
        self.value.x, self.value.baseline = self.dot.at + self.beside
        self.value.baseline = min(self.value.baseline, self.highest)

    def _words(self, loss: float) -> str:
        return self.written(loss).strip()


def axis(show: Show) -> tuple[bool, tuple[float, float]]:
    """Whether the loss axis is logarithmic, and its limits.

    With one trained parameter it is the axis of the cost curve beside it, so that the two
    dots are level in every frame.
    """
    loss = show.recording.loss
    top, least = float(loss.max()), max(float(loss.min()), show.landscape.minimum, 1e-12)
    if len(show.recording.names) == 1:
        return False, height(show)
    if top > WIDE * least:
        return True, (0.5 * least, 8 * top)
    return False, (-0.06 * top, 1.22 * top)
