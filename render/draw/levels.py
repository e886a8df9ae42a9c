"""Where contours are drawn and how a loss becomes a colour: one scale for floor and plot."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from render.draw.themes.base import Theme
from render.recording import Array, Landscape

CONTOURS = 11


def level(landscape: Landscape) -> Array:
    """(G, G) from 0 at the lowest loss drawn to 1 at the highest.

    The root of the loss's height: equal steps of it are equally far apart on a bowl.
    """
    low, high = landscape.loss.min(), landscape.ceiling
    return np.sqrt((np.minimum(landscape.loss, high) - low) / max(high - low, 1e-300))


def colormap(theme: Theme) -> LinearSegmentedColormap:
    """Level to colour: the surface's, and that of its contours."""
    return LinearSegmentedColormap.from_list("surface", theme.surface, N=1024)


def contour_levels() -> Array:
    """The levels, of `level`, at which contours are drawn."""
    return np.linspace(0, 1, CONTOURS + 2)[1:-1]


def contours(landscape: Landscape) -> list[tuple[float, list[Array]]]:
    """Each level with its lines, (M, 2) in parameters."""
    from contourpy import contour_generator

    generator = contour_generator(*landscape.grid, level(landscape))
    lines = [(float(at), generator.lines(float(at))) for at in contour_levels()]
    return [(at, [np.asarray(line) for line in found]) for at, found in lines]
