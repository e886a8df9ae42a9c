"""The camera at every time of a film."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from render.recording import Array
from render.timeline import pace

if TYPE_CHECKING:
    from render.config.spec import CameraOptions, Keyframe
    from render.config.when import When


@dataclass(frozen=True)
class Camera:
    """A pose: angles in degrees, by Matplotlib's convention."""

    elev: float  # above the floor
    azim: float  # about the loss axis, 0 looks along −x
    zoom: float = 1.0  # 2: everything twice as large


CameraAt = Callable[[Array], Sequence[Camera]]  # the cameras at times (M,) in seconds
Ease = Callable[[Array], Array]  # shares of the movement (M,) at shares of the time (M,)


def camera_path(
    options: CameraOptions, view: Camera, seconds: Callable[[When], float], length_s: float
) -> CameraAt:
    """The camera of a config over `length_s`; values that the config lacks are those of `view`.

    `seconds` converts the times of keyframes.
    """
    view = replace(view, zoom=options.zoom)
    if options.keyframes:
        ease = pace.linear if options.ease == "linear" else pace.sine_in_out
        return keyframed(view, options.keyframes, [seconds(k.at) for k in options.keyframes], ease)
    if options.orbit:
        ease = pace.sine_in_out if options.ease == "sine_in_out" else pace.linear
        return orbit(view, options.orbit, length_s, ease)
    return still(view)


def still(view: Camera) -> CameraAt:
    """A camera that doesn't move."""
    return lambda times_s: [view] * len(times_s)


def orbit(view: Camera, degrees: float, length_s: float, ease: Ease = pace.linear) -> CameraAt:
    """A camera that turns around the surface by `degrees` in the whole film."""

    def camera_at(times_s: Array) -> Sequence[Camera]:
        turned = view.azim + degrees * ease(np.clip(times_s / length_s, 0, 1))
        return [replace(view, azim=float(azim)) for azim in turned]

    return camera_at


def keyframed(
    view: Camera,
    keyframes: Sequence[Keyframe],
    at_s: Sequence[float],
    ease: Ease = pace.sine_in_out,
) -> CameraAt:
    """A camera that moves from pose to pose, with `ease`, and rests before and after.

    A value that a keyframe leaves out is that of the keyframe before, or of `view` in the first
    one.
    """
    order = np.argsort(at_s, kind="stable")
    times, poses = np.asarray(at_s, float)[order], []
    for keyframe in (keyframes[i] for i in order):
        given = {name: getattr(keyframe, name) for name in ("elev", "azim", "zoom")}
        view = replace(view, **{name: value for name, value in given.items() if value is not None})
        poses.append(astuple(view))
    values = np.array(poses, float)  # (K, 3)

    def camera_at(times_s: Array) -> Sequence[Camera]:
        # Of two keyframes at the same time the later one counts.
        after = np.searchsorted(times, times_s, side="right")
        last, next_ = np.maximum(after - 1, 0), np.minimum(after, len(times) - 1)
        part = (times_s - times[last]) / np.maximum(times[next_] - times[last], 1e-9)
        moved = ease(np.clip(part, 0, 1))[:, None]
        between = values[last] + (values[next_] - values[last]) * moved
        return [Camera(*pose) for pose in between.tolist()]

    return camera_at
