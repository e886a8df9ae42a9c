"""Where the surface is seen from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Camera:
    """A pose, in degrees, by Matplotlib's convention."""

    elev: float  # above the floor
    azim: float  # about the loss axis, 0 looks along −x
