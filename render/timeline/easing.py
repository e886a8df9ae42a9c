"""Easings: functions from [0, 1] to [0, 1] that start at 0 and end at 1."""

from __future__ import annotations

import numpy as np

from render.recording import Array


def linear(t: Array) -> Array:
    """No easing: constant speed."""
    return t


def sine_in_out(t: Array) -> Array:
    """Slow at both ends: ½ − ½ cos πt."""
    return 0.5 - 0.5 * np.cos(np.pi * t)


def blend(t: Array, amount: float) -> Array:
    """Between `linear` (amount 0) and `sine_in_out` (amount 1)."""
    return (1 - amount) * linear(t) + amount * sine_in_out(t)
