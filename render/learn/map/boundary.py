"""Where runs stop being stable in the long run, as far as a formula says it."""

from __future__ import annotations

import numpy as np

from render.config.map import MapAxis, MapOptions, with_value
from render.config.spec import Spec
from render.errors import RenderError
from render.learn.landscape import is_bowl, survey
from render.learn.loop import train
from render.recording import Array

PLACES = 257  # along the axis that isn't solved for
OF_OTHER_LOSSES = 33  # where each place has a loss of its own


def rate(lr_curvature: Array | float, momentum: Array | float, nesterov: bool = False) -> Array:
    """By how much the distance to the minimum shrinks in a step, in the long run: max |σ|.

    σ are the eigenvalues of the 2 × 2 matrix that a step multiplies (velocity, distance) by;
    below 1 the run converges (Goh 2017, Why Momentum Really Works). They solve
    σ² − (1 + β − a) σ + β = 0 with a = lr · λ, for Nesterov's σ² − (1 + β)(1 − a) σ + β(1 − a) = 0.
    """
    a, beta = np.broadcast_arrays(np.asarray(lr_curvature, float), np.asarray(momentum, float))
    trace, product = 1 + beta - a, beta
    if nesterov:
        trace, product = (1 + beta) * (1 - a), beta * (1 - a)
    root = np.sqrt((trace**2 - 4 * product).astype(complex))
    return np.asarray(np.maximum(np.abs(trace + root), np.abs(trace - root)) / 2)


def boundary(spec: Spec, options: MapOptions) -> Array:
    """The places (B, 2) x, y of the limit; (0, 2) where none is known, or it isn't on the map.

    It is known for gradient descent on the whole data of a quadratic loss, with a constant rate
    and without noise and weight decay: `Optimizer.stable` is the limit of lr · λmax.
    """
    axes = options.x, options.y
    nothing = np.empty((0, 2))
    of_rate = [axis.leaf == ("optimizer", "lr") for axis in axes]
    if not any(of_rate) or not _is_steady(spec, options):
        return nothing
    number = of_rate.index(True)
    other = axes[1 - number]
    # Neither the optimizer nor where a run starts changes how the loss bends.
    same = other.leaf[0] in ("optimizer", "model")
    along = _spread(other, PLACES if same else OF_OTHER_LOSSES)
    steepest, limits = float("nan"), []
    for i, value in enumerate(along.tolist()):
        one = with_value(spec, other.leaf, int(value) if other.whole else value)
        if i == 0 or not same:
            steepest = _steepest(one)
        limits.append((one.optimizer.stable or np.nan) / steepest)
    found = np.array(limits)
    at = axes[number].at(found)
    inside = np.isfinite(at) & (at >= 0) & (at <= 1)
    table = np.stack([found, along] if number == 0 else [along, found], axis=1)
    return table[inside] if inside.sum() > 1 else nothing


def _spread(axis: MapAxis, count: int) -> Array:
    if axis.whole:
        return np.unique(axis.values(count))
    spread = np.geomspace if axis.log else np.linspace
    return np.asarray(spread(axis.low, axis.high, count))


def _is_steady(spec: Spec, options: MapOptions) -> bool:
    """Whether every step of every run is the same rule, on the same loss, without noise."""
    training, moving = spec.training, {axis.leaf for axis in (options.x, options.y)}
    quiet = training.batch_size == "full" and not training.noise and training.zero_grad
    epochs = training.epochs
    constant = {spec.schedule.factor(at, epochs) for at in range(min(epochs, 1000))} == {1.0}
    disturbed = any(leaf[0] in ("schedule", "training") for leaf in moving)
    disturbed &= moving != {("optimizer", "lr"), ("training", "epochs")}
    return bool(quiet and constant and not disturbed)


def _steepest(spec: Spec) -> float:
    """The largest curvature of a quadratic loss; nan for any other."""
    short = with_value(spec, ("training", "epochs"), 1)
    try:
        recording = train(short, spec.dataset.make(spec.seed))
    except RenderError:
        return float("nan")
    minimum = survey(short, recording).minimum
    largest = float(minimum.curvatures()[0][-1])
    return largest if largest > 0 and is_bowl(recording, minimum) else float("nan")
