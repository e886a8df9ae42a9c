"""The range of an axis that shows the loss, and of the trained parameter beneath it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from render.draw.context import Context


# A run whose loss falls by less than this share of the curve's height is drawn with the whole
# curve, not as a line along its foot.
MIN_FALL = 0.02


def parameter_range(context: Context) -> tuple[float, float]:
    """The lowest and the highest value that is drawn of the one trained parameter."""
    landscape = context.landscape
    axis = landscape.grid[landscape.moving(context.recording).index(True)]
    return float(axis[0]), float(axis[-1])


def cost_limits(context: Context) -> tuple[float, float]:
    """Limits of the loss axis beside a cost curve.

    They hold the highest loss of the runs inside the picture, and room beneath the lowest for
    the arrow of the step.
    """
    low, high = parameter_range(context)
    tops, bottoms = [], []
    for run in context.scale:
        path, recording = run.recording.params[:, 0], run.recording
        inside = recording.loss[(path >= low) & (path <= high)]
        drawn = run.landscape.loss
        tops.append(float(inside.max(initial=0.0)))
        tops.append(MIN_FALL * float(drawn.max()))
        # A loss that falls for ever is followed as far as the picture goes.
        lowest = run.landscape.minimum if run.landscape.exact else float(drawn.min())
        bottoms.append(min(lowest, float(inside.min(initial=np.inf))))
    top = max(tops)
    bottom = axis_start(min(bottoms), top)
    return bottom - 0.16 * (top - bottom), top + 0.25 * (top - bottom)


def axis_start(least: float, top: float) -> float:
    """Where a loss axis starts: at 0, unless that is far below the least loss."""
    return 0.0 if 0 <= least < 0.3 * top else least
