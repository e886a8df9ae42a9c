"""Lines with fewer points, where nobody sees the difference."""

from __future__ import annotations

import numpy as np

from render.recording import Array


def simplified(points: Array, tolerance: float) -> Array:
    """The points (M, 2) of a line without those that are nearer than that to the line without
    them: by Ramer, Douglas and Peucker. A line ends where a point is nan, and another begins."""
    there = np.isfinite(points).all(axis=1)
    keep = np.zeros(len(points), bool)
    ends = np.flatnonzero(np.diff(np.concatenate([[False], there, [False]]).astype(int)))
    for first, last in ends.reshape(-1, 2):
        keep[first:last] = _kept(points[first:last], tolerance)
        if first:
            keep[first - 1] = True
    return points[keep]


def _kept(points: Array, tolerance: float) -> Array:
    """Which points (M,) of a line without gaps stay."""
    keep = np.zeros(len(points), bool)
    keep[[0, -1]] = True
    open_parts = [(0, len(points) - 1)]
    while open_parts:
        first, last = open_parts.pop()
        if last - first < 2:
            continue
        start, chord = points[first], points[last] - points[first]
        away = points[first + 1 : last] - start
        long = float(np.hypot(*chord))
        if long > 0:
            along = np.clip(away @ chord / long**2, 0, 1)
            off = np.hypot(*(away - along[:, None] * chord).T)
        else:
            off = np.hypot(*away.T)
        most = int(off.argmax())
        if off[most] > tolerance:
            at = first + 1 + most
            keep[at] = True
            open_parts += [(first, at), (at, last)]
    return keep
