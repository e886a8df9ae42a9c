"""Where the surface is seen from, at every time of a film."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from render.recording import Array


@dataclass(frozen=True)
class Camera:
    """A pose, in degrees, by Matplotlib's convention."""

    elev: float  # above the floor
    azim: float  # about the loss axis, 0 looks along −x
    zoom: float = 1.0  # 2: everything twice as large


def still(view: Camera) -> Callable[[Array], Sequence[Camera]]:
    """A camera that stays where it is."""
    return lambda times_s: [view] * len(times_s)
