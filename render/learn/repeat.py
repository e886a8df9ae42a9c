"""Whether a run can be computed again elsewhere: a chaotic one can't, for every rounding grows.

Two computations of one run differ by rounding, as their sums and their sines do. In most runs
that stays as small as it is; where a run is chaotic it grows until the two have nothing in common.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from render.config.spec import Spec
from render.learn.loop import train
from render.recording import Array, Dataset, Recording

MOVED = 1e-15  # relative: how far the start and the rate of a repeat are moved
TOLERANCE = 1e-9  # of a column's range over the run
OF_PROBABILITIES = 1e-6  # the same where there are logarithms of numbers next to 0
DIGITS = 2.0**-44  # of a column's largest number: less than that is rounding, whatever the range


def tolerance(spec: Spec) -> float:
    """The part of a column's range by which two computations of a run may differ."""
    probable = spec.loss.probabilities or spec.model.probability
    return OF_PROBABILITIES if probable else TOLERANCE


def allowed(column: Array, part: float) -> Array:
    """By how much each column (R, C) may differ in another computation of the run (C,)."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.maximum(part * np.ptp(column, axis=0), DIGITS * np.abs(column).max(axis=0))


def agree(one: Recording, other: Recording, part: float) -> bool:
    """Whether two computations of a run have the same parameters and losses at every step."""
    if one.steps != other.steps or one.broke_off != other.broke_off:
        return False
    first, second = (np.column_stack([run.params, run.loss]) for run in (one, other))
    return bool((np.abs(first - second) <= allowed(first, part)).all())


def chaotic(spec: Spec, dataset: Dataset, recording: Recording) -> bool:
    """Whether a repeat that differs by rounding, from its start on, has other numbers.

    The start is moved relative to its own size, up and down by turns, and so is the learning
    rate, for the start may be 0. A 0 stays: every computation begins with it.
    """
    start = recording.params[0]
    moved = start * (1 + MOVED * np.where(np.arange(len(start)) % 2, -1.0, 1.0))
    optimizer = replace(spec.optimizer, lr=spec.optimizer.lr * (1 + MOVED))
    begin = dict(zip(recording.names, moved.tolist(), strict=True))
    repeat = train(replace(spec, optimizer=optimizer), dataset, start=begin)
    part = tolerance(spec)
    # A recording with a wrong number isn't chaotic: that is for whoever computes it to tell.
    return not agree(recording, repeat, part) and not agree(train(spec, dataset), repeat, part)
