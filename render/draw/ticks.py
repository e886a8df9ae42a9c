"""Where the axes of the box have ticks."""

from __future__ import annotations

from functools import cache

import numpy as np
from matplotlib.ticker import MaxNLocator

from render.draw.plot import decades
from render.draw.world import World
from render.recording import Array

TICKS = 5  # along each axis, about


def ticks(world: World, axis: int) -> Array:
    """Tick values of a parameter axis, inside the picture."""
    grid = world.landscape.grid[axis]
    return np.array(_ticks(float(grid[0]), float(grid[-1]), TICKS))


def loss_ticks(world: World) -> Array:
    """Tick values of the loss axis."""
    if world.landscape.log:
        return np.array([10.0**power for power in decades(*world.losses, TICKS)])
    return np.array(_ticks(*world.losses, TICKS - 1))


@cache  # a moving camera asks in every frame
def _ticks(low: float, high: float, count: int) -> tuple[float, ...]:
    found = np.asarray(MaxNLocator(count, steps=[1, 2, 5, 10]).tick_values(low, high))
    slack = 1e-9 * (high - low)
    return tuple(found[(found >= low - slack) & (found <= high + slack)].tolist())
