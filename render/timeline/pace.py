"""The pace of a film: the time at which each tick is reached, and the phases of narrated steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from render.config.spec import FilmOptions
from render.recording import Array
from render.results import Run
from render.scene import Beats
from render.timeline.clock import Clock


def linear(t: Array) -> Array:
    """No easing: constant speed."""
    return t


def sine_in_out(t: Array) -> Array:
    """Slow at both ends: ½ − ½ cos πt."""
    return 0.5 - 0.5 * np.cos(np.pi * t)


def blend(t: Array, amount: float) -> Array:
    """Between `linear` (amount 0) and `sine_in_out` (amount 1)."""
    return (1 - amount) * linear(t) + amount * sine_in_out(t)


# Each phase and its share of a narrated step's time, in the order of the lecture's loop.
PHASES = {"forward": 0.16, "loss": 0.14, "backward": 0.20, "update": 0.38, "zero_grad": 0.12}
NAMES = tuple(PHASES)
EASE = 0.85  # from 0 to 1: how much the dot slows down at both ends of its step
EDGES = np.concatenate([[0.0], np.cumsum([*PHASES.values()])])


def narrated_step(share: Array) -> tuple[Array, list[str], Array]:
    """A narrated step at shares (M,) of its time.

    Returns the dot's share of its step, from 0 to 1, the phase, and the share of the phase that
    is over. The dot doesn't move before the update.
    """
    phase = np.clip(np.searchsorted(EDGES, share, side="right") - 1, 0, len(NAMES) - 1)
    within = np.clip((share - EDGES[phase]) / np.diff(EDGES)[phase], 0, 1)
    update = NAMES.index("update")
    moved = np.where(phase < update, 0.0, np.where(phase == update, blend(within, EASE), 1.0))
    return moved, [NAMES[p] for p in phase], within


def lengths(runs: Sequence[Run], clock: Clock) -> Array:
    """The length of each tick (T,) in widths of the picture, for the run that moves most in it."""
    moved = np.zeros(clock.ticks)
    for run in runs:
        recording, landscape = run.recording, run.landscape
        rows = clock.rows(recording, np.arange(clock.ticks + 1.0))
        path = landscape.plane.project(recording.values(rows))
        for along, grid in zip(path.T, landscape.grid, strict=True):
            inside = np.clip(along, grid[0], grid[-1])
            moved = np.maximum(moved, np.abs(np.diff(inside)) / np.ptp(grid))
    return moved


MAX_HOLDS = 0.3  # of the film, for the holds at its start and end
READ_S = 2.5  # least duration of a caption at the end: time to read a sentence, and look
MAX_READ = 0.35  # of the film, for that
HEAD_START = 7.0  # larger values make the first steps' shares of the time more equal
NARRATED_S = 1.4  # least duration of a narrated step
MAX_NARRATED = 3  # first steps that are narrated if there are too many to narrate all
MAX_NARRATED_SHARE = 0.45  # of the descent's time, for narrated steps
MIN_SHARE = 0.05  # of the mean tick's time: for a tick in which nothing moves
MIN_EASED_S = 0.25  # a shorter step is not slowed down at its ends, which would look like stutter


@dataclass(frozen=True)
class Pacing:
    """The time at which each tick is reached, and how many first steps are narrated."""

    reached_s: Array  # (T+1,)
    narrated: int = 0


def pacing(
    beats: Beats,
    film: FilmOptions,
    lengths: Array,
    narrate: bool = True,
    read: bool = False,
) -> Pacing:
    """The pacing of a film: hold the start, descend, hold the end.

    `lengths` (T,) are those of the ticks. With `narrate`, the first steps are narrated where
    the film's pace is auto. With `read`, the end is held until a caption there can be read. The
    beats of a scene, if it has any, replace the film's pace.
    """
    length_s = (round(film.duration * film.fps) - 1) / film.fps  # to the last frame
    holds_s = beats.open_s + beats.close_s
    shrink = min(1.0, MAX_HOLDS * length_s / max(holds_s, 1e-9))
    held_s = max(beats.close_s * shrink, read_s(length_s) if read else 0.0)
    opens_s, closes_s = beats.open_s * shrink, length_s - held_s
    ticks, lasts_s = len(lengths), closes_s - opens_s
    if ticks == 0:
        return Pacing(np.array([opens_s]))
    if beats.stretches:
        return Pacing(opens_s + lasts_s * _by_beats(beats, ticks))
    narrates = narrate and film.pace == "auto"
    # As many as in a film whose end is not read.
    count = _narrated(ticks, length_s - beats.close_s * shrink - opens_s) if narrates else 0
    each_s = lasts_s / ticks if count == ticks else NARRATED_S
    start_s = opens_s + each_s * np.arange(count + 1)  # of each narrated step, and of the rest
    shares = _shares(film.pace, lengths)[count:]
    rest = np.cumsum(shares) / max(shares.sum(), 1e-300)
    return Pacing(np.concatenate([start_s, start_s[-1] + (closes_s - start_s[-1]) * rest]), count)


def read_s(length_s: float) -> float:
    """How long a caption at the end of a film of this length is shown at least, in seconds."""
    return min(READ_S, MAX_READ * length_s)


def _narrated(ticks: int, lasts_s: float) -> int:
    """The number of narrated steps: all if there is time for each, else the first few."""
    if ticks * NARRATED_S <= lasts_s:
        return ticks
    return min(MAX_NARRATED, int(MAX_NARRATED_SHARE * lasts_s / NARRATED_S), ticks)


def _shares(pace: str, lengths: Array) -> Array:
    """The relative time of each tick (T,)."""
    k = np.arange(len(lengths))
    if pace == "constant":
        return np.ones(len(lengths))
    if pace == "log":  # the same time for each decade of ticks
        return np.log1p(1 / (k + 1))
    if pace == "arc_length":
        return np.maximum(lengths, MIN_SHARE * lengths.mean() if len(lengths) else 0.0)
    return 1 / (k + HEAD_START)


def _by_beats(beats: Beats, ticks: int) -> Array:
    """The share of the descent's time at which each tick is reached, by the scene's beats.

    Ticks after the last stretch have the speed of that stretch.
    """
    until = np.array([0.0, *(tick for tick, _ in beats.stretches)])
    spent = np.cumsum([0.0, *(seconds for _, seconds in beats.stretches)])
    speed = (spent[-1] - spent[-2]) / max(until[-1] - until[-2], 1e-9)
    at = np.arange(ticks + 1)
    times = np.interp(at, until, spent) + speed * np.maximum(at - until[-1], 0)
    return np.asarray(times / max(times[-1], 1e-9))


def positions(time_s: Array, pacing: Pacing) -> tuple[Array, list[str | None], Array]:
    """The fractional tick, the phase and the share of the phase that is over, at times (M,).

    The phase is None where no step is narrated.
    """
    ticks = len(pacing.reached_s) - 1
    nothing: list[str | None] = [None] * len(time_s)
    if ticks == 0:
        return np.zeros_like(time_s), nothing, np.zeros_like(time_s)
    reached = pacing.reached_s
    row = np.clip(np.searchsorted(reached, time_s, side="right") - 1, 0, ticks - 1)
    lasts_s = reached[row + 1] - reached[row]
    part = np.clip((time_s - reached[row]) / np.maximum(lasts_s, 1e-12), 0, 1)
    moved = np.where(lasts_s >= MIN_EASED_S, blend(part, EASE), part)
    narrated_moved, phase, within = narrated_step(part)
    slow = row < pacing.narrated
    narrating = slow & (time_s >= reached[0]) & (time_s < reached[-1])
    phases = [p if on else None for p, on in zip(phase, narrating, strict=True)]
    tick: Array = np.asarray(row + np.where(slow, narrated_moved, moved))
    return tick, phases, np.where(narrating, within, 0.0)
