"""The loss per epoch, its value written at the dot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from render.draw.numbers import figures
from render.draw.panels.base import Panel
from render.draw.show import Now, Show

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from render.draw.layout import Cell
    from render.draw.style import Type
    from render.recording import Array

WIDE = 1e3  # losses further apart than this are drawn on a logarithmic axis


@dataclass
class Loss(Panel):
    """The loss per epoch, its value written at the dot."""

    room_em: ClassVar[tuple[float, float]] = (11, 9)

    def setup(self, show: Show, figure: Figure, cell: Cell, type_: Type) -> None:
        from render.draw.dot import Dot
        from render.draw.marks import Disc, Pen, words
        from render.draw.plot import plot
        from render.draw.style import MONO
        from render.draw.trail import Look, Trail

        theme, recording = show.theme, show.recording
        self.recording = recording
        log, ylim = axis(show)
        last = float(recording.epoch[-1])
        self.written = figures(recording.loss)
        area_px = cell.width - 4 * type_.ticks
        label_px = 0.6 * type_.text * len(self.written(recording.loss[-1]).strip())
        room = (label_px + 2 * type_.dot) / area_px  # right of the last epoch, for its value
        self.plot = plot(
            figure, cell, theme, type_,
            title="loss per epoch",
            xlim=(-0.02 * last, last / (1 - min(room, 0.5))),
            ylim=ylim,
            xlabel="epoch",
            log=log,
            whole_x=last,
        )  # fmt: skip
        self.floor = ylim[0]
        area = self.plot.area
        curve = self.locate(show.cuts)
        self.plot.axes.plot(
            *self.plot.axes.transData.inverted().transform(curve).T,
            color=theme.future, lw=0.6 * type_.stroke, zorder=2,
        )  # fmt: skip
        look = Look(
            core=Pen(theme.trail, type_.stroke, cap="butt", clip=area),
            mark=Disc(0.4 * type_.dot, theme.mark, theme.trail, 0.5 * type_.stroke),
        )
        trail = Trail(show, self.locate, look)
        self.grow(figure, trail)
        self.tip = trail.tip()
        self.dot = Dot(theme, type_, small=True)
        self.value = words(0, 0, "", size=type_.text, colour=theme.text, family=MONO, zorder=21)
        self.offset = 1.4 * type_.dot
        self.add(figure, self.tip, self.dot, self.value, moving=True)

    def locate(self, steps: Array) -> Array:
        """Pixels (..., 2) of the loss at steps (...,)."""
        rows = np.arange(self.recording.steps + 1)
        epoch = np.interp(steps, rows, self.recording.epoch)
        return self.plot.pixels(epoch, np.maximum(self.recording.losses(steps), self.floor))

    def update(self, now: Now) -> None:
        self.tip.now = now
        at = self.locate(np.array([now.snapshot.step]))[0]
        self.dot.at, self.dot.ghost = self.plot.held(at)
        self.value.set_text(self.written(now.snapshot.loss).strip())
        self.value.set_position(self.dot.at + (self.offset, 0.4 * self.offset))


def axis(show: Show) -> tuple[bool, tuple[float, float]]:
    """Whether the loss axis is logarithmic, and its limits.

    With one trained parameter it is the axis of the cost curve beside it, so that the two
    dots are level in every frame.
    """
    from render.draw.panels.cost import height

    loss, lowest = show.recording.loss, max(show.landscape.minimum, 1e-12)
    top = float(loss.max())
    if len(show.recording.names) == 1:
        return False, height(show)
    if top > WIDE * max(float(loss.min()), lowest):
        return True, (0.5 * max(float(loss.min()), lowest), 8 * top)
    return False, (-0.06 * top, 1.22 * top)
