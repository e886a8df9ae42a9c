"""Levels, lines and colours of contours, the same on floor, surface and plot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from render.config.theme import Theme
from render.errors import RenderError
from render.recording import Array, Landscape, Recording

CONTOURS = 11
MIN_ON_LOG = 1e-5  # times the ceiling: where a logarithmic axis starts
MIDDLE = 0.45  # the level of the median height, if it can be reached by …
POWERS = (0.2, 0.5)  # … an exponent between these
MINIMUM_TOLERANCE = 1e-6  # of the picture's height: minima that differ by less are equally low


def level(landscape: Landscape) -> Array:
    """The level (G, G) of each point, from 0 at the lowest loss drawn to 1 at the highest.

    It is the square root of the height, so that contours are evenly spaced on a bowl. Where most
    of the picture is low the exponent is smaller, so that valleys have contours too.
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
    """Where a logarithmic loss axis starts: it can't show a minimum of 0.

    Raises RenderError for losses that have no logarithm.
    """
    low = float(landscape.loss.min())
    if low < 0:
        raise RenderError(f"landscape.scale: log is for losses above 0, and here are {low:.4g}")
    return max(low, landscape.ceiling * MIN_ON_LOG)


@dataclass(frozen=True)
class KnownMinimum:
    """A minimum of the loss, local or global."""

    params: Array  # (A,) in the order of `Recording.parameters`
    coordinates: Array  # (D,) in the landscape's plane
    loss: float
    lowest: bool  # whether no other minimum is lower


def known_minima(landscape: Landscape, recording: Recording) -> list[KnownMinimum]:
    """Each exact minimum."""
    if not landscape.exact:
        return []
    params = landscape.minima_of(recording.parameters)
    losses = recording.objective(params)
    coordinates = landscape.plane.project(params)
    slack = MINIMUM_TOLERANCE * (landscape.ceiling - landscape.minimum)
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
