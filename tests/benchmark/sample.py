"""What one measurement gives, and what is known after several rounds of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tests.benchmark.films import spec
from tests.benchmark.reel import Reel, filmed
from tests.benchmark.scale import Scale


@dataclass(frozen=True)
class Sample:
    """One film or one process, timed."""

    seconds: float
    frames: int = 1
    timed: int | None = None  # so many frames were really timed, the others reckoned from them
    facts: Mapping[str, float] = field(default_factory=dict)  # what else was seen

    @property
    def fps(self) -> float:
        """Frames per second."""
        return self.frames / self.seconds


@dataclass(frozen=True)
class Bench:
    """What every measure works with."""

    scale: Scale
    folder: Path  # for the films, thrown away afterwards

    @cached_property
    def reel(self) -> Reel:
        """The frames of the film that most rows are about, in memory; drawn once."""
        return filmed(spec("slope_bias", self.scale.frames, self.scale.size_px))

    @cached_property
    def clip(self) -> Reel:
        """The frames that become the GIF whose quality is judged."""
        return filmed(spec("slope_bias", self.scale.clip_frames, self.scale.size_px))


@dataclass(frozen=True)
class Measure:
    """Something that can be timed, again and again."""

    name: str
    take: Callable[[Bench], Sample]
    rounds: int = 3  # at most; fewer for what takes long


@dataclass(frozen=True)
class Taken:
    """All samples of all measures."""

    scale: Scale
    samples: Mapping[str, Sequence[Sample]]

    def best(self, name: str) -> Sample:
        """The fastest one: whatever else the machine does can only make a sample slower."""
        return min(self.samples[name], key=lambda sample: sample.seconds)

    def least(self, name: str, fact: str) -> float | None:
        """The least value of a fact; None where this system can't tell it."""
        return min((s.facts[fact] for s in self.samples[name] if fact in s.facts), default=None)

    def times(self, name: str) -> int:
        """How often it was measured."""
        return len(self.samples[name])
