"""The training loop as a student would type it, the line that is happening lit."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from render.config.theme import RGB, Theme, rgb
from render.draw.panels.base import DrawnPanel
from render.errors import RenderError
from render.recording import Pixels

if TYPE_CHECKING:
    from render.draw.artists import Raster
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.draw.layout import Cell, Room
    from render.draw.text import LiveText
    from render.draw.torch_code import CodeLine, LiveValue


WORDS = re.compile(r"#.*|[^\W\d]\w*|[^\w#]+|\d[\w.]*")
DATA = ("X", "Y", "x", "y", "X1", "X2", "x1", "x2", "loader")


def coloured(text: str, theme: Theme, parameters: Collection[str]) -> Iterator[tuple[str, str]]:
    """The pieces of a line with their colours: parameters, prediction, data, comments."""
    for piece in WORDS.findall(text):
        if piece.startswith("#"):
            yield piece, theme.muted
        elif piece in parameters:
            yield piece, theme.parameter
        elif piece == "yhat":
            yield piece, theme.prediction
        elif piece in DATA:
            yield piece, theme.data
        else:
            yield piece, theme.text


def between(first: str, second: str, share: float) -> RGB:
    """A colour on the way from one to another."""
    ends = zip(rgb(first), rgb(second), strict=True)
    red, green, blue = (round(a + share * (b - a)) for a, b in ends)
    return red, green, blue


def words(pieces: Collection[tuple[str, RGB]], size: float, left: float, baseline: float) -> Raster:
    """One line in mono letters of several colours, for any layer."""

    from render.draw.artists import Raster
    from render.draw.text import BELOW, line_coverage

    pictures = []
    for text, colour in pieces:
        ink = line_coverage(text, size, True)
        pixels = np.empty((*ink.shape, 4), np.uint8)
        pixels[..., :3], pixels[..., 3] = colour, ink
        pictures.append(pixels)
    return Raster(np.concatenate(pictures, axis=1), left, baseline - BELOW * size, zorder=21)


def filled(left: float, bottom: float, width: float, height: float, colour: RGB) -> Raster:
    """A rectangle of whole pixels."""

    from render.draw.artists import Raster

    pixels: Pixels = np.empty((max(1, round(height)), max(1, round(width)), 4), np.uint8)
    pixels[:] = (*colour, 255)
    return Raster(pixels, left, bottom, zorder=20)


PITCH = 1.5  # from one line to the next, in letter heights
PITCH_LEAST = 1.3  # the same where there is little room
GAP = 2  # letters between a line and the value beside it
DIGITS = 5  # of the largest value of a series
SOFT = 0.5  # how much of the light all lines of the loop have while steps run fast
LEVELS = (("import", "setup", "loop", "body"), ("setup", "loop", "body"), ("loop", "body"))


@dataclass
class CodePanel(DrawnPanel):
    """The training loop as a student would type it, the line that is happening lit."""

    room_em: ClassVar[tuple[float, float]] = (12, 8)

    def room(self, page: Layers, show: Context) -> Room:
        from render.draw.layout import Room
        from render.draw.text import advance

        if page.type.bare:
            return Room(0, 0)
        size = page.type.ticks
        script = CodeSheet(show)
        lines = script.level(LEVELS[-1])
        width = script.letters(lines, most=1) * advance(size) + size
        return Room(width, (PITCH_LEAST * len(lines) + 0.2) * size)

    def setup(self, page: Layers, cell: Cell, show: Context) -> None:
        self.script = CodeSheet(show)
        self.rows: list[Row] = []
        lines, size, pitch, most = self._fitted(page, cell)
        if page.type.bare:
            lines, size, pitch = lines, cell.height / (1.2 * len(lines)), 1.2
        pitch_px = max(1, round(pitch * size))
        fitting = max(1, int((cell.height + (pitch - 1) * size) // pitch_px))
        for i, line in enumerate(lines[:fitting]):
            bottom = round(cell.top) - (i + 1) * pitch_px
            self.rows.append(Row(page, self.script, line, cell, bottom, (size, pitch_px), most))

    def _fitted(self, page: Layers, cell: Cell) -> tuple[tuple[CodeLine, ...], float, float, int]:
        """Lines, size of letters, pitch, values beside a line: as much as there is room for."""
        from render.draw.text import advance

        large, small = page.type.text, page.type.ticks
        sizes = [large + (small - large) * share for share in np.linspace(0, 1, 5)]
        for parts in LEVELS:
            lines = self.script.level(parts)
            for most in (len(self.script.names), 1):
                for size in sizes:
                    for pitch in (PITCH, PITCH_LEAST):
                        wide = self.script.letters(lines, most) * advance(size) + size
                        if wide <= cell.width and pitch * len(lines) * size <= cell.height + 1:
                            return lines, size, pitch, most
        return self.script.level(LEVELS[-1]), small, PITCH_LEAST, 1

    def update(self, now: FrameState) -> None:
        here, phase, script = now.first, now.moment.phase, self.script
        row = max(0, min(now.narrated_row, script.steps - 1))
        begun = now.moment.tick > 0 or phase is not None
        order = [i for i, r in enumerate(self.rows) if phase in r.line.phases]
        last = order[-1] if order else -1  # what stands after it has not happened yet
        for i, r in enumerate(self.rows):
            lit = phase is not None and phase in r.line.phases
            fast = phase is None and begun and not here.ended and r.line.part == "body"
            past = script.steps > 0 and (i <= last if phase else begun)
            r.show(row, lit=lit, soft=fast, past=past)


class CodeSheet:
    """A run's listing and the numbers that its lines leave."""

    def __init__(self, show: Context) -> None:
        from render.draw.numbers import figures
        from render.draw.torch_code import listing

        run = show.first
        if not show.single:
            raise RenderError(
                "the code panel is for one run: with `film: {runs: grid}` each has its own"
            )
        self.lines = listing(run.spec, len(run.dataset.y))
        recording = run.recording
        self.names, self.steps = recording.names, recording.steps
        self.params, self.grads = recording.params, recording.grads
        self.losses = np.where(np.isnan(recording.batch_loss), recording.loss, recording.batch_loss)
        self.per_epoch = recording.per_epoch
        self.epochs = run.spec.training.epochs
        self.columns = {name: i for i, name in enumerate(recording.names)}
        self._loss = figures(self.losses, DIGITS)
        self._grads = [figures(column, DIGITS) for column in self.grads.T]
        self._params = [figures(column, DIGITS) for column in self.params.T]
        self._wide = max(write.width for write in (self._loss, *self._grads, *self._params))

    def level(self, parts: tuple[str, ...]) -> tuple[CodeLine, ...]:
        """The lines of some parts."""
        return tuple(line for line in self.lines if line.part in parts)

    def letters(self, lines: tuple[CodeLine, ...], most: int) -> int:
        """How many letters wide the lines are with so many values beside each."""
        return max(self._letters(line, most) for line in lines)

    def _letters(self, line: CodeLine, most: int) -> int:
        beside = self.beside(line, 0, most)
        counted = len(self.counted(line, 0))
        return len(line.text) + counted + (GAP + len(beside) if beside else 0)

    def counted(self, line: CodeLine, row: int) -> str:
        """The live comment of a loop's head: `  # epoch = 2`."""
        if not line.counts:
            return ""
        last = self.per_epoch if line.counts == "batch" else self.epochs
        value = row % self.per_epoch if line.counts == "batch" else row // self.per_epoch
        return f"  # {line.counts} {value:{len(str(last - 1))}d}"

    def beside(self, line: CodeLine, row: int, most: int) -> str:
        """What a student would print after the line, in the step that leaves a row."""
        values = line.values[:most]
        written = [f"{v.label} = {self._written(v, row).rjust(self._wide)}" for v in values]
        return "  ".join(written)

    def _written(self, value: LiveValue, row: int) -> str:
        if value.kind == "cleared":
            return value.text
        if value.kind == "loss":
            return self._loss(float(self.losses[row]))
        if value.kind == "grad":
            return self._grads[value.column](float(self.grads[row, value.column]))
        after = min(row + 1, self.steps)
        return self._params[value.column](float(self.params[after, value.column]))


