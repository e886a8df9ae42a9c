"""The times at which the page knows a film's pictures, and the moments there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from render.draw.plan import FilmPlan
from render.recording import Array
from render.timeline.pace import EDGES, positions
from render.timeline.plan import Moment
from render.timeline.plan import plan as plan_timeline

Rows = npt.NDArray[np.intp]
MAX_TICKS = 2000  # of a film; of more, the page has those at which the film cuts its trails
SAME_S = 1e-6  # times so near are one
GLIDE_S = 1 / 45  # a stretch that is shorter has no pictures between its ends
FINE = 400  # times in a tick at which it is known how far the tick is
INSIDE = 1e-4  # of a stretch: so far inside it are the pictures at its ends


@dataclass(frozen=True)
class Keys:
    """A film's time in stretches, in each of which nothing appears or changes its words.

    What glides is interpolated between the moment at the beginning of a stretch and the one just
    before its end, which is that at the beginning of the next where a stretch was divided. A
    short stretch has the first alone.
    """

    times_s: Array  # (S+1,) the ends of the stretches
    moments: tuple[Moment, ...]  # all of them, in the order of their times
    first: tuple[int, ...]  # (S,) the place of the moment at the beginning of each
    last: tuple[int, ...]  # (S,) of the one at its end; −1: it stays as it begins
    kept: Rows  # the ticks whose pictures there are

    def divided(self, plan: FilmPlan, off: Off) -> Keys:
        """The same with stretches divided as long as `off` says that interpolation is wrong.

        A stretch of less than LEAST_S is not divided.
        """
        made = _Division(plan, off)
        for start_s, end_s, a, b in zip(
            self.times_s[:-1], self.times_s[1:], self.first, self.last, strict=True
        ):
            made.add(float(start_s), float(end_s), self.moments[a], self._at(b))
        return Keys(
            np.array([*made.times_s, self.times_s[-1]]),
            tuple(made.moments),
            tuple(made.first),
            tuple(made.last),
            self.kept,
        )

    def _at(self, place: int) -> Moment | None:
        return None if place < 0 else self.moments[place]


# How far off a picture is that lies between those of the first and the last moment: True where
# that can be seen. Also given is the moment itself, at a share of the way.
Off = Callable[[Moment, Moment, Moment, float], bool]
LEAST_S = 1 / 20


class _Division:
    """Stretches that are divided until what lies between their ends is right."""

    def __init__(self, plan: FilmPlan, off: Off) -> None:
        self._plan, self._off = plan, off
        self.times_s: list[float] = []
        self.moments: list[Moment] = []
        self.first: list[int] = []
        self.last: list[int] = []

    def add(self, start_s: float, end_s: float, first: Moment, last: Moment | None) -> None:
        """Add a stretch, in parts if need be."""
        at = self._placed(first)
        if last is None:
            self._append(start_s, at, -1)
            return
        middle_s = (start_s + end_s) / 2
        if end_s - start_s >= 2 * LEAST_S:
            (middle,) = _moments(self._plan, np.array([middle_s]))
            if self._off(first, last, middle, share(first, last, middle)):
                self.add(start_s, middle_s, first, middle)
                self.add(middle_s, end_s, middle, last)
                return
        self._append(start_s, at, self._placed(last))

    def _append(self, start_s: float, first: int, last: int) -> None:
        self.times_s.append(start_s)
        self.first.append(first)
        self.last.append(last)

    def _placed(self, moment: Moment) -> int:
        """The place of a moment; the last one may be the same."""
        if not self.moments or self.moments[-1] is not moment:
            self.moments.append(moment)
        return len(self.moments) - 1


def share(first: Moment, last: Moment, moment: Moment) -> float:
    """How much of the way from the first to the last is over at a moment."""
    if last.tick > first.tick:
        return (moment.tick - first.tick) / (last.tick - first.tick)
    return (moment.time_s - first.time_s) / (last.time_s - first.time_s)


def keys(plan: FilmPlan) -> Keys:
    """The stretches of the part of a film that is made."""
    timing, fps = plan.timing, plan.spec.film.fps
    begin_s, end_s = (plan.unheld.moments[at].time_s for at in (0, -1))
    kept = ticks_kept(plan)
    reached = timing.pacing.reached_s
    times = [reached[kept], *_landings(plan)]
    for step in range(timing.pacing.narrated):
        times.append(reached[step] + (reached[step + 1] - reached[step]) * EDGES[1:-1])
    times.append(
        np.array([edge for line in timing.captions for edge in (line.start_s, line.end_s)])
    )
    inner = np.sort(np.concatenate(times))
    inner = inner[(inner > begin_s + SAME_S) & (inner < end_s - SAME_S)]
    ends = np.concatenate([[begin_s], inner, [end_s + 1 / fps]])
    ends = ends[np.append(True, np.diff(ends) > SAME_S)]
    long = np.diff(ends)
    first = _moments(plan, ends[:-1] + INSIDE * long)  # where the tip of a trail has begun
    last = _moments(plan, ends[1:] - INSIDE * long)
    glides = [
        (b.tick > a.tick or (b.phase == "backward")) and length >= GLIDE_S
        for a, b, length in zip(first, last, long, strict=True)
    ]
    moments: list[Moment] = []
    starts: list[int] = []
    stops: list[int] = []
    for a, b, on in zip(first, last, glides, strict=True):
        moments += [a, b] if on else [a]
        starts.append(len(moments) - 1 - on)
        stops.append(len(moments) - 1 if on else -1)
    return Keys(ends, tuple(moments), tuple(starts), tuple(stops), kept)


def _landings(plan: FilmPlan) -> list[Array]:
    """The times at which steps land between two ticks, of runs with several steps in a tick."""
    pacing, clock = plan.timing.pacing, plan.timing.clock
    if clock.marks:  # each tick is a row
        return []
    rates = {clock.rate(run.recording) for run in plan.runs} - {1}
    found: list[Array] = []
    for rate in sorted(rates):
        if clock.ticks * rate > MAX_TICKS:
            continue
        fine = np.interp(
            np.arange(clock.ticks * FINE + 1) / FINE, np.arange(clock.ticks + 1), pacing.reached_s
        )
        found.append(
            np.interp(np.arange(clock.ticks * rate + 1) / rate, positions(fine, pacing)[0], fine)
        )
    return found


def ticks_kept(plan: FilmPlan) -> Rows:
    """The ticks (K,) that the page has: all, or those at which a long film cuts its trails."""
    ticks = plan.timing.clock.ticks
    return np.arange(ticks + 1) if ticks <= MAX_TICKS else plan.context.cuts.astype(np.intp)


def _moments(plan: FilmPlan, times_s: Array) -> tuple[Moment, ...]:
    timeline = plan_timeline(plan.timing.pacing, plan.spec.film, plan.camera_at, times_s)
    return tuple(_snapped(moment) for moment in timeline)


def _snapped(moment: Moment) -> Moment:
    """A moment that is a step's but for rounding, at the step."""
    whole = round(moment.tick)
    return replace(moment, tick=float(whole)) if abs(moment.tick - whole) < 1e-7 else moment
