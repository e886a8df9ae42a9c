"""A time in a film as it is written: `2.5s`, `50%`, `step 3`, `epoch 10`, `converged`, `end`."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

ALLOWED = "a time like 2.5s, 50%, step 3, epoch 10, converged or end"
WORDS = ("converged", "end")
NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
MEASURED = re.compile(rf"(?P<s>{NUMBER}) ?s|(?P<percent>{NUMBER}) ?%")
COUNTED = re.compile(rf"(?P<unit>step|epoch) +(?P<count>{NUMBER})")
# The same for JSON Schema, whose patterns have no flags: any case, any white space around.
PATTERN = (
    rf"^\s*({NUMBER}\s?[sS]|{NUMBER}\s?%|([sS][tT][eE][pP]|[eE][pP][oO][cC][hH])\s+{NUMBER}"
    r"|[cC][oO][nN][vV][eE][rR][gG][eE][dD]|[eE][nN][dD])\s*$"
)


@dataclass(frozen=True)
class When:
    """A time in a film as the config gives it, known before training.

    timeline.resolve turns it into seconds.
    """

    unit: str  # s, %, step, epoch, converged, end; steps: EVERY; stops: STOPS
    count: float = 0.0  # of the unit; 0 for a word

    def __str__(self) -> str:
        if self.unit in WORDS or self in SEVERAL:
            return self.unit
        number = f"{self.count:.9f}".rstrip("0").rstrip(".")
        return f"{number}{self.unit}" if self.unit in "s%" else f"{self.unit} {number}"


EVERY = When("steps")  # not one time: the times of all steps, for stills
STOPS = When("stops")  # the times of all stops
SEVERAL = (EVERY, STOPS)


def parse_when(text: Any) -> When:
    """The time that a text means. Raises ValueError that says what is allowed."""
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


def first_frame(time_s: float, fps: float) -> int:
    """The number of the first frame at a time or after it."""
    return math.ceil(time_s * fps - 1e-6)
