"""Axes of a plot against the film's clock."""

from __future__ import annotations

import numpy as np

from render.cells import Cell
from render.draw.context import Context
from render.draw.layers import Layers
from render.draw.plot.axes import Plot, area_of, plot
from render.phrases import phrase, unit
from render.results import Run

MAX_LABEL_SHARE = 0.5  # of a plot's width, for the labels at the ends of its curves
LABEL_GAP = 2.3  # dot radii from the end of a curve to its label


def last_counted(context: Context) -> float:
    """The end of the longest run on the clock's axis; 1 if no run has a step."""
    ends = [
        float(context.clock.shown(run.recording, np.asarray(float(run.recording.last))))
        for run in context.scale
    ]
    return max(ends) or 1.0


def over_time(
    layers: Layers,
    cell: Cell,
    context: Context,
    *,
    titles: tuple[str, ...],
    ylim: tuple[float, float],
    beside: str = "",
    words_px: float = 0.0,
    log: bool = False,
    xlabel: str | None = None,
    before_px: float = 0.0,
) -> Plot:
    """Empty axes whose x is the film's clock, with room on the right for labels `words_px` wide.

    `xlabel`: what is written below them; None: the clock's unit. `before_px`: room for a dot
    before the start, at least.
    """
    last, width = last_counted(context), max(area_of(layers, cell).width, 1.0)
    low = -max(0.02, before_px / width) * last
    clear = LABEL_GAP * layers.type.dot + words_px
    share = min(clear / width, MAX_LABEL_SHARE + 0.1)
    return plot(
        layers, cell,
        titles=titles,
        beside=beside,
        xlim=(low, (last - share * low) / (1 - share)),
        ylim=ylim,
        xlabel=unit(context.clock.unit) if xlabel is None else xlabel,
        yname=phrase("value"),
        log=log,
        whole_x=last,
    )  # fmt: skip


def diverges(run: Run) -> bool:
    """Whether a run ended higher than it started."""
    recording = run.recording
    return recording.broke_off or bool(recording.loss[-1] > recording.loss[0])
