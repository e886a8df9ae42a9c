"""Runs and a clock in, how far the picture moves in each tick out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from render.recording import Array
from render.run import Run
from render.timeline.clock import Clock


def lengths(runs: Sequence[Run], clock: Clock) -> Array:
    """How far the run that goes furthest goes in each tick (T,), in widths of the picture."""
    moved = np.zeros(clock.ticks)
    for run in runs:
        recording, landscape = run.recording, run.landscape
        steps = clock.steps(recording, np.arange(clock.ticks + 1.0))
        values = recording.values(steps)
        for name, grid in zip(landscape.axes, landscape.grid, strict=True):
            along = np.clip(values[:, recording.axes.index(name)], grid[0], grid[-1])
            moved = np.maximum(moved, np.abs(np.diff(along)) / np.ptp(grid))
    return moved
