"""The title, the learning rate and the epoch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

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
        self.last = f"{recording.epoch[-1]:.0f}"
        epoch_px = page.width(self._epoch(0), type_.epoch, mono=True)
        self.epoch = page.live(cell.right, baseline, size=type_.epoch, right=True)
        page.move(self.epoch)

        lr, stable = show.spec.optimizer.lr, show.landscape.lr_max
        note = f", stable below {stable:.3g}" if lr > stable else ""
        right = cell.right - epoch_px - 1.3 * type_.epoch
        beside = right - cell.left - type_.text
        beside -= min(page.width(show.spec.title, type_.text), 0.5 * beside)
        rate = page.fitting((f"learning rate {lr:g}{note}", f"lr {lr:g}{note}"), beside)
        colour = page.theme.parameter if lr > stable else page.theme.muted
        page.add(page.words(right, baseline, rate, colour=colour, ha="right"))

        room = right - page.width(rate) - type_.text - cell.left
        title, size = page.shrunk(show.spec.title, room, type_.title, least=type_.text)
        page.add(page.words(cell.left, baseline, title, size=size))

    def update(self, now: Now) -> None:
        self.epoch.text = self._epoch(int(self.epochs[now.row]))

    def _epoch(self, epoch: int) -> str:
        return f"epoch {epoch:{len(self.last)}d} of {self.last}"
