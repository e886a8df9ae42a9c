"""The range over which each parameter is drawn, so that it holds a run and its minimum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from render.config.spec import Spec
from render.learn.minimum import Minimum
from render.recording import Array, Recording, second_differences

PADDING = 1.2  # times what an axis must hold: its length
MAX_REACH = 4.0  # times its first distance from the optimum: a diverging path is followed so far
MIN_WIDTH = 0.15  # of the longest axis, for a parameter that hardly moves
MIN_HALF = 1e-3  # half an axis, of its middle, for a run that starts at its optimum

Ranges = Mapping[str, tuple[float, float]]


def extents(
    spec: Spec,
    recording: Recording,
    minimum: Minimum,
    spanning: Sequence[str],
    reach: float = MAX_REACH,
) -> Ranges:
    """The range of each parameter: that of the config, else that of a well-known function,
    else one that holds path and optimum.

    A diverging path is followed to `reach` times its first distance. A frozen parameter gets
    the width over which the loss rises as much as along the first trained one, so that a
    round bowl is drawn round.
    """
    given = {name: at for name, at in spec.landscape.extents.items() if at != "auto"}
    halves = _half_widths(recording, minimum, reach)
    middle = centre(recording, minimum)
    usual = _usual(spec, recording)
    ranges: dict[str, tuple[float, float]] = {}
    for i, name in enumerate(recording.names):
        around = (float(middle[i] - halves[i]), float(middle[i] + halves[i]))
        ranges[name] = given.get(name, usual.get(name, around))
    low, high = ranges[recording.names[0]]
    for name in set(spanning) & set(recording.frozen):
        at = recording.frozen[name]
        half = 0.5 * (high - low) * _roundness(recording, minimum, name)
        ranges[name] = given.get(name, (at - half, at + half))
    return ranges


def united(all_: Sequence[Ranges]) -> Ranges:
    """The smallest ranges that hold all of these."""
    names = dict.fromkeys(name for ranges in all_ for name in ranges)
    return {
        name: (
            min(ranges[name][0] for ranges in all_ if name in ranges),
            max(ranges[name][1] for ranges in all_ if name in ranges),
        )
        for name in names
    }


def centre(recording: Recording, minimum: Minimum) -> Array:
    """The middle of the ranges (P,): the optimum, or without one the middle of the path."""
    path = recording.params
    middle = (path.min(axis=0) + path.max(axis=0)) / 2
    return minimum.params if minimum.exact else middle


def _usual(spec: Spec, recording: Recording) -> Ranges:
    """The range in which a well-known function is usually drawn, widened to hold the start."""
    start = dict(zip(recording.names, recording.params[0].tolist(), strict=True))
    widened = {}
    for name, (low, high) in spec.model.extents().items():
        room = 0.5 * (PADDING - 1) * (high - low)
        at = start.get(name, low)
        widened[name] = (
            min(low, at - room) if at < low + room / 2 else low,
            max(high, at + room) if at > high - room / 2 else high,
        )
    return widened


def _half_widths(recording: Recording, minimum: Minimum, reach: float) -> Array:
    """Half the width of each trained parameter's axis (P,)."""
    middle = centre(recording, minimum)
    away = np.abs(recording.params - middle)
    least = MIN_HALF * np.where(middle == 0, away.max() == 0, np.abs(middle))
    half = np.minimum(away.max(axis=0), reach * np.maximum(away[0], least))
    half = np.maximum(PADDING * np.maximum(half, MIN_WIDTH * half.max()), least)
    return np.where(half > 0, half, MIN_HALF)  # a run that leaves an optimum of 0 for ever


def _roundness(recording: Recording, minimum: Minimum, name: str) -> float:
    """How much wider a frozen parameter's axis must be than the first trained one's."""
    point = np.array([*minimum.params, *recording.frozen.values()])
    hessian = second_differences(recording.objective, point, len(point))
    place = recording.parameters.index(name)
    first, other = hessian[0, 0], hessian[place, place]
    return float(np.sqrt(first / other)) if first > 0 and other > 0 else 1.0
