"""The lines of words under the surface: what a viewer must know to read it rightly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from render.draw.basis import complete, shares
from render.draw.context import Context
from render.draw.layers import Layers
from render.draw.numbers import brief, brief_width
from render.draw.surface.geometry import World
from render.numerals import significant
from render.phrases import form, phrase
from render.recording import Array

LINE_EM = 1.45  # from one line to the next, in tick heights
TWO_SCALES = (phrase("axes not to one scale"), phrase("not to one scale"))


@dataclass(frozen=True)
class Note:
    """A line of words, which may hold numbers of the recorded step."""

    forms: tuple[str, ...]  # the longest first
    numbers: Mapping[str, Array] = field(default_factory=dict)  # (T+1,) for each of their fields
    fields: Mapping[str, str] = field(default_factory=dict)  # which stay as they are
    alarming: bool = False
    outside: bool = False  # written only while the dot is outside the picture
    needed: bool = False  # whether it is written in several lines rather than not
    follows: bool = False  # whether it goes on with the sentence of the note before

    def fitting(self, layers: Layers, room: float) -> str:
        """The first of the forms that has room whatever the step; empty if none has."""
        widest = {name: "0" * brief_width(numbers) for name, numbers in self.numbers.items()}
        filled = tuple(phrase(form, **widest, **self.fields) for form in self.forms)
        chosen = layers.fitting(filled, room, layers.type.ticks)
        return self.forms[filled.index(chosen)] if chosen else ""

    def text(self, form: str, row: int) -> str:
        """The line at a recorded row."""
        written = {name: brief(float(each[row])).strip() for name, each in self.numbers.items()}
        return phrase(form, **written, **self.fields)


def notes(context: Context, world: World) -> list[Note]:
    """The notes of a surface, the most important first; a race has none about a run."""
    found = _of_run(context, world) if context.single else []
    found += [*_of_plane(context)]
    if not context.landscape.one_scale:
        found.insert(1, Note(TWO_SCALES))
    return found


def _of_run(context: Context, world: World) -> list[Note]:
    run, landscape = context.first, context.landscape
    recording, plane = run.recording, landscape.plane
    every = recording.completed(recording.params)
    coordinates = plane.project(every)
    found: list[Note] = []
    first, second = coordinates.T
    inside = np.asarray(np.isfinite(world.points(first, second, recording.loss)).all(axis=1))
    if not inside.all():
        diverged = run.verdict.diverged
        out = form("the dot is outside the picture"), form("the dot is outside")
        if diverged and inside[0]:
            out = form("the dot has left the picture"), form("the dot has left")
        found.append(Note(out, alarming=diverged, outside=True))
    if landscape.flipped:
        wrong = (
            form("wrong surface: {surface}, recorded loss: {loss}"),
            form("surface: {surface}, loss: {loss}"),
        )
        below = landscape.surface(recording, coordinates)
        found.append(Note(wrong, {"surface": below, "loss": recording.loss}, alarming=True))
    elif landscape.held:
        gap = form("loss {loss} at the dot, {surface} on the surface there"), SHORT_GAP
        below = landscape.surface(recording, coordinates)
        found.append(Note(gap, {"loss": recording.loss, "surface": below}))
        at = ", ".join(f"{name} = {brief(value).strip()}" for name, value in landscape.held.items())
        away = (
            form("slice at {place}: the run is {distance} away"),
            form("slice through the minimum: the run is {distance} away"),
            form("slice: the run is {distance} away"),
        )
        found.append(Note(away, {"distance": plane.distance(every)}, {"place": at}))
    return found


SHORT_GAP = form("loss {loss}, surface {surface}")
NO_GAP = 1e-6  # of the picture's height: a smaller one is rounding


def _of_plane(context: Context) -> Iterator[Note]:
    """What is to be known of a plane through a network's weights: how far the runs are from it."""
    basis, every = context.landscape.basis, [run.recording for run in context.runs]
    if basis is None:
        return
    gaps = {
        recording.run: np.abs(recording.loss - away.plane_loss)
        for recording in every
        if (away := recording.projected) is not None
    }
    widest = max((float(np.nanmax(gap)) for gap in gaps.values()), default=0.0)
    if widest > NO_GAP * context.landscape.ceiling:
        away = every[0].projected
        if context.single and away is not None:
            gap = (
                form("off the plane: loss {loss} here, {surface} on the surface"),
                form("loss {loss} here, {surface} on the surface"),
                SHORT_GAP,
            )
            yield Note(gap, {"loss": every[0].loss, "surface": away.plane_loss})
        else:
            up_to = (
                form("off the plane: dots are up to {gap} above or below the surface"),
                form("dots are up to {gap} off the surface"),
            )
            yield Note(up_to, fields={"gap": significant(widest, 2)})
    if (both := shares(basis)) is not None:
        one = (
            form("the plane holds {share} % of the path's variance (a random walk's: {walk} %)"),
            form("the plane: {share} % of the variance, a random walk: {walk} %"),
            form("plane {share} %, random walk {walk} %"),
        )
        several = (
            form("the plane holds {share} % of the paths' variance (random walks: {walk} %)"),
            *one[1:],
        )
        before = (
            form("before it flies off, the plane holds {share} % (a random walk: {walk} %)"),
            *one[2:],
        )
        chosen: tuple[str, ...] = one if context.single else several
        if not complete(basis, sum(len(recording.loss) for recording in every)):
            chosen = before
        yield Note(chosen, fields={"share": both[0], "walk": both[1]})
    remarks = dict.fromkeys(
        remark for one in every if one.projected is not None for remark in one.projected.remarks
    )
    for remark in remarks:
        yield Note((remark.replace("{", "{{").replace("}", "}}"),), needed=True)


def whole(layers: Layers, room: float, found: list[Note]) -> list[Note]:
    """The notes, those that are needed and too long for a line in several."""
    lines: list[Note] = []
    for note in found:
        if note.needed and not note.fitting(layers, room):
            wide = room * layers.type.text / layers.type.ticks
            parts = layers.wrapped(phrase(note.forms[0]), wide)
            each = enumerate(parts)
            lines += [Note(("{line}",), fields={"line": text}, follows=i > 0) for i, text in each]
        else:
            lines.append(note)
    return lines


def lines(cell_em: float, least_em: float, found: Sequence[Note]) -> int:
    """How many of the notes have room under a surface in a cell of a height; no half sentence."""
    count = max(min(len(found), 1), min(len(found), int((cell_em - least_em) / (2 * LINE_EM)) + 1))
    while 0 < count < len(found) and found[count].follows:
        count -= 1
    return count
