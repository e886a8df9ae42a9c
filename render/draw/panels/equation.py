"""The model with its numbers at the moment, large, and the loss that it has with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from render.draw.numbers import brief, figures
from render.draw.panels.base import DrawnPanel
from render.learn.models.base import MIN_EXPONENTIAL

if TYPE_CHECKING:
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.draw.layout import Cell, Room
    from render.draw.text import LiveText
    from render.results import Run


LARGE_EM, LINE_EM = 1.6, 1.75  # from one line to the next, in heights of its letters
MAX_LOSS_RATIO = 1e3  # losses further apart have no digits in common
MARK_EM = 1.5  # for a run's marker, in text heights


@dataclass
class EquationPanel(DrawnPanel):
    """The model with its present numbers, large, and the loss that it has with them."""

    room_em: ClassVar[tuple[float, float]] = (14, 1.75)
    fixed_height: ClassVar[bool] = True

    def room(self, page: Layers, show: Context) -> Room:
        from render.draw.layout import Room

        type_ = page.type
        lines = 1 if show.lone else len(show.runs)
        large = LARGE_EM * type_.title if show.lone or formula(show) else 0.0
        letters = max(len(widest(run)) for run in show.runs) if not formula(show) else 0
        em = type_.ticks if show.lone else type_.text
        least = page.width(letters * "0", em, mono=True) + (0 if show.lone else MARK_EM * em)
        height = large + LINE_EM * type_.text * lines + 0.4 * type_.text
        return Room(max(self.room_em[0] * type_.text, least), height, fixed=True)

    def setup(self, page: Layers, cell: Cell, show: Context) -> None:
        self.show, self.models = show, [run.spec.model for run in show.runs]
        self.equations: list[LiveText] = []
        self.values: list[LiveText] = []
        self.formula = formula(show)
        losses = np.concatenate([run.recording.loss for run in show.runs])
        least, top = float(losses.min()), float(losses.max())
        spans = 0 < MAX_LOSS_RATIO * least < top or not show.lone
        self.write = brief if spans else figures(losses)
        if page.type.bare:
            return
        em = page.type.text
        top_y = cell.top
        if self.formula:
            top_y = self._formula(page, cell)
        elif show.lone:
            top_y = self._large(page, cell)
        if show.lone:
            self._loss(page, cell, top_y - 1.3 * em)
        else:
            self._lines(page, cell, top_y)
        page.move(*self.equations, *self.values)

    def _formula(self, page: Layers, cell: Cell) -> float:
        """Write the function; returns the top of the next line."""
        type_ = page.type
        text, size = page.shrunk(self.formula, cell.width, type_.title, least=type_.ticks)
        middle, baseline = cell.left + cell.width / 2, round(cell.top - 1.15 * type_.title)
        page.add(page.words(middle, baseline, text, size=size, ha="center"))
        return cell.top - LARGE_EM * type_.title

    def _large(self, page: Layers, cell: Cell) -> float:
        """Write the equation of a single model, as large as there is room."""
        type_, letters = page.type, widest(self.show.first)
        size = type_.title
        while size > type_.ticks and page.width(letters, size, mono=True) > cell.width:
            size -= 1
        width = page.width(letters, size, mono=True)
        if width <= cell.width:
            left = round(cell.left + (cell.width - width) / 2)
            baseline = round(cell.top - 1.15 * type_.title)
            colour = page.theme.prediction
            self.equations = [page.live(left, baseline, size=size, colour=colour)]
        return cell.top - LARGE_EM * type_.title

    def _loss(self, page: Layers, cell: Cell, baseline: float) -> None:
        """Write `loss = 23.55`, and what z is where the model is trained on z instead of x."""
        from render.draw.panels.data import scaling

        em, theme = page.type.text, page.theme
        note = f"z = {scaling(self.show.dataset)}" if scaled(self.show.first) else ""
        wide = page.width(self._loss_words(0.0), mono=True)
        gap = 2 * em if note else 0.0
        note = page.fitting((note,), cell.width - wide - gap)
        left = cell.left + (cell.width - wide - (page.width(note) + gap if note else 0)) / 2
        if note:
            page.add(page.words(round(left), round(baseline), note, colour=theme.muted))
            left += page.width(note) + gap
        if wide <= cell.width:
            self.values = [page.live(round(left), round(baseline))]

    def _lines(self, page: Layers, cell: Cell, top_y: float) -> None:
        """A line for each run: marker, label, equation, loss; what has no room is left out."""
        from render.draw.artists import PaintedArtist, Stamp, outline

        theme, type_, runs = page.theme, page.type, self.show.runs
        em, mark = type_.text, MARK_EM * type_.text
        equation = 0 if self.formula else max(len(widest(run)) for run in runs)
        equation_px = page.width(equation * "0", mono=True) + (em if equation else 0)
        value_px = page.width(self._loss_words(0.0), mono=True)
        free = cell.width - mark - equation_px
        with_loss = value_px <= free
        free -= value_px if with_loss else 0
        named = max(page.width(run.label) for run in runs) + em
        label_px = named if named <= free else 0.0
        whole = mark + label_px + equation_px + (value_px if with_loss else 0)
        left = round(cell.left + (cell.width - whole) / 2)
        stamps = []
        for i, (run, guise) in enumerate(zip(runs, self.show.guises, strict=True)):
            baseline = round(top_y - (LINE_EM * (i + 1) - 0.35) * em)
            shape = outline(guise.marker, guise.grown)
            stamp = Stamp(0.45 * em, guise.dot, theme.edge, 1.5, shape=shape)
            stamps.append((stamp, np.array([left + 0.55 * em, baseline + 0.36 * em])))
            if label_px:
                page.add(page.words(left + mark, baseline, run.label))
            x = round(left + mark + label_px)
            if equation:
                self.equations.append(page.live(x, baseline, colour=guise.line))
            if with_loss:
                x = round(x + equation_px)
                self.values.append(page.live(x, baseline, colour=theme.muted))

        def paint(renderer: Any) -> None:
            for stamp, at in stamps:
                stamp.draw(renderer, at)

        page.add(PaintedArtist(paint))

    def update(self, now: FrameState) -> None:
        for text, run, here in zip(self.equations, self.show.runs, now.runs, strict=False):
            text.text = equation(run, here.snapshot.values)
        for text, here in zip(self.values, now.runs, strict=False):
            text.text = self._loss_words(here.snapshot.loss)

    def _loss_words(self, loss: float) -> str:
        return f"{'f' if self.formula else 'loss'} = {self.write(loss)}"


def formula(show: Context) -> str:
    """`f(x1, x2) = 0.1·x1² + 2·x2²` of a model that is a function; else empty."""
    model = show.first.spec.model
    text = model.formula_text
    return f"f({', '.join(model.parameters())}) = {text}" if text else ""


def equation(run: Run, values: Mapping[str, float]) -> str:
    """The model's equation, in z where it is trained on scaled inputs instead of x."""
    written = run.spec.model.equation(values)
    return written.replace("x", "z") if scaled(run) else written


def scaled(run: Run) -> bool:
    """Whether there is one input and the model is trained on it in other units."""
    data = run.dataset
    return run.spec.model.needs_data and data.x.ndim == 1 and data.unscale != (1.0, 0.0)


def widest(run: Run) -> str:
    """The equation with each parameter where it takes the most letters."""
    recording = run.recording
    values = {**recording.frozen}
    for name, column in zip(recording.names, recording.params.T, strict=True):
        ends = [float(column.min()), float(column.max()), *near_limits(column)]
        values[name] = max(
            ends, key=lambda value: len(f"{value:.2f}") if abs(value) < MIN_EXPONENTIAL else 0
        )
    return equation(run, values)


def near_limits(column: Any) -> list[float]:
    """The lowest and the highest of the numbers that are not written in powers of ten."""
    small = column[np.abs(column) < MIN_EXPONENTIAL]
    return [float(small.min()), float(small.max())] if len(small) else []
