"""The parts of one training step, for a film that tells it slowly."""

from __future__ import annotations

import numpy as np

from render.recording import Array
from render.timeline.easing import blend

# Each phase with its share of a told step's time, in the order of the lecture's loop.
PHASES = {"forward": 0.16, "loss": 0.14, "backward": 0.20, "update": 0.38, "zero_grad": 0.12}
NAMES = tuple(PHASES)
EASE = 0.85  # how much the dot slows down at both ends of its step
EDGES = np.concatenate([[0.0], np.cumsum([*PHASES.values()])])


def told(part: Array) -> tuple[Array, list[str], Array]:
    """A step told slowly, at shares of its time (M,): how far the dot is, phase, share of it.

    The dot rests until the update.
    """
    phase = np.clip(np.searchsorted(EDGES, part, side="right") - 1, 0, len(NAMES) - 1)
    within = np.clip((part - EDGES[phase]) / np.diff(EDGES)[phase], 0, 1)
    update = NAMES.index("update")
    moved = np.where(phase < update, 0.0, np.where(phase == update, blend(within, EASE), 1.0))
    return moved, [NAMES[p] for p in phase], within
