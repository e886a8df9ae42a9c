"""Ranges of axes: of the data and the runs' lines, and of the loss beside a cost curve."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from render.errors import RenderError
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
CORE = 0.72  # of the height, at least, for the data and the runs' last predictions
MARGIN = 0.06  # of their height, above and below them
MAX_STRETCH = 4.0  # times the data's height: a last prediction further away has flown off


@dataclass(frozen=True)
class Across:
    """What the x axis of the data is, and where predictions are drawn along it.

    One feature: the feature, and the prediction is a curve. Several: one of them or the label,
    and the predictions are dots, one for each point.
    """

    name: str
    x: Array  # (N,) of the points, in original units
    along: Array  # (M,) where predictions are drawn
    inputs: Array  # (M,) or (F, M): the model's inputs there
    curve: bool
    label: bool = False  # whether x is the label

    @classmethod
    def of(cls, data: Dataset, over: str | None = None) -> Across:
        """`over`: the name of the feature; None for the only one, or for the label.

        Raises RenderError for a name that no feature has.
        """
        features = data.names[:-1]
        if over is not None and over not in features:
            near = difflib.get_close_matches(over, features, 1) or features
            hint = f"did you mean {near[0]}?"
            raise RenderError(f"data panel: over: there is no feature {over!r}: {hint}")
        a, b = (np.ravel(scale) for scale in data.unscale)
        if data.x.ndim == 1:
            inputs = np.linspace(data.x.min(), data.x.max(), CURVE_POINTS)
            return cls(features[0], a[0] * data.x + b[0], a[0] * inputs + b[0], inputs, True)
        if over is None:
            return cls(data.names[-1], data.y, data.y, data.columns, False, label=True)
        k = features.index(over)
        x = a[k % len(a)] * data.x[:, k] + b[k % len(b)]
        return cls(over, x, x, data.columns, False)

    @property
    def xlim(self) -> tuple[float, float]:
        """The limits of the x axis."""
        pad = 0.03 * float(np.ptp(self.x))
        return float(self.x.min()) - pad, float(self.x.max()) + pad


def data_limits(context: Context) -> tuple[float, float]:
    """Limits that hold the data and the last predictions, which fill at least CORE of them.

    What is left goes to the first predictions, as far as it reaches.
    """
    runs = [run for run in context.scale if run.spec.model.needs_data]
    if any(run.spec.model.probability for run in runs):
        return PROBABILITIES
    data = np.array([[run.dataset.y.min(), run.dataset.y.max()] for run in runs])
    low, high = float(data[:, 0].min()), float(data[:, 1].max())
    height = (high - low) or abs(low) or 1.0
    reaches = [_predicted(context, run) for run in runs]
    last = np.array([reach[-1] for reach in reaches])
    held = last[(np.abs(last - (low + high) / 2) < MAX_STRETCH * height).all(axis=1)]
    low, high = min([low, *held[:, 0]]), max([high, *held[:, 1]])
    height = (high - low) or height
    every = np.concatenate(reaches)
    least = np.nan_to_num(np.nanmin(every[:, 0]), nan=low, posinf=low, neginf=-1e300)
    most = np.nan_to_num(np.nanmax(every[:, 1]), nan=high, neginf=high, posinf=1e300)
    wanted = np.array([max(low - least, 0.0), max(most - high, 0.0)]) / height
    room = 1 / CORE - 1 - 2 * MARGIN
    wanted *= min(1.0, room / max(float(wanted.sum()), 1e-300))
    below, above = wanted + MARGIN
    return low - below * height, high + above * height


def _predicted(context: Context, run: Run) -> Array:
    """The lowest and the highest prediction (C, 2) at some of a run's steps, the last included."""
    recording, model = run.recording, run.spec.model
    inputs = Across.of(run.dataset).inputs
    cuts = context.steps(run)
    steps = np.append(cuts[:: max(1, len(cuts) // 100)], cuts[-1])
    values = {
        name: column[:, None]
        for name, column in zip(recording.parameters, recording.values(steps).T, strict=True)
    }
    with np.errstate(over="ignore", invalid="ignore"):
        predicted = model.predict(values, inputs[..., None, :]) + np.zeros((len(steps), 1))
    return np.stack([predicted.min(axis=-1), predicted.max(axis=-1)], axis=-1)
