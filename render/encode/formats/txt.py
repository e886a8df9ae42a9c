"""Text: a description of the film in a few sentences, to be read aloud, and its stops."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from render.encode.base import CompanionFormat, Story
from render.phrases import phrase

CHAPTER_S = 10.0  # YouTube: a chapter lasts at least so long,
CHAPTERS = 3  # and there are at least so many


@dataclass(frozen=True)
class TxtFormat(CompanionFormat):
    """Alternative text from the recorded numbers, for readers who can't see the film; its stops.

    The stops have time codes, as in a description on YouTube.
    """

    suffix: ClassVar[str] = ".txt"
    stops: ClassVar[bool] = True

    def written(self, story: Story) -> str:
        text = " ".join(story.sentences) + "\n"
        return text + _stops(story) if len(story.stops) > 2 else text


def _stops(story: Story) -> str:
    """The stops with their time codes; in whole seconds where YouTube makes chapters of them."""
    stops = story.stops
    times = [stop.time_s for stop in stops]
    nearest = min(b - a for a, b in pairwise(times))
    chapters = len(times) >= CHAPTERS and nearest >= CHAPTER_S
    lines = [f"{time_code(stop.time_s, chapters)} {stop.words}" for stop in stops]
    close = phrase(
        "YouTube makes chapters only of three or more time codes that are 10 s apart or more:"
        " here the nearest are {distance} s apart.",
        distance=f"{nearest:.3g}",
    )
    note = [] if chapters else [story.language.say(close)]
    return "\n".join(["", *lines, *note, ""])


def time_code(time_s: float, whole: bool = False) -> str:
    """`M:SS`, or `H:MM:SS` from an hour on; with hundredths of a second unless `whole`."""
    hundredths = int(time_s * 100 + 1e-6)
    seconds, rest = divmod(hundredths, 100)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    return f"{text}:{seconds:02}" + ("" if whole or not rest else f".{rest:02}")
