"""Ranges of axes: of the data and the runs' lines, and of the loss beside a cost curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from render.recording import Array, Dataset

if TYPE_CHECKING:
    from render.draw.context import Context
    from render.results import Run


# A run whose loss falls by less than this share of the curve's height is drawn with the whole
# curve, not as a line along its foot.
MIN_FALL = 0.02


def parameter_range(context: Context) -> tuple[float, float]:
    """The range over which the one trained parameter is drawn."""
    landscape = context.landscape
    axis = landscape.grid[landscape.moving(context.recording).index(True)]
    return float(axis[0]), float(axis[-1])


def cost_limits(context: Context) -> tuple[float, float]:
    """Limits of the loss axis beside a cost curve.

    They hold the highest loss of the runs inside the picture, and room beneath the lowest for
    the arrow of the step.
    """
    low, high = parameter_range(context)
    tops, bottoms = [], []
    for run in context.scale:
        path, recording = run.recording.params[:, 0], run.recording
        inside = recording.loss[(path >= low) & (path <= high)]
        drawn = run.landscape.loss
        tops.append(float(inside.max(initial=0.0)))
        tops.append(MIN_FALL * float(drawn.max()))
        # An unbounded loss is followed to the edge of the picture.
        lowest = run.landscape.minimum if run.landscape.exact else float(drawn.min())
        bottoms.append(min(lowest, float(inside.min(initial=np.inf))))
    top = max(tops)
    bottom = axis_start(min(bottoms), top)
    return bottom - 0.16 * (top - bottom), top + 0.25 * (top - bottom)


def axis_start(least: float, top: float) -> float:
    """Where a loss axis starts: at 0, unless that is far below the lowest loss."""
    return 0.0 if 0 <= least < 0.3 * top else least


CURVE_POINTS = 97  # of a prediction's line, odd: its ends and its middle are among them
PROBABILITIES = (-0.15, 1.15)  # times the data's height: room for the rings around the points
MAX_STRETCH = 5.0  # times the data's height: higher lines leave the picture


def shown_x(data: Dataset) -> Array:
    """The first input (N,) in its original units."""
    a, b = (np.ravel(scale)[0] for scale in data.unscale)
    first = data.x if data.x.ndim == 1 else data.x[:, 0]
    return np.asarray(a * first + b)


def scaling(data: Dataset) -> str:
    """The model's input in terms of the axis's x: `(x − 200.9) / 14.04`."""
    a, b = (float(np.ravel(scale)[0]) for scale in data.unscale)
    if b == 0:
        return f"{1 / a:.4g} x".replace("-", "−")
    return f"(x {'+' if b < 0 else '−'} {abs(b):.4g}) / {a:.4g}".replace("-", "−")


def predicted_at(data: Dataset) -> tuple[Array, Array]:
    """Where the prediction is drawn: x in original units (M,), and the model's inputs there."""
    if data.x.ndim == 1:
        a, b = data.unscale
        inputs = np.linspace(data.x.min(), data.x.max(), CURVE_POINTS)
        return a * inputs + b, inputs
    order = np.argsort(data.x[:, 0])
    return shown_x(data)[order], data.columns[:, order]


def data_limits(context: Context) -> tuple[float, float]:
    """Limits that hold the data and, as far as MAX_STRETCH allows, every line of the runs."""
    ranges = [_run_limits(context, run) for run in context.scale if run.spec.model.needs_data]
    return min(low for low, _ in ranges), max(high for _, high in ranges)


def _run_limits(context: Context, run: Run) -> tuple[float, float]:
    data, recording, model = run.dataset, run.recording, run.spec.model
    if model.probability:
        return PROBABILITIES
    low, high = data.y.min(), data.y.max()
    middle, half = (low + high) / 2, max(0.55 * (high - low), 1e-9)
    _, inputs = predicted_at(data)
    ends = inputs[..., [0, inputs.shape[-1] // 2, -1]]
    steps = context.steps(run)[:: max(1, len(context.cuts) // 500)]
    values = {
        name: column[:, None]
        for name, column in zip(recording.parameters, recording.values(steps).T, strict=True)
    }
    with np.errstate(over="ignore", invalid="ignore"):
        reach = np.nanmax(np.abs(model.predict(values, ends) - middle))
        last = {name: column[-1] for name, column in values.items()}
        ended = np.abs(model.predict(last, ends) - middle).max()
    wide = max(half, 1.04 * ended) if ended < 4 * MAX_STRETCH * half else half
    half = max(wide, min(1.04 * reach, MAX_STRETCH * half))
    return middle - half, middle + half