class Row:
    """A line of the listing on the page: muted, lit, or softly lit, and its value."""

    def __init__(
        self,
        page: Layers,
        script: CodeSheet,
        line: CodeLine,
        cell: Cell,
        bottom: float,
        sizes: tuple[float, int],
        most: int,
    ) -> None:
        from render.config.theme import rgb
        from render.draw.text import advance

        self.script, self.line, self.most = script, line, most
        theme, (size, pitch) = page.theme, sizes
        self.bare = page.type.bare
        self.lit: list[Any] = []
        self.soft: list[Any] = []
        self.values: list[LiveText] = []
        left, width = round(cell.left), round(cell.width)
        if self.bare:  # strips in place of words
            em = cell.width / max(len(one.text) for one in script.lines)
            text = line.text.lstrip()
            at = left + em * (len(line.text) - len(text))
            strip = (at, bottom + 0.3 * pitch, em * len(text), max(1, 0.45 * pitch))
            page.add(filled(*strip, rgb(theme.future)))
            self.lit = [filled(*strip, rgb(theme.text))]
            self.soft = [filled(*strip, rgb(theme.muted))]
            page.move(*self.lit, *self.soft)
            return
        stripe = max(3, round(0.2 * size))
        inner = left + round(0.5 * size)
        baseline = bottom + round(0.5 * (pitch - 0.72 * size))
        room = int((cell.right - inner) / advance(size))
        counted = script.counted(line, 0)
        text = line.text
        if len(text) + len(counted) > room:
            text, counted = text[: max(room - 1, 1)] + "…", ""
        pieces = [*coloured(text, theme, (*script.names, "c"))]
        page.add(words([(text, rgb(theme.muted))], size, inner, baseline))
        softer = between(theme.background, theme.grid, SOFT)
        quiet = [(word, between(theme.muted, colour, SOFT)) for word, colour in pieces]
        loud = [(word, rgb(colour)) for word, colour in pieces]
        if line.part == "body":
            self.lit = [
                filled(left, bottom, width, pitch, rgb(theme.grid)),
                filled(left, bottom, stripe, pitch, rgb(theme.parameter)),
                words(loud, size, inner, baseline),
            ]
            self.soft = [
                filled(left, bottom, width, pitch, softer),
                words(quiet, size, inner, baseline),
            ]
        self.count = page.live(inner + advance(size) * len(text), baseline, size=size,
                               colour=theme.muted)  # fmt: skip
        self.count.set_visible(bool(counted))
        free = room - len(text) - GAP
        while self.most > 0 and len(script.beside(line, 0, self.most)) > free:
            self.most -= 1
        right = cell.right - round(0.5 * size)
        self.values = [
            page.live(right, baseline, size=size, colour=colour, right=True)
            for colour in (theme.text, theme.muted)
        ]
        page.move(*self.lit, *self.soft, self.count, *self.values)

    def show(self, row: int, lit: bool, soft: bool, past: bool) -> None:
        """Bring the line to a moment of the step that leaves a row."""

        from render.draw.wording import Translated

        for artist in self.lit:
            artist.set_visible(lit)
        for artist in self.soft:
            artist.set_visible(soft)
        if self.bare:
            return
        self.count.text = Translated(self.script.counted(self.line, row))
        text = Translated(self.script.beside(self.line, row, self.most) if past else "")
        for words, loud in zip(self.values, (True, False), strict=True):
            words.set_visible(loud == lit)
            words.text = text
