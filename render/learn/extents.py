"""The range over which each parameter is drawn, so that it holds a run and its minimum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from render.config.spec import Spec
from render.differences import second_differences, sizes
from render.learn.minimum import Minimum
from render.recording import ONE_SCALE, Array, Recording

PADDING = 1.2  # times what an axis must hold: its length
MAX_REACH = 4.0  # times its first distance: a run that flies off is followed so far
FIRST_STEP = 100.0  # times its first distance: its first step is in the picture if it isn't longer
SHORTEST = 0.6  # of the longer axis, on one scale with it: a narrower floor is a strip
RISES = 16.0  # times the median excess: the highest of a run that flies off
LEAVES = 4.0  # times the highest excess of runs that stay: one that diverges leaves their picture
STILL = 1e-6  # of the width at which the loss rises as along the run: a shorter move is rounding
DIGITS = 1e-12  # relative: of a difference that is nothing but rounding
LABS_DIGITS = 2.0**-22  # the same in float32, which the labs' data have
NOISE = 1e-2  # of the least loss: a run that rises by less is at the optimum
LEAST = 1e-9  # of its middle, half an axis: a shorter one has no digits left for its grid

Ranges = Mapping[str, tuple[float, float]]


def extents(
    spec: Spec,
    recording: Recording,
    minimum: Minimum,
    spanning: Sequence[str],
    others: Sequence[Recording] = (),
) -> Ranges:
    """The range of each parameter: that of the config, else that of a well-known function
    widened to hold the run, else one that holds run and optimum.

    A run that flies off is followed for some way, among `others` that stay for less. A frozen
    parameter has the range of the first trained one, unless the loss is far steeper along one of
    the two: then that over which the loss rises as much.
    """
    given = fixed(spec)
    path = followed(recording, minimum, others)
    middle = _centre(path, minimum)
    halves = _half_widths(recording, minimum, path, middle)
    usual = _usual(spec, recording, path)
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


def fixed(spec: Spec) -> Ranges:
    """The ranges that the config gives: they are drawn as they are."""
    return {name: at for name, at in spec.landscape.extents.items() if at != "auto"}


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


def on_one_scale(spec: Spec, ranges: Ranges, spanning: Sequence[str]) -> Ranges:
    """The same with the shorter range of a plane widened to SHORTEST times the longer one.

    So a round bowl can be drawn round, on a floor that is no narrow strip. A range of the config
    stays, and ranges of very different length stay too: the units of the parameters differ.
    """
    lengths = {name: ranges[name][1] - ranges[name][0] for name in spanning}
    longest = max(lengths.values())
    if longest > ONE_SCALE * min(lengths.values()):
        return ranges
    wider = dict(ranges)
    for name in set(spanning) - set(fixed(spec)):
        middle = (ranges[name][0] + ranges[name][1]) / 2
        if lengths[name] < SHORTEST * longest:
            half = SHORTEST * longest / 2
            wider[name] = (middle - half, middle + half)
    return wider


def flies_off(recording: Recording) -> bool:
    """Whether a run ended higher than it started, and far higher than it usually was.

    A run that only swings, or that never gets far, does not fly off.
    """
    if recording.broke_off:
        return True
    rise = recording.loss - recording.loss.min()
    return bool(recording.loss[-1] > recording.loss[0] and rise.max() > RISES * np.median(rise))


def reach(recording: Recording, others: Sequence[Recording] = ()) -> float:
    """How far a picture follows a run, in its first distances; infinite: to its end.

    A run that flies off is followed to MAX_REACH, and among others that stay to its start: it
    must not make them small. So is one that diverges slowly, if it rises far above them.
    """
    off = flies_off(recording)
    calm = [other for other in others if not flies_off(other)]
    if off:
        return 1.0 if calm else MAX_REACH
    stay = [other for other in calm if other.loss[-1] <= other.loss[0]]
    if not stay or recording.loss[-1] <= recording.loss[0]:
        return np.inf
    base = min(float(one.loss.min()) for one in (recording, *stay))
    top = max(float(one.loss.max()) for one in stay)
    leaves = float(recording.loss.max()) - base > LEAVES * (top - base)
    return 1.0 if leaves else np.inf


def followed(recording: Recording, minimum: Minimum, others: Sequence[Recording] = ()) -> Array:
    """The rows (K, P) of a run that its picture holds: all, or the first of one that flies off.

    Its distance is measured by the loss, which is the same in whatever units the parameters are.
    `others`: the runs in the picture, which may be told with the run itself or without it.
    """
    path = recording.params
    furthest = reach(recording, others)
    if not np.isfinite(furthest):
        return path
    if minimum.exact:
        away = np.sqrt(np.maximum(recording.loss - minimum.loss, 0.0))
        unit = float(away[0] or away[:2].max())
    else:  # from the start, in first steps
        moves = np.abs(path - path[0])
        with np.errstate(all="ignore"):
            away = np.nan_to_num(moves / moves[:2].max(axis=0)).max(axis=1)
        unit = furthest
    far = np.flatnonzero(~(away <= furthest * unit))
    count = int(far[0]) if len(far) else len(path)
    if furthest > 1 and len(away) > 1 and away[1] <= FIRST_STEP * unit:
        count = max(count, 2)
    return path[: max(count, 1)]


def _centre(path: Array, minimum: Minimum) -> Array:
    """The middle of the ranges (P,): the optimum, or without one the middle of the path."""
    return minimum.params if minimum.exact else (path.min(axis=0) + path.max(axis=0)) / 2


def _usual(spec: Spec, recording: Recording, path: Array) -> Ranges:
    """The range in which a well-known function is usually drawn, widened to hold the path."""
    column = dict(zip(recording.names, path.T, strict=True))
    widened = {}
    for name, (low, high) in spec.model.extents().items():
        room = 0.5 * (PADDING - 1) * (high - low)
        first, last = low, high
        if name in column:
            first, last = float(column[name].min()), float(column[name].max())
        widened[name] = (
            min(low, first - room) if first < low + room / 2 else low,
            max(high, last + room) if last > high - room / 2 else high,
        )
    return widened


def _half_widths(recording: Recording, minimum: Minimum, path: Array, middle: Array) -> Array:
    """Half the width of each trained parameter's axis (P,), from its own path and optimum.

    Along a parameter that does not move it is the width at which the loss rises as much as
    along the run. There is no scale but that of the run, of the loss and of its minimum, so that
    the picture is the same whatever the units.
    """
    half = PADDING * np.abs(path - middle).max(axis=0)
    across = _sections(recording, minimum, path)
    size = np.maximum(np.abs(middle), np.abs(path).max(axis=0))
    rise = float(recording.loss[: len(path)].max()) - minimum.loss
    fitted = minimum.exact and rise <= NOISE * abs(minimum.loss)
    digits = LABS_DIGITS if fitted else DIGITS  # a run that starts at the optimum of the labs' data
    still = half <= np.maximum(STILL * across, digits * size)
    moved = float(half[~still].max(initial=0.0))
    other = np.where(size > 0, size / 2, moved or float(size.max()) / 2 or 1.0)
    return np.maximum(np.where(still, np.where(across > 0, across, other), half), LEAST * size)


def _sections(recording: Recording, minimum: Minimum, path: Array) -> Array:
    """How far from the minimum, along each parameter (P,), the loss is as high as in the run.

    For a run that starts at the minimum, where the loss is twice that of the minimum. It is 0
    where that is unknown.
    """
    curvature = np.diag(minimum.hessian)
    if not minimum.exact:
        return np.zeros(len(curvature))
    with np.errstate(all="ignore"):
        nothing = float(recording.objective(recording.completed(np.zeros(len(curvature)))))
    rounding = DIGITS * abs(nothing) if np.isfinite(nothing) else 0.0
    highest = float(recording.loss[: len(path)].max())
    rises = (highest - minimum.loss, abs(minimum.loss))
    rise = next((r for r in rises if np.isfinite(r) and r > rounding), 0.0)
    safe = np.where(curvature > 0, curvature, 1.0)
    return np.asarray(np.where(curvature > 0, np.sqrt(2 * rise / safe), 0.0))


def _roundness(recording: Recording, minimum: Minimum, name: str) -> float:
    """How much wider a frozen parameter's axis must be than the first trained one's."""
    point = np.array([*minimum.params, *recording.frozen.values()])
    size = sizes(recording, point)
    hessian = second_differences(recording.objective, point, len(point), size)
    place = recording.parameters.index(name)
    first, other = hessian[0, 0], hessian[place, place]
    ratio = float(np.sqrt(first / other)) if first > 0 and other > 0 else 1.0
    return 1.0 if 1 <= max(ratio, 1 / ratio) <= ONE_SCALE else ratio
