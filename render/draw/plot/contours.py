"""Levels, lines and colours of contours: the same on the floor, the surface and in the plot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from render.config.theme import Theme
from render.draw.context import Context
from render.errors import RenderError
from render.recording import Array, Landscape, Recording

CONTOURS = 11
MIN_ON_LOG = 1e-5  # times the ceiling: where a logarithmic axis starts
MIDDLE = 0.45  # the level that half of the picture lies under, if it can be reached by …
POWERS = (0.2, 0.5)  # … a power of the height between these
EQUALLY_LOW = 1e-6  # of the picture's height: minima that differ by less are equally low


def require_two_axes(context: Context, panel: str) -> None:
    """Raises RenderError for a landscape of one parameter, which this panel cannot draw."""
    if len(context.landscape.axes) != 2:
        name = context.landscape.axes[0]
        raise RenderError(
            f"the {panel} panel is for two parameters, and this loss has only {name}:"
            " the cost panel shows one"
        )


def level(landscape: Landscape) -> Array:
    """(G, G) from 0 at the lowest loss drawn to 1 at the highest.

    The root of the loss's height: equal steps of it are equally far apart on a bowl. A
    smaller power where most of the picture lies low, so that valleys have contours too.
    """
    low, high = landscape.loss.min(), landscape.ceiling
    if landscape.log:
        low = lowest_on_log(landscape)
        return np.log(np.clip(landscape.loss, low, high) / low) / np.log(high / low)
    height = (np.minimum(landscape.loss, high) - low) / max(high - low, 1e-300)
    middle = float(np.clip(np.median(height), 1e-9, 0.99))
    power = np.clip(np.log(MIDDLE) / np.log(middle), *POWERS)
    return np.asarray(height**power)


def seen(landscape: Landscape) -> Array:
    """The level (G, G), masked where there is no finite loss."""
    if landscape.missing is None:
        return level(landscape)
    return np.ma.masked_array(level(landscape), mask=landscape.missing > 0)


def lowest_on_log(landscape: Landscape) -> float:
    """Where a logarithmic loss axis starts: a minimum of 0 would be without end below.

    Raises RenderError for losses that have no logarithm.
    """
    low = float(landscape.loss.min())
    if low < 0:
        raise RenderError(f"landscape.scale: log is for losses above 0, and here are {low:.4g}")
    return max(low, landscape.ceiling * MIN_ON_LOG)


@dataclass(frozen=True)
class KnownMinimum:
    """A place where the loss is least, all around or everywhere."""

    params: Array  # (A,) in the order of `Recording.parameters`
    coordinates: Array  # (D,) in the landscape's plane
    loss: float
    lowest: bool  # there is none lower


def known_minima(landscape: Landscape, recording: Recording) -> list[KnownMinimum]:
    """Each exact minimum."""
    if not landscape.exact:
        return []
    params = landscape.minima_of(recording.parameters)
    losses = recording.objective(params)
    coordinates = landscape.plane.project(params)
    slack = EQUALLY_LOW * (landscape.ceiling - landscape.minimum)
    return [
        KnownMinimum(place, at, float(loss), bool(loss <= losses.min() + slack))
        for place, at, loss in zip(params, coordinates, losses, strict=True)
    ]


def colormap(theme: Theme) -> LinearSegmentedColormap:
    """Level to colour: the surface's, and that of its contours."""
    return LinearSegmentedColormap.from_list("surface", theme.surface, N=1024)


def contour_levels() -> Array:
    """The levels, of `level`, at which contours are drawn."""
    return np.linspace(0, 1, CONTOURS + 2)[1:-1]


def contours(landscape: Landscape) -> list[tuple[float, list[Array]]]:
    """Each level with its lines, (M, 2) in parameters."""
    from contourpy import contour_generator

    x, y = landscape.grid
    generator = contour_generator(x, y, seen(landscape))
    lines = [(float(at), generator.lines(float(at))) for at in contour_levels()]
    return [(at, [np.asarray(line) for line in level_lines]) for at, level_lines in lines]
