"""Lines with fewer points, where nobody sees the difference."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

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


def is_straight(points: Array, tolerance: float) -> bool:
    """Whether a line through points (M, 2) goes straight from its first to its last, evenly."""
    share = np.linspace(0, 1, len(points))[:, None]
    even = points[0] + share * (points[-1] - points[0])
    return bool((np.abs(points - even) <= tolerance).all())


def _kept(points: Array, tolerance: float) -> npt.NDArray[np.bool_]:
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


def samples(at: Array, points: Array, tolerance: float) -> npt.NDArray[np.intp]:
    """The places, in `at` (M,) ascending, of samples from which linear interpolation gives all
    points (M, D) but for that tolerance."""
    keep = np.zeros(len(at), bool)
    there = np.isfinite(points).all(axis=1)
    ends = np.flatnonzero(np.diff(np.concatenate([[False], there, [False]]).astype(int)))
    open_parts = [(int(first), int(last) - 1) for first, last in ends.reshape(-1, 2)]
    for first, last in open_parts:
        keep[max(first - 1, 0) : first + 1] = True
        keep[last : last + 2] = True
    while open_parts:
        first, last = open_parts.pop()
        if last - first < 2:
            continue
        inner = slice(first + 1, last)
        share = (at[inner] - at[first]) / max(float(at[last] - at[first]), 1e-300)
        line = points[first] + share[:, None] * (points[last] - points[first])
        off = np.linalg.norm(points[inner] - line, axis=1)
        most = int(off.argmax())
        if off[most] > tolerance:
            middle = first + 1 + most
            keep[middle] = True
            open_parts += [(first, middle), (middle, last)]
    return np.flatnonzero(keep)
