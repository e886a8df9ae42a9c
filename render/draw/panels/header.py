"""The title, the learning rate and the epoch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from render.draw.numbers import figures
from render.draw.panels.base import Panel

if TYPE_CHECKING:
    from render.draw.layout import Cell
    from render.draw.page import Page
    from render.draw.show import Now, Show


@dataclass
class Header(Panel):
    """The title, the learning rate and the epoch."""

    room_em: ClassVar[tuple[float, float]] = (20, 2.9)
    fixed_height: ClassVar[bool] = True

    def setup(self, page: Page, cell: Cell, show: Show) -> None:
        type_, recording = page.type, show.recording
        page.rule(cell.left, cell.right, cell.bottom)
        baseline = cell.top - 0.95 * type_.title
        self.epochs = recording.epoch
        ended = show.spec.training.epochs if recording.broke_off else recording.epoch[-1]
        self.last = f"{ended:.0f}"
        epoch_px = page.width(self._epoch(0), type_.epoch, mono=True)
        self.epoch = page.live(cell.right, baseline, size=type_.epoch, right=True)
        page.move(self.epoch)

        lr, stable = show.spec.optimizer.lr, show.landscape.lr_max
        too_large = recording.plain and recording.full_batch and lr > stable
        note = f", stable below {stable:.4g}" if too_large else ""
        right = cell.right - epoch_px - 1.3 * type_.epoch
        beside = right - cell.left - type_.text
        beside -= min(page.width(show.spec.title, type_.text), 0.5 * beside)
        colour = page.theme.parameter if too_large else page.theme.muted
        self.rates = recording.lr[:-1]
        self.rate = page.live(right, baseline, colour=colour, right=True)
        if len(self.rates) and np.ptp(self.rates) > 0:
            self.written = figures(self.rates)
            rate_px = page.width(self._rate(0), mono=True)
            page.move(self.rate)
        else:
            rate = page.fitting((f"learning rate {lr:g}{note}", f"lr {lr:g}{note}"), beside)
            rate_px = page.width(rate)
            page.add(page.words(right, baseline, rate, colour=colour, ha="right"))

        room = right - rate_px - type_.text - cell.left
        title, size = page.shrunk(show.spec.title, room, type_.title, least=type_.text)
        page.add(page.words(cell.left, baseline, title, size=size))

    def update(self, now: Now) -> None:
        self.epoch.text = self._epoch(int(self.epochs[now.row]))
        if self.rate.figure is not None:  # on the page, because a schedule changes it
            self.rate.text = self._rate(min(now.row, len(self.rates) - 1))

    def _rate(self, row: int) -> str:
        return f"lr {self.written(self.rates[row])}"

    def _epoch(self, epoch: int) -> str:
        return f"epoch {epoch:{len(self.last)}d} of {self.last}"
