"""A time as one says it (`2.5s`, `50%`, `step 3`, `converged`) in, seconds of a film out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from render.errors import RenderError
from render.recording import Array, Recording

if TYPE_CHECKING:
    from render.timeline.clock import Clock
    from render.timeline.pace import Pacing

ALLOWED = "a time like 2.5s, 50%, step 3, epoch 10, converged or end"
WORDS = ("converged", "end")
NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
MEASURED = re.compile(rf"(?P<s>{NUMBER}) ?s|(?P<percent>{NUMBER}) ?%")
COUNTED = re.compile(rf"(?P<unit>step|epoch) +(?P<count>{NUMBER})")
# The same for editors, which know no flags: letters in either case, any white space around.
PATTERN = (
    rf"^\s*({NUMBER}\s?[sS]|{NUMBER}\s?%|([sS][tT][eE][pP]|[eE][pP][oO][cC][hH])\s+{NUMBER}"
    r"|[cC][oO][nN][vV][eE][rR][gG][eE][dD]|[eE][nN][dD])\s*$"
)
LEFT = 1e-2  # of the loss above the minimum: what a run that has converged has left of it


@dataclass(frozen=True)
class When:
    """A time in a film, before anyone knows how its run goes."""

    unit: str  # s, %, step, epoch, converged, end; steps: EVERY
    count: float = 0.0  # of the unit; 0 of those that are words

    def __str__(self) -> str:
        if self.unit in WORDS or self == EVERY:
            return self.unit
        number = f"{self.count:.9f}".rstrip("0").rstrip(".")
        return f"{number}{self.unit}" if self.unit in "s%" else f"{self.unit} {number}"


EVERY = When("steps")  # not a time: every step's, for stills


def when(text: Any) -> When:
    """The time that a text says. Raises ValueError with what is allowed."""
    plain = " ".join(text.split()).lower() if isinstance(text, str) else ""
    if plain in WORDS:
        return When(plain)
    if measured := MEASURED.fullmatch(plain):
        if measured["s"]:
            return When("s", float(measured["s"]))
        if float(measured["percent"]) > 100:
            raise ValueError(f"a film ends at 100%, found '{plain}'")
        return When("%", float(measured["percent"]))
    if counted := COUNTED.fullmatch(plain):
        unit, count = counted["unit"], float(counted["count"])
        if unit == "step" and count != int(count):
            raise ValueError(f"steps are whole, found '{plain}'")
        return When(unit, count)
    raise ValueError(f"expected {ALLOWED}")


def seconds(
    when: When,
    course: Pacing,
    clock: Clock,
    recording: Recording,
    length_s: float,
    minimum: float | None = None,
) -> float:
    """When that is, in seconds from the film's start to its last frame at `length_s`.

    Steps, epochs and convergence are those of the recording; infinite for what it never comes
    to. `minimum` is the lowest loss there is, the lowest recorded one if not given.
    """
    if when.unit == "s":
        return min(when.count, length_s)
    if when.unit == "%":
        return when.count / 100 * length_s
    steps = {
        "step": when.count,
        "epoch": when.count * recording.per_epoch,
        "converged": _converged(recording, minimum),
        "end": np.inf,
    }[when.unit]
    reached = course.reached_s
    if steps <= 0:
        return 0.0  # before its first step a run is at its start
    if when.unit == "end":
        return float(reached[-1])
    if steps > recording.steps:
        return np.inf
    return float(np.interp(steps / clock.rate(recording), np.arange(len(reached)), reached))


def stills(
    when: When,
    course: Pacing,
    clock: Clock,
    recording: Recording,
    length_s: float,
    minimum: float | None = None,
) -> Array:
    """The times of the pictures that a time asks for: of EVERY, one of each tick."""
    if when == EVERY:
        return np.concatenate([[0.0], course.reached_s[1:]])
    at_s = seconds(when, course, clock, recording, length_s, minimum)
    if not np.isfinite(at_s):
        ends = f"it ends at step {recording.steps:,}, loss {recording.loss[-1]:.4g}"
        raise RenderError(f"{when}: the run never comes to that; {ends}")
    return np.array([at_s])


def _converged(recording: Recording, minimum: float | None) -> float:
    """The first step from which on the excess loss stays small; infinite if there is none."""
    lowest = float(recording.loss.min()) if minimum is None else minimum
    excess = recording.loss - lowest
    far = np.flatnonzero(~(excess < LEFT * excess[0]))
    first = int(far[-1]) + 1 if len(far) else 0
    return float(first) if first <= recording.steps and not recording.broke_off else np.inf
