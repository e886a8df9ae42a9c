"""Ranges of axes: of the data and the runs' lines, and of the loss beside a cost curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from render.config.problems import unknown
from render.errors import RenderError
from render.recording import Array, Dataset

if TYPE_CHECKING:
    from render.draw.context import Context
    from render.projected import Predictions
    from render.results import Run


# A run whose loss falls by less than this share of the curve's height is drawn with the whole
# curve, not as a line along its foot.
MIN_FALL = 0.02
MAX_DIVERGED = 3.0  # times the start, in a race: higher losses are outside the picture


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
CORE = 0.702  # of the height, at least, for the data and the runs' last predictions
FURTHEST = 4.4  # times that height: a prediction further away leaves the picture
VISIBLE = 0.005  # of the limits
MAX_INPUTS = 200  # of a prediction, to see how far it reaches
MARGIN = 0.06  # of their height, above and below them
MAX_STRETCH = 4.0  # times the data's height: a last prediction further away has flown off


ON_THE_LINE = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def feature(over: str, features: Sequence[str]) -> str:
    """The feature of that name, or of that name on the line, such as x1 for x₁.

    Raises RenderError for a name that no feature has.
    """
    typed = {name.translate(ON_THE_LINE): name for name in features}
    found = typed.get(over, over)
    if found not in features:
        raise RenderError(f"data panel: over: {unknown('feature', over, [*typed])}")
    return found


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
    def of(cls, data: Dataset, over: str | None = None, inputs: Array | None = None) -> Across:
        """`over`: the name of the feature; None for the only one, or for the label.

        `inputs` (M,): where a curve is known, of a network. Raises RenderError for a name that no
        feature has.
        """
        features = data.names[:-1]
        over = None if over is None else feature(over, features)
        a, b = (np.ravel(scale) for scale in data.unscale)
        if data.x.ndim == 1:
            if inputs is None:
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


@dataclass(frozen=True)
class DataRange:
    """The limits of the data's y axis from the first tick to the last.

    At the end they hold the data and the last predictions, before that also every prediction to
    come, so that they never grow: the axis eases to the data as the line arrives.
    """

    ticks: Array  # (C+1,) of the film's clock
    limits: Array  # (C+1, 2)

    def at(self, tick: float) -> tuple[float, float]:
        """The limits at a tick."""
        low, high = (float(np.interp(tick, self.ticks, side)) for side in self.limits.T)
        return low, high

    @property
    def first(self) -> tuple[float, float]:
        return self.at(float(self.ticks[0]))

    @property
    def last(self) -> tuple[float, float]:
        return self.at(float(self.ticks[-1]))

    @property
    def changes(self) -> bool:
        """Whether the difference between first and last can be seen."""
        (low, high), (last_low, last_high) = self.first, self.last
        return max(abs(low - last_low), abs(high - last_high)) > VISIBLE * (last_high - last_low)


def data_range(context: Context) -> DataRange:
    """How the limits of the data's y axis change, for all runs that share them."""
    runs = [run for run in context.scale if run.spec.model.needs_data]
    if any(run.spec.model.probability for run in runs):
        return DataRange(np.zeros(1), np.array([PROBABILITIES]))
    core, reaches = _core(context, runs)
    middle, height = float(core.mean()), float(np.ptp(core)) or abs(float(core[0])) or 1.0
    reach = 0.5 * FURTHEST * height
    lows = np.fmin.accumulate(np.fmin.reduce(reaches[..., 0], axis=0)[::-1])[::-1]
    highs = np.fmax.accumulate(np.fmax.reduce(reaches[..., 1], axis=0)[::-1])[::-1]
    low = np.fmin(core[0], np.fmax(lows, middle - reach))
    high = np.fmax(core[1], np.fmin(highs, middle + reach))
    margins = MARGIN * np.maximum(high - low, height)
    return DataRange(context.cuts, np.stack([low - margins, high + margins], axis=-1))


def data_limits(context: Context) -> tuple[float, float]:
    """Limits that do not change: they hold the data and the last predictions.

    These fill at least CORE of them; what is left goes to the first predictions.
    """
    runs = [run for run in context.scale if run.spec.model.needs_data]
    if any(run.spec.model.probability for run in runs):
        return PROBABILITIES
    (low, high), reaches = _core(context, runs)
    height = (high - low) or abs(low) or 1.0
    below = low - float(np.fmin.reduce(reaches[..., 0], axis=None))
    above = float(np.fmax.reduce(reaches[..., 1], axis=None)) - high
    wanted = np.clip(np.array([below, above]) / height, 0.0, 1e100)
    room = 1 / CORE - 1 - 2 * MARGIN
    wanted *= min(1.0, room / max(float(wanted.sum()), 1e-300))
    below, above = (wanted + MARGIN).tolist()
    return low - below * height, high + above * height


def recorded_predictions(run: Run) -> Predictions:
    """What a network predicts. Raises RenderError for one that predicts no number."""
    projected = run.recording.projected
    found = None if projected is None else projected.predictions
    if found is None:
        raise RenderError(f"data panel: the run {run.spec.label!r} predicts no number")
    return found


def _core(context: Context, runs: Sequence[Run]) -> tuple[Array, Array]:
    """Limits (2,) of the data and the last predictions, and all predictions (runs, C+1, 2).

    The last prediction of a run that has flown off does not count.
    """
    labels = np.concatenate([run.dataset.y for run in runs])
    low, high = float(labels.min()), float(labels.max())
    reaches = np.array([_predicted(context, run) for run in runs])
    height = (high - low) or abs(low) or 1.0
    with np.errstate(invalid="ignore"):
        near = np.abs(reaches[:, -1] - (low + high) / 2) < MAX_STRETCH * height
    held = reaches[near.all(axis=1), -1]
    return np.array([min([low, *held[:, 0]]), max([high, *held[:, 1]])]), reaches


def _predicted(context: Context, run: Run) -> Array:
    """The lowest and the highest prediction (C+1, 2) at each cut."""
    recording, model = run.recording, run.spec.model
    if model.network:
        known = recorded_predictions(run)
        found = known.at_points if known.along is None else known.along
        rows = np.floor(context.steps(run)).astype(int)
        return np.stack([found.min(axis=-1), found.max(axis=-1)], axis=-1)[rows]
    inputs = Across.of(run.dataset).inputs
    few = inputs[..., :: max(1, inputs.shape[-1] // MAX_INPUTS)]
    inputs = np.concatenate([few, inputs[..., -1:]], axis=-1)
    steps = context.steps(run)
    values = {
        name: column[:, None]
        for name, column in zip(recording.parameters, recording.values(steps).T, strict=True)
    }
    with np.errstate(over="ignore", invalid="ignore"):
        predicted = model.predict(values, inputs[..., None, :]) + np.zeros((len(steps), 1))
    return np.stack([predicted.min(axis=-1), predicted.max(axis=-1)], axis=-1)
