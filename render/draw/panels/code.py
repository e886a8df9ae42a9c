"""The training loop as a student would type it, with the running line highlighted."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from render.config.language import language
from render.config.theme import RGB, Theme, rgb
from render.draw.panels.base import DrawnPanel, of_one
from render.phrases import phrase
from render.recording import Pixels

if TYPE_CHECKING:
    from render.cells import Cell, Room, Type
    from render.config.spec import Spec
    from render.draw.artists import Raster
    from render.draw.context import Context, FrameState
    from render.draw.layers import Layers
    from render.draw.text import LiveText
    from render.draw.torch_code import CodeLine, LiveValue


WORDS = re.compile(r"#.*|[^\W\d]\w*|[^\w#]+|\d[\w.]*")
DATA = ("X", "Y", "x", "y", "X1", "X2", "x1", "x2", "loader")


def coloured(text: str, theme: Theme, parameters: Collection[str]) -> Iterator[tuple[str, str]]:
    """Each piece of a line and its colour: parameters, prediction, data, comments."""
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
    """The colour at a share of the way from the first to the second."""
    ends = zip(rgb(first), rgb(second), strict=True)
    red, green, blue = (round(a + share * (b - a)) for a, b in ends)
    return red, green, blue


def words(pieces: Collection[tuple[str, RGB]], size: float, left: float, baseline: float) -> Raster:
    """One line of monospaced text in several colours, for any layer."""
    from render.draw.code_line import CodeWords
    from render.draw.text import BELOW, line_coverage

    pictures = []
    for text, colour in pieces:
        ink = line_coverage(text, size, True)
        pixels = np.empty((*ink.shape, 4), np.uint8)
        pixels[..., :3], pixels[..., 3] = colour, ink
        pictures.append(pixels)
    picture = np.concatenate(pictures, axis=1)
    return CodeWords(picture, left, baseline - BELOW * size, (*pieces,), size)


def filled(left: float, bottom: float, width: float, height: float, colour: RGB) -> Raster:
    """A rectangle of whole pixels in one colour."""
    from render.draw.artists import Raster

    pixels: Pixels = np.empty((max(1, round(height)), max(1, round(width)), 4), np.uint8)
    pixels[:] = (*colour, 255)
    return Raster(pixels, left, bottom, zorder=20)


PITCH = 1.5  # from one line to the next, in letter heights
MIN_PITCH = 1.3  # the same where there is little room
TIGHTEST = 1.2  # the same where that alone makes room for the last line
GAP = 2  # letters between a line and the value beside it
DIGITS = 5  # of the largest value of a series
HALF_LIT = 0.5  # of the highlight, for all lines of the loop while steps run fast
LEVELS = (("import", "setup", "loop", "body"), ("setup", "loop", "body"), ("loop", "body"))


@dataclass
class CodePanel(DrawnPanel):
    """The training loop as a student would type it, with the running line highlighted."""

    of_landscape: ClassVar[bool] = False
    room_em: ClassVar[tuple[float, float]] = (12, 8)

    def unfit(self, spec: Spec, runs: int) -> str | None:
        return of_one(runs, "code")

    def least(self, type_: Type, spec: Spec, width: float) -> Room:
        from render.draw.torch_code import listing

        lines = [line.code for line in listing(spec, 2) if line.part in LEVELS[-1]]
        return self._room(max(map(len, lines)), len(lines), 0.6 * type_.ticks, type_)

    def room(self, layers: Layers, context: Context, width: float) -> Room:
        from render.draw.text import advance

        sheet = CodeSheet(context)
        lines = sheet.level(LEVELS[-1])
        letters = [sheet.letters(lines, most, comments=False) for most in (1, 0)]
        whole, em = len(sheet.level(LEVELS[0])), advance(layers.type.ticks)
        room, plain = (self._room(n, len(lines), em, layers.type, whole) for n in letters)
        # The values beside the lines go before the lines themselves.
        return replace(room, legible=plain.legible * plain.width / room.width)

    def _room(
        self, letters: int, lines: int, advance: float, type_: Type, whole: int | None = None
    ) -> Room:
        from render.cells import Room

        size = type_.ticks
        width, height = letters * advance + size, (MIN_PITCH * lines + 0.2) * size
        most = None if whole is None else max(height, PITCH * whole * type_.text)
        return Room(width, height, most=most)

    def setup(self, layers: Layers, cell: Cell, context: Context) -> None:
        from render.draw.plot.axes import GUTTER_EM

        self.sheet = CodeSheet(context)
        self.rows: list[Row] = []
        size, whole = layers.type.text, self.sheet.level(LEVELS[0])
        inner = cell.inset(left=GUTTER_EM[0] * layers.type.ticks - 0.5 * size)
        if self._wide(whole, self.sheet.most, size) <= inner.width and not layers.type.bare:
            cell = inner  # its text is in line with the plots above and below
        lines, size, pitch, most = self._fitted(layers, cell)
        if layers.type.bare:
            lines, size, pitch = lines, cell.height / (1.2 * len(lines)), 1.2
        pitch_px = max(1, round(pitch * size))
        even = int((cell.height + (pitch - 1) * size) // len(lines))
        if TIGHTEST * size <= even < pitch_px:  # whole pixels must not cost the last line
            pitch_px = even
        fitting = max(1, int((cell.height + (pitch - 1) * size) // pitch_px))
        for i, line in enumerate(lines[:fitting]):
            bottom = round(cell.top) - (i + 1) * pitch_px
            self.rows.append(Row(layers, self.sheet, line, cell, bottom, (size, pitch_px), most))

    def _fitted(self, layers: Layers, cell: Cell) -> tuple[tuple[CodeLine, ...], float, float, int]:
        """The lines, their size, their pitch and the number of values beside each.

        Where there is little room the text gets smaller before parts of the program are left out,
        and at last the comments beside its lines.
        """
        large, small = layers.type.text, layers.type.ticks
        sizes = [large + (small - large) * share for share in np.linspace(0, 1, 5)]
        for parts, comments in (*((parts, True) for parts in LEVELS), (LEVELS[-1], False)):
            lines = self.sheet.level(parts)
            for most in (self.sheet.most, 1):
                for size in sizes:
                    for pitch in (PITCH, MIN_PITCH):
                        wide = self._wide(lines, most, size, comments)
                        if wide <= cell.width and pitch * len(lines) * size <= cell.height + 1:
                            return lines, size, pitch, most
        return self.sheet.level(LEVELS[-1]), small, MIN_PITCH, 1

    def _wide(
        self, lines: tuple[CodeLine, ...], most: int, size: float, comments: bool = True
    ) -> float:
        """The width of lines with at most so many values beside each, in pixels."""
        from render.draw.text import advance

        return self.sheet.letters(lines, most, comments) * advance(size) + size

    def update(self, state: FrameState) -> None:
        run, phase, sheet = state.first, state.moment.phase, self.sheet
        row = max(0, min(state.first.row, sheet.steps - 1))
        begun = state.moment.tick > 0 or phase is not None
        order = [i for i, r in enumerate(self.rows) if phase in r.line.phases]
        last = order[-1] if order else -1  # the lines after it have not run yet
        for i, r in enumerate(self.rows):
            lit = phase is not None and phase in r.line.phases
            fast = phase is None and begun and not run.ended and r.line.part == "body"
            past = sheet.steps > 0 and (i <= last if phase else begun)
            r.show(row, lit=lit, soft=fast, past=past)


COUNTED = {"epoch": phrase("epoch"), "step": phrase("step"), "batch": phrase("batch")}


class CodeSheet:
    """The listing of a run, and the values beside its lines."""

    def __init__(self, context: Context) -> None:
        from render.draw.numbers import figures
        from render.draw.torch_code import listing

        run = context.first
        self.say = language(run.spec.language).say
        recording = run.recording
        points, epochs = len(run.dataset.y), recording.counts_epochs
        self.lines = listing(run.spec, points, run.dataset, epochs)
        away = recording.projected is not None  # beside its lines there are no parameters
        self.names = () if away else recording.names
        self.steps, self.lr = recording.last, recording.lr
        self.params, self.grads = recording.params, recording.grads
        self.losses = np.where(np.isnan(recording.batch_loss), recording.loss, recording.batch_loss)
        self.per_epoch = recording.per_epoch
        self.step = recording.steps_at(np.arange(recording.last + 1.0))
        self.epochs = run.spec.training.epochs
        self._loss = figures(self.losses, DIGITS)
        self._rate = figures(self.lr[np.isfinite(self.lr)], DIGITS)
        count = len(self.names)
        self._grads = [figures(column, DIGITS) for column in self.grads.T[:count]]
        self._params = [figures(column, DIGITS) for column in self.params.T[:count]]
        self._wide = max(write.width for write in (self._loss, *self._grads, *self._params))
        self.coloured = ("model",) if away else (*self.names, "c")

    @property
    def most(self) -> int:
        """How many values there are beside a line."""
        return max(len(self.names), 1)

    def level(self, parts: tuple[str, ...]) -> tuple[CodeLine, ...]:
        """The lines of these parts of the program."""
        return tuple(line for line in self.lines if line.part in parts)

    def letters(self, lines: tuple[CodeLine, ...], most: int, comments: bool = True) -> int:
        """The width of the widest line in letters, with at most so many values beside it.

        Without `comments`, those that have been written beside a line don't count.
        """
        return max(self.letters_of(line, most, comments) for line in lines)

    def letters_of(self, line: CodeLine, most: int, comments: bool = True) -> int:
        """The width of a line in letters."""
        beside = self.beside(line, 0, most)
        text = line.text if comments else line.code
        return len(text) + len(self.counted(line, 0)) + (GAP + len(beside) if beside else 0)

    def counted(self, line: CodeLine, row: int) -> str:
        """The comment with the counter behind the head of a loop: `  # epoch 2`."""
        if not line.counts:
            return ""
        last = self.per_epoch if line.counts == "batch" else self.epochs
        step = int(self.step[row])
        value = step % self.per_epoch if line.counts == "batch" else step // self.per_epoch
        number = f"{value:{len(str(last - 1))}d}"
        return self.say(phrase("  # {unit} {number}", unit=COUNTED[line.counts], number=number))

    def beside(self, line: CodeLine, row: int, most: int) -> str:
        """The values after the line has run, in the step from a recorded row to the next."""
        values = line.values[:most]
        written = [f"{v.label} = {self._written(v, row).rjust(self._wide)}" for v in values]
        return "  ".join(written)

    def _written(self, value: LiveValue, row: int) -> str:
        if value.kind == "cleared":
            return value.text
        if value.kind == "loss":
            return self._loss(float(self.losses[row]))
        if value.kind == "lr":
            return self._rate(float(self.lr[row]))
        if value.kind == "grad":
            return self._grads[value.column](float(self.grads[row, value.column]))
        after = min(row + 1, self.steps)
        return self._params[value.column](float(self.params[after, value.column]))


class Row:
    """A line of the listing and its value: muted, highlighted or between the two."""

    def __init__(
        self,
        layers: Layers,
        sheet: CodeSheet,
        line: CodeLine,
        cell: Cell,
        bottom: float,
        sizes: tuple[float, int],
        most: int,
    ) -> None:
        from render.config.theme import rgb
        from render.draw.text import advance

        self.sheet, self.line, self.most = sheet, line, most
        theme, (size, pitch) = layers.theme, sizes
        self.bare = layers.type.bare
        self.lit: list[Any] = []
        self.soft: list[Any] = []
        self.values: list[LiveText] = []
        left, width = round(cell.left), round(cell.width)
        if self.bare:  # strips in place of text
            em = cell.width / max(len(one.text) for one in sheet.lines)
            text = line.text.lstrip()
            at = left + em * (len(line.text) - len(text))
            strip = (at, bottom + 0.3 * pitch, em * len(text), max(1, 0.45 * pitch))
            layers.add(filled(*strip, rgb(theme.future)))
            self.lit = [filled(*strip, rgb(theme.text))]
            self.soft = [filled(*strip, rgb(theme.muted))]
            layers.move(*self.lit, *self.soft)
            return
        stripe = max(3, round(0.2 * size))
        inner = left + round(0.5 * size)
        baseline = bottom + round(0.5 * (pitch - 0.72 * size))
        room = int((cell.right - inner) / advance(size))
        counted = sheet.counted(line, 0)
        text = line.text if sheet.letters_of(line, most) <= room else line.code
        if len(text) + len(counted) > room:
            text, counted = text[: max(room - 1, 1)] + "…", ""
        pieces = [*coloured(text, theme, sheet.coloured)]
        layers.add(words([(text, rgb(theme.muted))], size, inner, baseline))
        softer = between(theme.background, theme.grid, HALF_LIT)
        quiet = [(word, between(theme.muted, colour, HALF_LIT)) for word, colour in pieces]
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
        self.count = layers.live(inner + advance(size) * len(text), baseline, size=size,
                               colour=theme.muted)  # fmt: skip
        self.count.set_visible(bool(counted))
        free = room - len(text) - GAP
        while self.most > 0 and len(sheet.beside(line, 0, self.most)) > free:
            self.most -= 1
        right = cell.right - round(0.5 * size)
        self.values = [
            layers.live(right, baseline, size=size, colour=colour, right=True)
            for colour in (theme.text, theme.muted)
        ]
        layers.move(*self.lit, *self.soft, self.count, *self.values)

    def show(self, row: int, lit: bool, soft: bool, past: bool) -> None:
        """Draw the line at a moment of the step from a recorded row to the next."""
        from render.draw.wording import Translated

        for artist in self.lit:
            artist.set_visible(lit)
        for artist in self.soft:
            artist.set_visible(soft)
        if self.bare:
            return
        self.count.text = Translated(self.sheet.counted(self.line, row))
        text = Translated(self.sheet.beside(self.line, row, self.most) if past else "")
        for words, loud in zip(self.values, (True, False), strict=True):
            words.set_visible(loud == lit)
            words.text = text
