"""What a row of the table says: figures, the goal, and whether it is met."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

FORMATS = {
    "fps": "{:,.1f} fps",
    "s": "{:.2f} s",
    "ms": "{:.2f} ms",
    "MB": "{:,.0f} MB",
    "kB": "{:,.0f} kB",
    "×": "{:.2f}×",
    "dB": "{:.1f} dB",
    "%": "{:.2f} %",
}


@dataclass(frozen=True)
class Figure:
    """A number with its unit."""

    value: float
    unit: str

    def __str__(self) -> str:
        return FORMATS[self.unit].format(self.value)


@dataclass(frozen=True)
class Goal:
    """What a figure should be."""

    limit: float
    at_least: bool  # else at most

    def met(self, value: float) -> bool:
        """Whether a figure is as good."""
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.limit:g}"


@dataclass(frozen=True)
class Result:
    """One row. What this system can't tell is None."""

    name: str
    what: str
    found: Figure | None
    goal: Goal
    ours: Figure | None = None
    other: Figure | None = None
    against: str = ""  # what the other side is
    measured: str = ""  # how often, and of how many frames
    counts: bool = True  # the goal is meant for films as large as these

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None where that can't be said."""
        if self.found is None or not self.counts:
            return None
        return self.goal.met(self.found.value)

    def plain(self) -> dict[str, Any]:
        """The row for JSON."""

        def figure(shown: Figure | None) -> dict[str, Any] | None:
            return None if shown is None else {"value": shown.value, "unit": shown.unit}

        return {
            "name": self.name,
            "what": self.what,
            "ours": figure(self.ours),
            "against": self.against or None,
            "other": figure(self.other),
            "found": figure(self.found),
            "goal": self.goal.limit,
            "at_least": self.goal.at_least,
            "met": self.met,
            "measured": self.measured,
        }
