"""What theory says of recorded numbers: a dashed line over their curves."""

from __future__ import annotations

from typing import Any

import numpy as np

from render.draw.artists import PaintedArtist, Pen
from render.draw.context import Context
from render.draw.layers import Layers
from render.draw.plot.axes import Plot
from render.draw.plot.legend import Mark
from render.recording import Array
from render.results import Run

OVER = 12  # drawn over curves, under dots
MAX_POINTS = 2000  # of a line
SHARE = 0.55  # of a curve's stroke


def theory_pen(layers: Layers, colour: str, plot: Plot | None = None) -> Pen:
    """A thin dashed stroke, in a plot if there is one."""
    width = max(1.2, SHARE * layers.type.stroke)
    clip = None if plot is None else plot.area
    return Pen(colour, width, dashes=layers.type.dash, cap="butt", clip=clip)


def add_theory(layers: Layers, context: Context, run: Run, plot: Plot, values: Array) -> Array:
    """Add a dashed line through values (T+1,) of the rows of a run, over its curve.

    Its points (N, 2) come back, in pixels.
    """
    rows = np.flatnonzero(np.isfinite(values))
    if not len(rows):
        return np.empty((0, 2))
    rows = rows[np.unique(np.linspace(0, len(rows) - 1, MAX_POINTS).astype(int))]
    x = context.clock.shown(run.recording, rows.astype(float))
    points, pen = plot.pixels(x, values[rows]), theory_pen(layers, layers.theme.text, plot)

    def paint(renderer: Any) -> None:
        pen.draw(renderer, points)

    layers.move(PaintedArtist(paint, OVER))
    return np.asarray(points)


def theory_mark(layers: Layers, *names: str) -> Mark:
    """Its sample for a legend, with its names, the longest first."""
    return Mark(names, theory_pen(layers, layers.theme.text))
