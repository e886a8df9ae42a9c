"""The title, the learning rate and the epoch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from render.draw.panels.base import Panel
from render.draw.show import Now, Show

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from render.draw.layout import Cell
    from render.draw.style import Type


@dataclass
class Header(Panel):
    """The title, the learning rate and the epoch."""

    room_em: ClassVar[tuple[float, float]] = (20, 2.9)
    fixed_height: ClassVar[bool] = True

    def setup(self, show: Show, figure: Figure, cell: Cell, type_: Type) -> None:
        from render.draw.marks import rule, words
        from render.draw.style import MONO, SANS

        theme, recording = show.theme, show.recording
        baseline = cell.top - 0.95 * type_.title
        title = words(
            cell.left, baseline, show.spec.title,
            size=type_.title, colour=theme.text, family=SANS,
        )  # fmt: skip
        self.add(figure, title, rule(theme, type_, cell.left, cell.right, cell.bottom))
        last = f"{recording.epoch[-1]:.0f}"
        self.width = len(last)
        self.row_epoch = recording.epoch
        self.epoch = words(
            cell.right, baseline, "", size=type_.epoch, colour=theme.text, family=MONO, ha="right"
        )
        self.last = last
        self.add(figure, self.epoch, moving=True)
        advance = 0.6 * type_.epoch * (len("epoch  of ") + 2 * self.width)
        lr, stable = show.spec.optimizer.lr, show.landscape.lr_max
        too_large = lr > stable
        note = f", stable below {stable:.3g}" if too_large else ""
        rate = words(
            cell.right - advance - 1.5 * type_.epoch, baseline,
            f"learning rate {lr:g}{note}",
            size=type_.text, colour=theme.parameter if too_large else theme.muted, family=SANS, ha="right",
        )  # fmt: skip
        self.add(figure, rate)

    def update(self, now: Now) -> None:
        epoch = int(self.row_epoch[now.row])
        self.epoch.set_text(f"epoch {epoch:{self.width}d} of {self.last}")
