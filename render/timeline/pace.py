"""Where a film's time goes: beats and the length of the way in, when each tick is reached out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from render.config.spec import FilmOptions
from render.recording import Array
from render.results import Run
from render.scene import Beats
from render.timeline.clock import Clock
from render.timeline.easing import blend

# Each phase with its share of a told step's time, in the order of the lecture's loop.
PHASES = {"forward": 0.16, "loss": 0.14, "backward": 0.20, "update": 0.38, "zero_grad": 0.12}
NAMES = tuple(PHASES)
EASE = 0.85  # how much the dot slows down at both ends of its step
EDGES = np.concatenate([[0.0], np.cumsum([*PHASES.values()])])


def narrated(part: Array) -> tuple[Array, list[str], Array]:
    """A step told slowly, at shares of its time (M,): how far the dot is, phase, share of it.

    The dot rests until the update.
    """
    phase = np.clip(np.searchsorted(EDGES, part, side="right") - 1, 0, len(NAMES) - 1)
    within = np.clip((part - EDGES[phase]) / np.diff(EDGES)[phase], 0, 1)
    update = NAMES.index("update")
    moved = np.where(phase < update, 0.0, np.where(phase == update, blend(within, EASE), 1.0))
    return moved, [NAMES[p] for p in phase], within


def lengths(runs: Sequence[Run], clock: Clock) -> Array:
    """How far the run that goes furthest goes in each tick (T,), in widths of the picture."""
    moved = np.zeros(clock.ticks)
    for run in runs:
        recording, landscape = run.recording, run.landscape
        steps = clock.steps(recording, np.arange(clock.ticks + 1.0))
        path = landscape.plane.project(recording.values(steps))
        for along, grid in zip(path.T, landscape.grid, strict=True):
            inside = np.clip(along, grid[0], grid[-1])
            moved = np.maximum(moved, np.abs(np.diff(inside)) / np.ptp(grid))
    return moved


HOLDS_AT_MOST = 0.3  # of the film, however short it is
HEAD_START = 7.0  # the larger, the more alike the first steps' shares of the time
TOLD_S = 1.4  # a step told phase by phase lasts at least so long
TOLD_AT_MOST = 3  # so many first steps are told, of a run that has too many to tell all
TOLD_SHARE = 0.45  # of the descent's time, for them
SHORTEST = 0.05  # of the mean tick's time: one in which nothing moves still passes
EASED_S = 0.25  # a step shown for less than this is not slowed down: it would only stutter


@dataclass(frozen=True)
class Pacing:
    """When each tick is reached, and how many first ones are told phase by phase."""

    reached_s: Array  # (T+1,)
    told: int = 0


def pacing(beats: Beats, film: FilmOptions, lengths: Array, told: bool = True) -> Pacing:
    """The walk through a film: hold the start, descend, hold the end.

    `lengths` (T,) is how far the runs go in each tick; `told`: first steps may be told phase
    by phase. The beats of a scene that has some come before the film's pace.
    """
    length_s = (round(film.duration * film.fps) - 1) / film.fps  # to the last frame
    holds_s = beats.open_s + beats.close_s
    shrink = min(1.0, HOLDS_AT_MOST * length_s / max(holds_s, 1e-9))
    opens_s, closes_s = beats.open_s * shrink, length_s - beats.close_s * shrink
    ticks, lasts_s = len(lengths), closes_s - opens_s
    if ticks == 0:
        return Pacing(np.array([opens_s]))
    if beats.stretches:
        return Pacing(opens_s + lasts_s * _stretched(beats, ticks))
    count = _told(ticks, lasts_s) if told and film.pace == "auto" else 0
    each_s = lasts_s / ticks if count == ticks else TOLD_S
    start_s = opens_s + each_s * np.arange(count + 1)  # of each told step, and of the rest
    shares = _shares(film.pace, lengths)[count:]
    rest = np.cumsum(shares) / max(shares.sum(), 1e-300)
    return Pacing(np.concatenate([start_s, start_s[-1] + (closes_s - start_s[-1]) * rest]), count)


def _told(ticks: int, lasts_s: float) -> int:
    """All steps where there is time for each; else the first few."""
    if ticks * TOLD_S <= lasts_s:
        return ticks
    return min(TOLD_AT_MOST, int(TOLD_SHARE * lasts_s / TOLD_S), ticks)


def _shares(pace: str, lengths: Array) -> Array:
    """How much of the time each tick gets (T,)."""
    k = np.arange(len(lengths))
    if pace == "constant":
        return np.ones(len(lengths))
    if pace == "log":  # the same time for each decade of ticks
        return np.log1p(1 / (k + 1))
    if pace == "arc_length":
        return np.maximum(lengths, SHORTEST * lengths.mean() if len(lengths) else 0.0)
    return 1 / (k + HEAD_START)


def _stretched(beats: Beats, ticks: int) -> Array:
    """The share of the descent's time at which each tick is reached, by the scene's beats.

    Ticks after the last stretch go on at its speed.
    """
    until = np.array([0.0, *(tick for tick, _ in beats.stretches)])
    spent = np.cumsum([0.0, *(seconds for _, seconds in beats.stretches)])
    speed = (spent[-1] - spent[-2]) / max(until[-1] - until[-2], 1e-9)
    at = np.arange(ticks + 1)
    times = np.interp(at, until, spent) + speed * np.maximum(at - until[-1], 0)
    return np.asarray(times / max(times[-1], 1e-9))


def positions(time_s: Array, course: Pacing) -> tuple[Array, list[str | None], Array]:
    """Tick, phase and share of the phase at each time (M,)."""
    ticks = len(course.reached_s) - 1
    nothing: list[str | None] = [None] * len(time_s)
    if ticks == 0:
        return np.zeros_like(time_s), nothing, np.zeros_like(time_s)
    reached = course.reached_s
    row = np.clip(np.searchsorted(reached, time_s, side="right") - 1, 0, ticks - 1)
    lasts_s = reached[row + 1] - reached[row]
    part = np.clip((time_s - reached[row]) / np.maximum(lasts_s, 1e-12), 0, 1)
    moved = np.where(lasts_s >= EASED_S, blend(part, EASE), part)
    told_moved, phase, within = narrated(part)
    telling = (row < course.told) & (time_s >= reached[0]) & (time_s < reached[-1])
    named = [p if on else None for p, on in zip(phase, telling, strict=True)]
    inside = np.where(telling, within, 0.0)
    return np.asarray(row + np.where(row < course.told, told_moved, moved)), named, inside
