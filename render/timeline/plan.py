"""Scene and clock in, the timeline out: what each frame of the film shows, and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from render.config.spec import Film
from render.recording import Array
from render.scene import Beats
from render.timeline.camera import Camera
from render.timeline.easing import blend

HOLDS_AT_MOST = 0.3  # of the film, however short it is
HEAD_START = 7.0  # the larger, the more alike the first steps' shares of the time
EASE = 0.85  # how much the dot slows down at a recorded step
EASED_S = 0.25  # a step shown for less than this is not slowed down: it would only stutter


@dataclass(frozen=True)
class Moment:
    """One frame: all that drawing it needs to know."""

    index: int  # 0.. no holes
    time_s: float
    tick: float  # fractional position on the film's clock
    camera: Camera


@dataclass(frozen=True)
class Timeline:
    """A film's moments, evenly spaced in time."""

    moments: tuple[Moment, ...]
    fps: int

    def __len__(self) -> int:
        return len(self.moments)

    def __iter__(self) -> Iterator[Moment]:
        return iter(self.moments)

    def spread(self, count: int) -> tuple[Moment, ...]:
        """That many moments, the first and the last among them."""
        at = np.linspace(0, len(self) - 1, min(count, len(self)))
        return tuple(self.moments[i] for i in np.unique(np.rint(at).astype(int)))


def plan(beats: Beats, ticks: int, film: Film, camera: Camera) -> Timeline:
    """The timeline of a film of this length and rate.

    It opens on the start, walks through every tick of the clock, and holds the result.
    """
    frames = round(film.duration * film.fps)
    times = np.arange(frames) / film.fps
    at = walk(times, reached(beats, ticks, times[-1]))
    return Timeline(
        tuple(
            Moment(i, float(time_s), float(tick), camera)
            for i, (time_s, tick) in enumerate(zip(times, at, strict=True))
        ),
        film.fps,
    )


def reached(beats: Beats, steps: int, length_s: float) -> Array:
    """When each recorded row is reached, (T+1,) seconds: hold, descend, hold.

    Early steps get more time than late ones (the k-th in proportion to 1/(k + HEAD_START)),
    because that is where the lesson is; with four steps the difference is small, with
    thousands the end runs by.
    """
    holds_s = beats.open_s + beats.close_s
    shrink = min(1.0, HOLDS_AT_MOST * length_s / max(holds_s, 1e-9))
    opens_s, closes_s = beats.open_s * shrink, length_s - beats.close_s * shrink
    shares = 1 / (np.arange(steps) + HEAD_START)
    edges = np.concatenate([[0.0], np.cumsum(shares)]) / max(shares.sum(), 1e-300)
    return np.asarray(opens_s + (closes_s - opens_s) * edges)


def walk(time_s: Array, reached_s: Array) -> Array:
    """The fractional step at each time, given when each row is reached."""
    steps = len(reached_s) - 1
    if steps == 0:
        return np.zeros_like(time_s)
    row = np.searchsorted(reached_s, time_s, side="right") - 1
    row = np.clip(row, 0, steps - 1)
    lasts_s = reached_s[row + 1] - reached_s[row]
    part = np.clip((time_s - reached_s[row]) / lasts_s, 0, 1)
    return np.asarray(row + np.where(lasts_s >= EASED_S, blend(part, EASE), part))
