"""The model with its present numbers, large, and its loss with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from render.draw.equation import Equation
from render.draw.numbers import brief, brief_width, figures
from render.draw.panels.base import DrawnPanel, of_few
from render.phrases import phrase

if TYPE_CHECKING:
    from render.cells import Cell, Room
    from render.config.spec import Spec
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.draw.text import LiveText


LARGE_EM, LINE_EM = 1.6, 1.75  # from one line to the next, in heights of its letters
MAX_LOSS_RATIO = 1e3  # of losses that are all written with the same number of decimals
MARK_EM = 1.5  # for a run's marker, in text heights


@dataclass
class EquationPanel(DrawnPanel):
    """The model with its present numbers, large, and its loss with them."""

    of_landscape: ClassVar[bool] = False
    room_em: ClassVar[tuple[float, float]] = (14, 1.75)
    fixed_height: ClassVar[bool] = True
    words_only: ClassVar[bool] = True

    def unfit(self, spec: Spec, runs: int) -> str | None:
        return of_few(spec, "equation")

    def room(self, layers: Layers, context: Context, width: float) -> Room:
        from render.cells import Room

        type_ = layers.type
        lines = 1 if context.single else len(context.runs)
        large = LARGE_EM * type_.title if context.single or formula(context) else 0.0
        written = [] if formula(context) else [Equation(run) for run in context.runs]
        letters = max((len(one.widest) for one in written), default=0)
        em = type_.ticks if context.single else type_.text
        least = layers.width(letters * "0", em, mono=True) + (0 if context.single else MARK_EM * em)
        height = large + LINE_EM * type_.text * lines + 0.4 * type_.text
        return Room(max(self.room_em[0] * type_.text, least), height, fixed=True)

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        self.context = context
        self.written = [Equation(run) for run in context.runs]
        self.equations: list[LiveText] = []
        self.values: list[LiveText] = []
        self.formula = formula(context)
        losses = np.concatenate([run.recording.loss for run in context.runs])
        least, top = float(losses.min()), float(losses.max())
        spans = 0 < MAX_LOSS_RATIO * least < top or not context.single
        wide = brief_width(losses)
        self.write = (lambda loss: brief(loss).rjust(wide)) if spans else figures(losses)
        if layers.type.bare:
            return
        em = layers.type.text
        top_y = cell.top
        if self.formula:
            top_y = self._formula(layers, cell)
        elif context.single:
            top_y = self._large(layers, cell)
        if context.single:
            self._loss(layers, cell, top_y - 1.3 * em)
        else:
            self._lines(layers, cell, top_y)
        layers.move(*self.equations, *self.values)

    def _formula(self, layers: Layers, cell: Cell) -> float:
        """Write the function; returns the top of the next line."""
        type_ = layers.type
        text, size = layers.shrunk(self.formula, cell.width, type_.title, least=type_.ticks)
        middle, baseline = cell.left + cell.width / 2, round(cell.top - 1.15 * type_.title)
        layers.add(layers.words(middle, baseline, text, size=size, ha="center"))
        return cell.top - LARGE_EM * type_.title

    def _large(self, layers: Layers, cell: Cell) -> float:
        """Write the equation of a single model, as large as fits."""
        type_, letters = layers.type, self.written[0].widest
        size = type_.title
        while size > type_.ticks and layers.width(letters, size, mono=True) > cell.width:
            size -= 1
        width = layers.width(letters, size, mono=True)
        if width <= cell.width:
            left = round(cell.left + (cell.width - width) / 2)
            baseline = round(cell.top - 1.15 * type_.title)
            colour = layers.theme.prediction
            self.equations = [layers.live(left, baseline, size=size, colour=colour)]
        return cell.top - LARGE_EM * type_.title

    def _loss(self, layers: Layers, cell: Cell, baseline: float) -> None:
        """Write `loss = 23.55`, and what z is where the model is trained on z instead of x."""
        em, theme = layers.type.text, layers.theme
        note = ",  ".join(self.written[0].notes)
        wide = layers.width(self._loss_words(0.0), mono=True)
        gap = 2 * em if note else 0.0
        note = layers.fitting((note,), cell.width - wide - gap)
        left = cell.left + (cell.width - wide - (layers.width(note) + gap if note else 0)) / 2
        if note:
            layers.add(layers.words(round(left), round(baseline), note, colour=theme.muted))
            left += layers.width(note) + gap
        if wide <= cell.width:
            self.values = [layers.live(round(left), round(baseline))]

    def _lines(self, layers: Layers, cell: Cell, top_y: float) -> None:
        """A line for each run: marker, label, equation, loss; what has no room is left out."""
        from render.draw.artists import PaintedArtist, Stamp, outline

        theme, type_, runs = layers.theme, layers.type, self.context.runs
        em, mark = type_.text, MARK_EM * type_.text
        equation = 0 if self.formula else max(len(written.widest) for written in self.written)
        equation_px = layers.width(equation * "0", mono=True) + (em if equation else 0)
        value_px = layers.width(self._loss_words(0.0), mono=True)
        free = cell.width - mark - equation_px
        with_loss = value_px <= free
        free -= value_px if with_loss else 0
        named = max(layers.width(run.label) for run in runs) + em
        label_px = named if named <= free else 0.0
        whole = mark + label_px + equation_px + (value_px if with_loss else 0)
        left = round(cell.left + (cell.width - whole) / 2)
        stamps = []
        for i, (run, style) in enumerate(zip(runs, self.context.styles, strict=True)):
            baseline = round(top_y - (LINE_EM * (i + 1) - 0.35) * em)
            shape = outline(style.marker, style.grown)
            stamp = Stamp(0.45 * em, style.dot, theme.edge, 1.5, shape=shape)
            stamps.append((stamp, np.array([left + 0.55 * em, baseline + 0.36 * em])))
            if label_px:
                layers.add(layers.words(left + mark, baseline, run.label))
            x = round(left + mark + label_px)
            if equation:
                self.equations.append(layers.live(x, baseline, colour=style.line))
            if with_loss:
                x = round(x + equation_px)
                self.values.append(layers.live(x, baseline, colour=theme.muted))

        def paint(renderer: Any) -> None:
            for stamp, at in stamps:
                stamp.draw(renderer, at)

        layers.add(PaintedArtist(paint))

    def update(self, state: FrameState) -> None:
        for text, written, now in zip(self.equations, self.written, state.runs, strict=False):
            text.text = written(now.landed.values)
        for text, now in zip(self.values, state.runs, strict=False):
            text.text = self._loss_words(now.landed.loss)

    def _loss_words(self, loss: float) -> str:
        number = self.write(loss)
        return f"f = {number}" if self.formula else phrase("loss = {number}", number=number)


def formula(context: Context) -> str:
    """`f(x1, x2) = 0.1·x1² + 2·x2²` of a model that is a function; else empty."""
    model = context.first.spec.model
    text = model.formula_text
    return f"f({', '.join(model.parameters())}) = {text}" if text else ""
