"""The lines of words under the surface: what a viewer must know to read it rightly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from render.draw.context import Context
from render.draw.layers import Layers
from render.draw.numbers import brief, brief_width
from render.draw.surface.geometry import World
from render.recording import Array

LINE_EM = 1.45  # from one line to the next, in tick heights
TWO_SCALES = ("axes not to one scale", "not to one scale")


@dataclass(frozen=True)
class Note:
    """A line of words, which may hold numbers of the recorded step."""

    forms: tuple[str, ...]  # the longest first
    numbers: tuple[Array, ...] = ()  # (T+1,) each, in the order in which the forms name them
    alarming: bool = False
    outside: bool = False  # written only while the dot is outside the picture

    def fitting(self, layers: Layers, room: float) -> str:
        """The first of the forms that has room whatever the step; empty if none has."""
        widest = ["0" * brief_width(numbers) for numbers in self.numbers]
        filled = tuple(form.format(*widest) for form in self.forms)
        chosen = layers.fitting(filled, room, layers.type.ticks)
        return self.forms[filled.index(chosen)] if chosen else ""

    def text(self, form: str, row: int) -> str:
        """The line at a recorded row."""
        return form.format(*(brief(float(numbers[row])).strip() for numbers in self.numbers))


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
        diverged = run.verdict.word == "diverged"
        words = "has left" if diverged and inside[0] else "is outside"
        out = (f"the dot {words} the picture", f"the dot {words}")
        found.append(Note(out, alarming=diverged, outside=True))
    below = landscape.surface(recording, coordinates)
    if landscape.flipped:
        wrong = ("wrong surface: {}, recorded loss: {}", "surface: {}, loss: {}")
        found.append(Note(wrong, (below, recording.loss), alarming=True))
    elif landscape.held:
        gap = ("loss {} at the dot, {} on the surface there", "loss {}, surface {}")
        found.append(Note(gap, (recording.loss, below)))
        at = ", ".join(f"{name} = {brief(value).strip()}" for name, value in landscape.held.items())
        away = "the run is {} away"
        forms = (f"slice at {at}: {away}", f"slice through the minimum: {away}", f"slice: {away}")
        found.append(Note(forms, (plane.distance(every),)))
    return found


def lines(cell_em: float, least_em: float, count: int) -> int:
    """How many of so many notes have room under a surface in a cell of a height."""
    return max(min(count, 1), min(count, int((cell_em - least_em) / (2 * LINE_EM)) + 1))
