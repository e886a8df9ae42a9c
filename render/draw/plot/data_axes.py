"""The axes of the data, with the model's equation above and its inputs explained below."""

from __future__ import annotations

from render.cells import MIN_PX, Cell
from render.draw.equation import Equation
from render.draw.layers import Layers
from render.draw.plot.axes import GUTTER_EM, Plot, plot
from render.draw.plot.ranges import Across
from render.draw.text import LiveText
from render.draw.wording import Translated
from render.phrases import form, joined, phrase
from render.recording import Dataset

NOTE_EM = 1.35  # from one line of notes to the next, in tick heights
UNITS = (
    form("{note}: standard deviations from the mean"),
    form("{note}: standard deviations"),
    "{note}",
)  # what z counts


def plot_of_data(
    layers: Layers,
    cell: Cell,
    across: Across,
    data: Dataset,
    equation: Equation | None,
    *,
    titles: tuple[str, ...],
    ylim: tuple[float, float],
    first_ylim: tuple[float, float] | None = None,
    titled: bool = False,
) -> tuple[Plot, LiveText | None]:
    """Empty axes, and the live words of the equation where it is given and has room.

    It is at the right of the title, smaller or instead of the title if it is long. With `titled`
    it is left out rather than the title.
    """
    em = layers.type.ticks
    notes = equation.notes if equation else ()
    lines = _lines(layers, notes, cell.width) if not across.curve and not layers.type.bare else []
    for i, line in enumerate(lines):
        y = cell.bottom + (0.25 + NOTE_EM * (len(lines) - 1 - i)) * em
        text, size = layers.shrunk(line, cell.width, em, min(em, MIN_PX))
        free = cell.width - layers.width(text, size)
        left = cell.left + min(GUTTER_EM[0] * em, free)
        layers.add(layers.words(left, y, text, size=size, colour=layers.theme.muted))
    cell = cell.inset(bottom=NOTE_EM * em * len(lines))
    gutters = 0.0 if layers.type.bare else (GUTTER_EM[0] + GUTTER_EM[2]) * em
    free = cell.width - gutters
    if titled:
        free -= layers.width(titles[0]) + em
    size, widest = layers.type.text, equation.widest if equation else ""
    while size > MIN_PX and layers.width(widest, size, mono=True) > free:
        size = max(MIN_PX, size - 1)
    fits = bool(widest) and layers.width(widest, size, mono=True) <= free
    name = data.names[-1]
    axes = plot(
        layers, cell,
        titles=titles,
        beside=widest if fits else "",
        beside_size=size,
        xlim=across.xlim,
        ylim=ylim,
        first_ylim=first_ylim,
        xlabel=across.name,
        xnote=x_note(layers, cell, across, equation),
        ylabel=phrase("prediction") if across.label else "" if name == "y" else name,
        yname=name,
    )  # fmt: skip
    return axes, axes.beside_title(layers, layers.theme.prediction, size) if fits else None


def x_note(layers: Layers, cell: Cell, across: Across, equation: Equation | None) -> str:
    """What z is, `z = (x − 9) / 3.162`, and in words where they have room; else empty."""
    if equation is None or not equation.notes or not across.curve:
        return ""
    note, em = equation.notes[0], layers.type.ticks
    marked = equation.run.spec.model.probability  # the marks beside the label need the room
    if marked or layers.type.bare or not equation.standardised:
        return note
    room = cell.width - (GUTTER_EM[0] + GUTTER_EM[2]) * em
    name = layers.wording.translated(across.name)
    said = (phrase(unit, note=note) for unit in UNITS)
    return next(
        text
        for text in said
        if text == note or layers.width(joined(",  ", [Translated(name), text]), em) <= room
    )


def _lines(layers: Layers, notes: tuple[str, ...], room: float) -> list[str]:
    """The notes in one line, or in a line for each where that is too long."""
    if not notes:
        return []
    one = Translated(",   ".join(notes))
    wide = layers.width(one, layers.type.ticks)
    return [one] if wide <= room else [Translated(note) for note in notes]
