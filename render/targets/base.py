"""Where films go: what suits a place, what it takes, and how that is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Limits:
    """What a place takes of one kind of file; None: no limit is known."""

    max_mb: float | None = None  # of 10⁶ bytes, also where a place may mean 2²⁰
    max_size: tuple[int, int] | None = None  # width, height in pixels
    max_pixels: int | None = None  # of one picture
    max_frames: int | None = None
    max_drawn: int | None = None  # pixels of all frames together
    max_fps: int | None = None
    min_s: float | None = None
    max_s: float | None = None
    upright: bool = False  # square, or taller than wide


@dataclass(frozen=True)
class Source:
    """Where a fact is written."""

    url: str
    told: str  # what is said there
    official: bool = True  # by whoever runs the place


@dataclass(frozen=True)
class Destination:
    """A place that films go to."""

    name: str
    about: str
    size: tuple[int, int]  # of the film, in pixels
    fps: int
    outputs: tuple[Mapping[str, Any], ...]  # as a config's `outputs:` spells them
    how: str  # to put it there
    sources: tuple[Source, ...]
    unknown: str = ""  # what could not be established
    takes: Mapping[str, Limits] = field(default_factory=dict)  # by kind of file

    @property
    def established(self) -> bool:
        """Whether those who run the place say themselves all that is in its row."""
        return not self.unknown

    def settings(self) -> Mapping[tuple[str, ...], Any]:
        """The keys of a config that it sets, and their values as YAML would have them."""
        return {
            ("film", "size"): list(self.size),
            ("film", "fps"): self.fps,
            ("outputs",): [dict(output) for output in self.outputs],
        }
