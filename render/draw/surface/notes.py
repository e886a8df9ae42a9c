"""The lines of words under the surface: what a viewer must know to read it rightly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from render.draw.context import Context
from render.draw.layers import Layers
from render.draw.numbers import brief, brief_width
from render.draw.surface.geometry import World
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
    below = landscape.surface(recording, coordinates)
    if landscape.flipped:
        wrong = (
            form("wrong surface: {surface}, recorded loss: {loss}"),
            form("surface: {surface}, loss: {loss}"),
        )
        found.append(Note(wrong, {"surface": below, "loss": recording.loss}, alarming=True))
    elif landscape.held:
        gap = (
            form("loss {loss} at the dot, {surface} on the surface there"),
            form("loss {loss}, surface {surface}"),
        )
        found.append(Note(gap, {"loss": recording.loss, "surface": below}))
        at = ", ".join(f"{name} = {brief(value).strip()}" for name, value in landscape.held.items())
        away = (
            form("slice at {place}: the run is {distance} away"),
            form("slice through the minimum: the run is {distance} away"),
            form("slice: the run is {distance} away"),
        )
        found.append(Note(away, {"distance": plane.distance(every)}, {"place": at}))
    return found


def lines(cell_em: float, least_em: float, count: int) -> int:
    """How many of so many notes have room under a surface in a cell of a height."""
    return max(min(count, 1), min(count, int((cell_em - least_em) / (2 * LINE_EM)) + 1))
