"""The seconds of a film at which a time as written (`step 3`, `converged`) is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from render.config.when import EVERY, When
from render.errors import RenderError
from render.numerals import significant
from render.recording import Array, Recording

if TYPE_CHECKING:
    from render.timeline.clock import Clock, Paced
    from render.timeline.pace import Pacing


def seconds(
    when: When,
    pacing: Pacing,
    clock: Clock,
    recording: Paced,
    length_s: float,
    converged: float = np.inf,
) -> float:
    """The time in seconds from the film's start; its last frame is at `length_s`.

    Steps and epochs are those of the recording; infinite for what it never reaches. Of a run
    that keeps only some snapshots it is the time of the first one that is no earlier.
    `converged` is the step from which the run has converged, by its verdict (`Verdict.since`).
    """
    if when.unit == "s":
        return min(when.count, length_s)
    if when.unit == "%":
        return when.count / 100 * length_s
    steps = {
        "step": when.count,
        "epoch": when.count * recording.per_epoch,
        "converged": converged,
        "end": np.inf,
    }[when.unit]
    reached = pacing.reached_s
    if steps <= 0:
        return 0.0  # before its first step a run is at its start
    if when.unit == "end":
        return float(reached[-1])
    if steps > recording.steps:
        return np.inf
    tick = clock.tick(steps / clock.rate(recording))
    return float(np.interp(tick, np.arange(len(reached)), reached))


def stills(
    when: When,
    pacing: Pacing,
    clock: Clock,
    recording: Recording,
    length_s: float,
    converged: float = np.inf,
) -> Array:
    """The times (M,) in seconds of the stills that are asked for: of EVERY, one of each tick.

    Raises RenderError if the run never reaches the time.
    """
    if when == EVERY:
        return np.concatenate([[0.0], pacing.reached_s[1:]])
    at_s = seconds(when, pacing, clock, recording, length_s, converged)
    if not np.isfinite(at_s):
        ends = f"it ends at step {recording.steps:,}, loss {significant(float(recording.loss[-1]))}"
        raise RenderError(f"{when}: the run never comes to that; {ends}")
    return np.array([at_s])
