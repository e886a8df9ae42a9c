"""What a comparison holds equal, in words: runs in, a sentence in several lengths out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from render.run import Run

if TYPE_CHECKING:
    from render.draw.show import Show


def held_equal(show: Show) -> tuple[str, ...]:
    """What all runs have in common, the longest sentence first; empty when it is nothing."""
    runs = show.runs
    length, spread = _length(show)
    start = ["start"] if _same_start(runs) else []
    parts = start + ([length] if length else [])
    if not parts:
        return ()
    said = f"held equal: {', '.join(parts)}"
    short = f"equal: {', '.join(parts)}"
    return (f"{said}; {spread}", said, short) if spread else (said, short)


def _same_start(runs: Sequence[Run]) -> bool:
    first = runs[0].recording
    return all(
        run.recording.names == first.names
        and np.array_equal(run.recording.params[0], first.params[0])
        and run.recording.frozen == first.frozen
        for run in runs
    )


def _length(show: Show) -> tuple[str, str]:
    """How long all runs train, as planned, and how many steps that is where they differ."""
    runs, unit = show.runs, show.clock.unit
    epochs = {run.spec.training.epochs for run in runs}
    steps = {run.spec.training.epochs * run.recording.per_epoch for run in runs}
    if len(epochs) == 1 and len(steps) == 1:
        by_step = unit == "step" and runs[0].spec.model.needs_data
        return _counted(steps.pop() if by_step else epochs.pop(), unit), ""
    if len(epochs) == 1:
        return _counted(epochs.pop(), "epoch"), f"{min(steps)} to {max(steps)} steps"
    if len(steps) == 1:
        return _counted(steps.pop(), "step"), ""
    return "", ""


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"
