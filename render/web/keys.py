"""The times at which the page knows a film's pictures, and the moments there."""

from __future__ import annotations

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
INSIDE = 1e-4  # of a stretch: so far before its end is the picture at its end


@dataclass(frozen=True)
class Keys:
    """A film's time in stretches, in each of which nothing appears or changes its words.

    What glides is interpolated between the moment at the beginning of a stretch and the one just
    before its end; a short stretch has the first alone.
    """

    times_s: Array  # (S+1,) the ends of the stretches
    first: tuple[Moment, ...]  # (S,) at the beginning of each
    last: tuple[Moment | None, ...]  # (S,) before the end of each; None: it stays as it begins
    kept: Rows  # the ticks whose pictures there are

    @property
    def moments(self) -> tuple[Moment, ...]:
        """All moments, in the order of their times."""
        pairs = zip(self.first, self.last, strict=True)
        return tuple(moment for pair in pairs for moment in pair if moment is not None)


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
    first = _moments(plan, ends[:-1] + np.minimum(1e-9, 0.1 * long))
    last = _moments(plan, ends[1:] - INSIDE * long)
    glides = [
        (b.tick > a.tick or (b.phase == "backward")) and length >= GLIDE_S
        for a, b, length in zip(first, last, long, strict=True)
    ]
    return Keys(
        ends, first, tuple(b if on else None for b, on in zip(last, glides, strict=True)), kept
    )


def _landings(plan: FilmPlan) -> list[Array]:
    """The times at which steps land between two ticks, of runs with several steps in a tick."""
    pacing, clock = plan.timing.pacing, plan.timing.clock
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
