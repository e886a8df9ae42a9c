"""Levels, lines and colours of contours, the same on floor, surface and plot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from render.config.problems import nearest
from render.config.theme import Theme
from render.errors import RenderError
from render.numerals import significant
from render.recording import Array, Landscape, Recording

if TYPE_CHECKING:
    from matplotlib.colors import LinearSegmentedColormap

Range = tuple[float, float]

CONTOURS = 11
MIN_ON_LOG = 1e-5  # times the ceiling: where a logarithmic axis starts
MIDDLE = 0.45  # the level of the median height, if it can be reached by …
POWERS = (0.2, 0.5)  # … an exponent between these
MINIMUM_TOLERANCE = 1e-6  # of the picture's height: minima that differ by less are equally low


def level(landscape: Landscape, loss: Array | None = None) -> Array:
    """The level (G, G) of each point, from 0 at the lowest loss drawn to 1 at the highest.

    It is the square root of the height, so that contours are evenly spaced on a bowl. Where most
    of the picture is low the exponent is smaller, so that valleys have contours too. `loss`:
    the levels of other losses (...,) in the same picture.
    """
    loss = landscape.loss if loss is None else loss
    low, high = landscape.loss.min(), min(landscape.ceiling, landscape.loss.max())
    if landscape.log:
        low, high = lowest_on_log(landscape), landscape.ceiling
        return np.log(np.clip(loss, low, high) / low) / np.log(high / low)
    if high <= low:
        return np.zeros_like(loss)
    middle = float(np.clip(np.median(_height(landscape.loss, low, high)), 1e-9, 0.99))
    power = np.clip(np.log(MIDDLE) / np.log(middle), *POWERS)
    return np.asarray(_height(loss, low, high) ** power)


def _height(loss: Array, low: float, high: float) -> Array:
    """The height of losses in the picture, from 0 to 1."""
    return (np.clip(loss, low, high) - low) / (high - low)


def seen(landscape: Landscape) -> Array:
    """The level (G, G), masked where there is no finite loss."""
    if landscape.missing is None:
        return level(landscape)
    return np.ma.masked_array(level(landscape), mask=landscape.missing > 0)


@dataclass(frozen=True)
class Map:
    """The levels over a rectangle of parameters."""

    x: Array  # (X,) ascending
    y: Array  # (Y,) ascending
    level: Array  # (Y, X), masked where there is no finite loss


def widened(landscape: Landscape, recording: Recording, ranges: Sequence[Range]) -> Map:
    """The levels over a landscape and around it, as far as the ranges of the axes go.

    That of a network is known on its own grid alone.
    """
    if landscape.basis is not None:
        return Map(landscape.grid[0], landscape.grid[1], seen(landscape))
    inner = landscape.grid
    x, y = (_extended(grid, *range_) for grid, range_ in zip(inner, ranges, strict=True))
    levels = np.ma.masked_array(np.zeros((len(y), len(x))), mask=False)
    left, below = int(np.searchsorted(x, inner[0][0])), int(np.searchsorted(y, inner[1][0]))
    right, above = left + len(inner[0]), below + len(inner[1])
    around = [(slice(None), slice(0, left)), (slice(None), slice(right, None))]
    around += [(slice(0, below), slice(left, right)), (slice(above, None), slice(left, right))]
    for rows, columns in around:
        places = np.stack(np.meshgrid(x[columns], y[rows]), axis=-1)
        if places.size:
            with np.errstate(all="ignore"):
                loss = landscape.surface(recording, places)
            finite = np.isfinite(loss)
            there = level(landscape, np.where(finite, loss, landscape.ceiling))
            levels[rows, columns] = np.ma.masked_array(there, mask=~finite)
    levels[below:above, left:right] = seen(landscape)
    return Map(x, y, levels)


def _extended(grid: Array, low: float, high: float) -> Array:
    """A grid with as many more points, at its distances, as cover a range."""
    step = float(grid[-1] - grid[0]) / (len(grid) - 1)
    before = np.arange(_count(grid[0] - low, step), 0, -1)
    after = np.arange(1, _count(high - grid[-1], step) + 1)
    return np.concatenate([grid[0] - step * before, grid, grid[-1] + step * after])


def _count(length: float, step: float) -> int:
    return max(0, int(np.ceil(length / step - 1e-6)))


def lowest_on_log(landscape: Landscape) -> float:
    """Where a logarithmic loss axis starts: it can't show a minimum of 0.

    Raises RenderError for losses that have no logarithm.
    """
    low = float(landscape.loss.min())
    if low < 0:
        found = f"and here are {significant(low)}"
        raise RenderError(f"landscape.scale: log is for losses above 0, {found}")
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
    """Level to colour: the surface's, and that of its contours.

    Raises RenderError for the name of a colormap that Matplotlib doesn't have.
    """
    from matplotlib import colormaps  # here, so that words alone need no Matplotlib
    from matplotlib.colors import LinearSegmentedColormap

    colours = theme.surface
    if isinstance(colours, str):
        if colours not in colormaps:
            hint = nearest(colours, colormaps)
            some = "viridis, magma, cividis and others: see Matplotlib's list"
            raise RenderError(
                f"the theme's surface: unknown colormap '{colours}'{hint or ';'} there are {some}"
            )
        evenly = colormaps[colours](np.linspace(0, 1, 256))
        return LinearSegmentedColormap.from_list("surface", evenly, N=1024)
    return LinearSegmentedColormap.from_list("surface", colours, N=1024)


def contour_levels() -> Array:
    """The levels, of `level`, at which contours are drawn."""
    return np.linspace(0, 1, CONTOURS + 2)[1:-1]


def contours(landscape: Landscape) -> list[tuple[float, list[Array]]]:
    """Each level with its lines, (M, 2) in parameters."""
    x, y = landscape.grid
    return contours_of(Map(x, y, seen(landscape)))


def contours_of(chart: Map) -> list[tuple[float, list[Array]]]:
    """Each level of a map with its lines, (M, 2) in parameters."""
    from contourpy import contour_generator

    generator = contour_generator(chart.x, chart.y, chart.level)
    lines = [(float(at), generator.lines(float(at))) for at in contour_levels()]
    return [(at, [np.asarray(line) for line in level_lines]) for at, level_lines in lines]
