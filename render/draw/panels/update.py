"""The arithmetic of the step that is about to be taken, one line a parameter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from render.draw.panels.base import Panel
from render.draw.show import Now, Show

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from render.draw.layout import Cell, Room
    from render.draw.style import Type

ARROWS_FROM = 0.66  # of the panel's width


@dataclass
class Update(Panel):
    """The arithmetic of the step that is about to be taken, one line a parameter."""

    room_em: ClassVar[tuple[float, float]] = (30, 2.0)
    line_em: ClassVar[float] = 1.7
    fixed_height: ClassVar[bool] = True

    def room(self, show: Show, type_: Type) -> Room:
        from render.draw.layout import Room

        lines = len(show.recording.names)
        height = (self.line_em * lines + 0.8) * type_.text
        return Room(self.room_em[0] * type_.text, height, fixed=True)

    def setup(self, show: Show, figure: Figure, cell: Cell, type_: Type) -> None:
        from render.draw.arithmetic import Line
        from render.draw.marks import Drawing, Pen, rule, words
        from render.draw.style import MONO, SANS

        theme, self.recording = show.theme, show.recording
        self.add(figure, rule(theme, type_, cell.left, cell.right, cell.top))
        advance = 0.6 * type_.text
        self.lines = []
        steps = np.diff(show.recording.params, axis=0)
        low, high = min(0.0, steps.min(initial=0)), max(0.0, steps.max(initial=0))
        reach = cell.right - (cell.left + ARROWS_FROM * cell.width)
        scale = reach / max(high - low, 1e-300)
        origin = cell.right - high * scale
        pen = Pen(theme.parameter, type_.stroke, cap="butt")
        head = 3 * type_.stroke
        for i, name in enumerate(show.recording.names):
            baseline = cell.top - (self.line_em * (i + 1) + 0.15) * type_.text
            line = Line(show, i, origin, baseline + 0.33 * type_.text, scale, pen, head)
            rule_ = f"{name} ← {name} − lr · ∂L/∂{name}"
            look: dict[str, Any] = {"size": type_.text, "family": MONO}
            self.add(figure, words(cell.left, baseline, rule_, colour=theme.muted, **look))
            x = cell.left + advance * (len(rule_) + 1)
            line.sum = words(x, baseline, "", colour=theme.text, **look)
            x += advance * (len(line.arithmetic(0)) + 1)
            line.result = words(x, baseline, "", colour=theme.trail, **look)
            self.add(
                figure, Drawing(line.draw_arrow, zorder=12), line.sum, line.result, moving=True
            )
            self.lines.append(line)
            name_ = words(
                cell.left + ARROWS_FROM * cell.width - 0.8 * type_.text, baseline, f"step in {name}",
                size=type_.ticks, colour=theme.muted, family=SANS, ha="right",
            )  # fmt: skip
            self.add(figure, name_)

    def update(self, now: Now) -> None:
        for line in self.lines:
            line.show(now)
