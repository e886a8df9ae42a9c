"""A tiny builder: a reel of small plot-like pictures."""

from __future__ import annotations

from tests.benchmark.reel import Frames, Reel
from tests.encode.films import info, picture


def reel(count: int = 8) -> Reel:
    """What drawing a film would have left in memory."""
    frames = Frames(picture(i, count) for i in range(count))
    return Reel(frames, info(count), training_s=1.0, setup_s=1.0, drawing_s=1.0)
