"""Checks the times of captions: they come in the order of the story, and each of them comes.

The story is that of the run: its steps, its epochs, its end. What is written in steps keeps its
order at any length of the film; a time in seconds or percent may come out on the wrong side.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from render.config.node import KeyPath
from render.config.problems import dotted
from render.config.spec import Spec
from render.config.when import When, first_frame
from render.errors import ConfigError
from render.projected import kept_steps
from render.recording import Array
from render.scene import Beats
from render.timeline.clock import Clock, Paced
from render.timeline.pace import Pacing, pacing
from render.timeline.resolve import seconds

MEASURED = ("s", "%")


@dataclass(frozen=True)
class PlannedRun:
    """How long a run is if nothing ends it early."""

    steps: int
    per_epoch: int
    kept: Array | None = None  # (T+1,) the steps of its snapshots, if not all are kept


@dataclass(frozen=True)
class Story:
    """When each caption of a film comes: as planned, or as its runs went."""

    spec: Spec
    clock: Clock
    pacing: Pacing
    run: Paced  # the first one, whose steps the captions name
    converged: float | None  # the step from which it has converged; None: not known yet
    sure: bool = True  # whether the times of its steps are known

    def start_s(self, at: When) -> float:
        """The second at which a time comes; infinite for one that never does."""
        film = self.spec.film
        if at.unit == "s" and at.count > film.duration:
            return np.inf
        converged = np.inf if self.converged is None else self.converged
        return seconds(at, self.pacing, self.clock, self.run, film.last_s, converged)

    def disorder(self) -> Iterator[tuple[int, str]]:
        """Each caption in seconds or percent that reverses the order in which they are written."""
        ats = [caption.at for caption in self.spec.captions]
        times = [self.start_s(at) for at in ats]
        for i, at in enumerate(ats):
            for j, other in enumerate(ats):
                known = self.sure or other.unit == "end" or times[j] == 0
                finite = np.isfinite(times[i]) and np.isfinite(times[j])
                if at.unit not in MEASURED or other.unit in MEASURED or not (known and finite):
                    continue
                late = times[i] - times[j] if i < j else times[j] - times[i]
                if i != j and late > 1e-9:
                    comes, written = ("after", "before") if i < j else ("before", "after")
                    yield (
                        i,
                        f"{at} comes {comes} {other}, which is at {times[j]:.2f} s, but is written"
                        f" {written} it: name a step or an epoch, or write it in its place",
                    )
                    break

    def unseen(self) -> Iterator[tuple[int, str]]:
        """Each caption that is never on screen, with the reason."""
        ats = [caption.at for caption in self.spec.captions]
        times = [self.start_s(at) for at in ats]
        order = sorted(
            (i for i, time_s in enumerate(times) if np.isfinite(time_s)), key=times.__getitem__
        )
        fps = self.spec.film.fps
        covered = {
            i: ats[after]
            for i, after in itertools.pairwise(order)
            if first_frame(times[i], fps) >= first_frame(times[after], fps)
        }
        for i, at in enumerate(ats):
            if i in covered:
                yield i, f"{at} is never seen: the caption at {covered[i]} takes its place at once"
            elif np.isinf(times[i]) and not self._unknown(at):
                yield i, f"{at} never comes: {self._length(at)}"

    def _length(self, at: When) -> str:
        """Why a time is never reached."""
        if at.unit == "s":
            return f"the film lasts {self.spec.film.duration:g} s"
        if at.unit == "converged":
            return "the run doesn't converge"
        if at.unit == "epoch":
            return f"the run ends at epoch {self.run.steps / self.run.per_epoch:g}"
        return f"the run ends at step {self.run.steps:,}"

    def refusal(self) -> ConfigError | None:
        """The error about captions that reverse the story, each at its place; None if none do."""
        faults = [(("captions", i, "at"), message, None) for i, message in self.disorder()]
        if not faults:
            return None
        if self.spec.source is not None:
            return self.spec.source.refused(faults)
        return ConfigError("\n".join(f"captions.{i}.at: {text}" for i, text in self.disorder()))

    def remarks(self) -> tuple[str, ...]:
        """A line, with its place, for each caption never on screen, and each such keyframe.

        And for each caption at a step whose snapshot is not kept.
        """
        lines: list[tuple[KeyPath, str]] = [
            (("captions", i, "at"), text) for i, text in self.unseen()
        ]
        for i, keyframe in enumerate(self.spec.film.camera.keyframes):
            if np.isinf(self.start_s(keyframe.at)) and not self._unknown(keyframe.at):
                text = f"{keyframe.at} never comes: {self._length(keyframe.at)}, and so the camera"
                lines.append((("film", "camera", "keyframes", i, "at"), f"{text} is there last"))
        for i, caption in enumerate(self.spec.captions):
            if (shown := self.clock.kept(caption.at, self.run)) is not None:
                lines.append((("captions", i, "at"), not_kept(caption.at, shown)))
        source = self.spec.source
        return tuple(
            f"{source.where(path) if source else dotted(path)}: {text}" for path, text in lines
        )

    def _unknown(self, at: When) -> bool:
        """Whether only training can say when the time comes."""
        return at.unit == "converged" and self.converged is None


def not_kept(when: When, shown: str) -> str:
    """What is said of a step, or an epoch, of which no snapshot is kept."""
    return f"no snapshot of {when} is kept: it comes at {shown}"


def planned(spec: Spec, beats: Beats, points: Sequence[int]) -> Story:
    """The story as the config plans it, for so many points of training data in each run."""
    lengths = [_planned_run(one, count) for one, count in zip(spec.each, points, strict=True)]
    clock = Clock.of(lengths, spec.film.clock)
    steps = np.ones(clock.ticks)
    narrate = len(lengths) == 1 and clock.stepwise
    paced = pacing(beats, spec.film, steps, narrate, read=spec.read_at_end)
    by_moves = spec.film.pace == "arc_length" and not beats.stretches
    early = any(one.training.stop.patience for one in spec.each)
    return Story(spec, clock, paced, lengths[0], None, sure=not (by_moves or early))


def _planned_run(spec: Spec, points: int) -> PlannedRun:
    steps = spec.training.steps(points)
    kept = kept_steps(steps) if spec.model.network else None
    return PlannedRun(steps, spec.training.steps_per_epoch(points), kept)


def planned_points(spec: Spec) -> int | None:
    """How many points a run is trained on; None if only its files say so."""
    if not spec.model.needs_data:
        return 1
    count = spec.dataset.count()
    return None if count is None else trained_points(spec, count)


def trained_points(spec: Spec, count: int) -> int:
    """How many of the points of a dataset are not held out."""
    validation = spec.dataset.validation
    return count if validation is None else count - validation.held_out(count)
