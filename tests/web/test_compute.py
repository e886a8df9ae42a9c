"""Runs that the page computes, against those that Python trains."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest

from render import registry
from render.config.load import load
from render.config.spec import Spec
from render.learn.loop import train
from render.learn.recipe import NotRepeatableError, recipe
from render.learn.repeat import agree, allowed, chaotic, tolerance
from render.pipeline import learn
from render.recording import Dataset, Recording
from render.web.closed import closed_run
from tests.learn.labs import CONFIGS, lab
from tests.sweeps import sweep
from tests.web.node import call, needs_node

ALL = sorted(file.stem for file in CONFIGS.glob("*.yaml"))


@dataclass(frozen=True)
class Trained:
    """As much of a run as a page computes it from; scanning its landscape would take longer."""

    spec: Spec
    dataset: Dataset
    recording: Recording


@cache
def run_of(name: str, *sets: str) -> Trained:
    spec = lab(name, *sets).each[0]
    dataset = spec.dataset.make(spec.seed)
    return Trained(spec, dataset, train(spec, dataset))


def film(run):
    """As much of the page's document as a computation reads."""
    data = [{"x": run.dataset.x, "y": run.dataset.y}] if run.spec.model.needs_data else []
    return {"closed": {"runs": [closed_run(run)]}, "runs": [{"data": 0}], "data": data}


def computed(run, changes=None, start=None):
    """The run as the page computes it."""
    recipe = call("compute", "recipeOf", film(run), 0)
    first = run.recording.params[0] if start is None else np.asarray(start, float)
    return call("compute", "trained", recipe, [*run.recording.names], first, changes or {})


def check(run, found):
    """Compare with the measure of the page's own check, and gradients and rates besides."""
    recording, part = run.recording, tolerance(run.spec)
    assert found["steps"] == recording.steps
    assert found["broke_off"] == recording.broke_off
    params = found["params"].reshape(recording.params.shape)
    for recorded, now in ((recording.params, params), (recording.loss[:, None], found["loss"])):
        now = now.reshape(recorded.shape)
        assert (np.abs(recorded - now) <= allowed(recorded, part)).all()
    grads = found["grads"].reshape(recording.grads.shape)
    assert (np.abs(recording.grads - grads) <= 10 * allowed(recording.grads, part)).all()
    np.testing.assert_array_equal(found["lr"], recording.lr)
    np.testing.assert_allclose(found["batch_loss"], recording.batch_loss, rtol=1e-6, atol=1e-9)


OPTIMIZERS = [
    "{kind: sgd, lr: 0.05}",
    "{kind: sgd, lr: 0.05, momentum: 0.9}",
    "{kind: sgd, lr: 0.05, momentum: 0.5, nesterov: true}",
    "{kind: sgd, lr: 0.05, momentum: 0.5, weight_decay: 0.1}",
    "{kind: adam, lr: 0.5}",
    "{kind: adam, lr: 0.5, betas: [0.8, 0.9], weight_decay: 0.1}",
    "{kind: adamw, lr: 0.5, weight_decay: 0.1}",
    "{kind: rmsprop, lr: 0.3}",
    "{kind: rmsprop, lr: 0.3, momentum: 0.5, weight_decay: 0.1}",
    "{kind: adagrad, lr: 2}",
    "{kind: adagrad, lr: 2, lr_decay: 0.1, initial_accumulator_value: 0.1, weight_decay: 0.1}",
    "{kind: newton, lr: 0.7}",
]
PLACES = ["slope_bias", "ellipse_momentum"]
MORE_PLACES = ["polynomial", "logistic_mse_plateau", "twin_features"]
SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in MORE_PLACES]


def test_no_optimizer_is_left_out():
    for name in {*registry.names("learn/optimizers")} - {"torch"}:
        assert any(f"kind: {name}," in written for written in OPTIMIZERS)


@needs_node
@pytest.mark.parametrize("name", [*PLACES, *SLOW])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_another_rate_gives_the_run_that_python_trains(name, optimizer):
    sets = (f"optimizer={optimizer}", "training.epochs=30", "training.batch_size=full")
    recorded = run_of(name, *sets)
    lr = recorded.spec.optimizer.lr * 0.37
    expected = run_of(name, *sets, f"optimizer.lr={lr}")
    assert (expected.recording.params[1] != recorded.recording.params[1]).any()
    check(recorded, computed(recorded))
    check(expected, computed(recorded, {"lr": lr}))


@needs_node
@pytest.mark.parametrize("kind", ["sgd", "rmsprop"])
def test_another_momentum_gives_the_run_that_python_trains(kind):
    recorded = run_of("slope_bias", f"optimizer={{kind: {kind}, lr: 0.04}}")
    expected = run_of("slope_bias", f"optimizer={{kind: {kind}, lr: 0.04, momentum: 0.6}}")
    check(expected, computed(recorded, {"options": {"momentum": 0.6}}))
    back = run_of("slope_bias", f"optimizer={{kind: {kind}, lr: 0.04, momentum: 0}}")
    check(back, computed(expected, {"options": {"momentum": 0}}))


@needs_node
def test_another_start_gives_the_run_that_python_trains():
    recorded = run_of("slope_bias")
    expected = run_of("slope_bias", "model.weight=4", "model.bias=-3.5")
    check(expected, computed(recorded, start=[4, -3.5]))


CHANGES = {
    "half": ("slope_bias", "loss=half_mse"),
    "penalties": ("slope_bias", "loss={kind: mse, l1: 0.5, l2: 0.3}"),
    "huber": ("slope_bias", "loss={kind: huber, delta: 2}"),
    "every pair": ("broadcast_bug", "loss={kind: mse, broadcast: true}"),
    "cross-entropy": ("logistic_mse_plateau", "loss=cross_entropy"),
    "frozen": ("slope_bias", "model.bias={value: 1, frozen: true}"),
    "two features": ("twin_features", "training.batch_size=full"),
    "two features, Newton": ("twin_features", "optimizer=newton", "training.batch_size=full"),
    "degree 8": ("polynomial", "model={kind: polynomial, degree: 8}", "optimizer=adam"),
    "degree 8, Newton": ("polynomial", "model={kind: polynomial, degree: 8}", "optimizer=newton"),
    "sine": ("polynomial", "model={kind: sine, frequency: 0.6}", "optimizer.lr=0.02"),
    "batches": ("slope_bias", "training.batch_size=8", "optimizer.lr=0.01"),
    "batches of one": ("slope_bias", "training.batch_size=1", "optimizer.lr=0.01"),
    "batches, Newton": (
        "slope_bias",
        "training.batch_size=25",
        "optimizer={kind: newton, lr: 0.1}",
    ),
    "batches, penalty": ("slope_bias", "training.batch_size=25", "loss={kind: mse, l2: 0.3}"),
    "gradients add up": ("slope_bias", "training.zero_grad=false", "optimizer.lr=0.01"),
    "stops early": ("slope_bias", "training.epochs=500", "training.stop={patience: 3, tol: 0.001}"),
    "beyond all numbers": ("slope_bias", "optimizer.lr=30", "training.epochs=400"),
    "leaves its domain": (
        "ellipse_zigzag",
        "model={kind: function, formula: x1**2 + log(x2), start: {x1: 1, x2: 2}}",
    ),
    "formula": (
        "ellipse_zigzag",
        "model={kind: function, formula: exp(-x1**2)*sin(3*x2) + abs(x1)**1.5, start: [1, 2]}",
        "optimizer.lr=0.05",
    ),
    "powers": (
        "ellipse_zigzag",
        "model={kind: function, formula: (1 + x1**2)**x2 + 2**x1 + x2**4, start: [1, 2]}",
        "optimizer.lr=0.01",
    ),
    "names of data": (
        "ellipse_zigzag",
        "model={kind: function, formula: x0**2 + 3*y**2, start: {x0: 1, y: 2}}",
    ),
    "a name of JavaScript": (
        "ellipse_zigzag",
        "model={kind: function, formula: constructor**2 + params**2,"
        " start: {constructor: 1, params: 2}}",
    ),
}


@needs_node
@pytest.mark.parametrize("case", sweep(CHANGES, quick=8))
def test_a_run_is_computed_as_python_trained_it(case):
    run = run_of(*CHANGES[case])
    check(run, computed(run))


SCHEDULES = [
    "cosine",
    "{kind: cosine, T_max: 5, end_factor: 0.2}",
    "exponential",
    "inverse_time",
    "{kind: multistep, milestones: [3, 7]}",
    "{kind: polynomial, power: 2, total_iters: 9}",
    "{kind: step, step_size: 4}",
    "warmup",
    "constant",
]


@needs_node
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_schedule_goes_along(schedule):
    run = run_of("slope_bias", f"schedule={schedule}", "training.batch_size=30")
    check(run, computed(run))


def test_no_schedule_is_left_out():
    for name in registry.names("learn/schedules"):
        assert any(name in written for written in SCHEDULES)


RANDOM = {"noise_ball", "schedules", "batch_sizes_shuffled"}  # drawn at random, every run or some


@needs_node
@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_the_page_agrees_with_every_config_in_closed_form(name):
    replayed = []
    spec = load(CONFIGS / f"{name}.yaml")
    if spec.each[0].model.network:
        with pytest.raises(NotRepeatableError, match="the model is a network"):
            recipe(spec.each[0], None, None)
        return
    for run in learn(spec):
        try:
            found = computed(run)
        except NotRepeatableError as reason:
            replayed.append(str(reason.args[0]))
            continue
        check(run, found)
        recorded = {
            "names": [*run.recording.names],
            "steps": run.recording.steps,
            "params": run.recording.params,
            "loss": run.recording.loss,
        }
        assert call("compute", "difference", recorded, found, tolerance(run.spec)) is None
    if name not in RANDOM:
        assert not replayed


@needs_node
@pytest.mark.parametrize("row", [0, 7, 15])
@pytest.mark.parametrize("column", ["w", "b", "loss"])
def test_an_altered_number_is_found(row, column):
    run = run_of("slope_bias")
    found = computed(run)
    params, loss = run.recording.params.copy(), run.recording.loss.copy()
    altered = loss if column == "loss" else params[:, "wb".index(column)]
    altered[row] += 2e-9 * np.ptp(altered)
    recorded = {"names": ["w", "b"], "steps": 15, "params": params, "loss": loss}
    difference = call("compute", "difference", recorded, found, 1e-9)
    assert (difference["column"], difference["step"]) == (column, row)
    assert difference["recorded"] == altered[row]
    altered[row] -= 1.5e-9 * np.ptp(altered)
    assert call("compute", "difference", recorded, found, 1e-9) is None


@needs_node
def test_the_first_difference_is_named_and_a_thinned_run_compared_in_its_rows():
    run = run_of("slope_bias")
    found = computed(run)
    rows = np.array([0.0, 4.0, 9.0, 15.0])
    params, loss = (
        part[rows.astype(int)].copy() for part in (run.recording.params, run.recording.loss)
    )
    recorded = {"names": ["w", "b"], "steps": 15, "params": params, "loss": loss, "rows": rows}
    assert call("compute", "difference", recorded, found, 1e-9) is None
    loss[1] += 1
    params[2, 0] += 1
    difference = call("compute", "difference", recorded, found, 1e-9)
    assert (difference["column"], difference["step"]) == ("loss", 4)


@needs_node
def test_a_run_of_another_length_differs():
    run = run_of("slope_bias")
    recorded = {"names": ["w", "b"], "steps": 14, "params": run.recording.params[:15]}
    recorded["loss"] = run.recording.loss[:15]
    assert call("compute", "difference", recorded, computed(run), 1e-9)["column"] == "step"


@needs_node
def test_a_start_that_is_not_finite_gives_no_run():
    formula = "model={kind: function, formula: x1**2 + log(x2), start: {x1: 1, x2: 2}}"
    assert computed(run_of("ellipse_zigzag", formula), start=[1, -1]) is None


@needs_node
def test_predictions_are_the_models():
    run = run_of("logistic_mse_plateau")
    recipe = call("compute", "recipeOf", film(run), 0)
    x = np.linspace(-3, 3, 7)
    at = np.array([1.5, -0.5])
    found = call("compute", "predicted", recipe, ["w", "b"], at, [x])
    np.testing.assert_allclose(found, 1 / (1 + np.exp(-(1.5 * x - 0.5))), rtol=1e-14)


def test_a_chaotic_run_is_replayed_only():
    # x ← x − lr · f'(x) of this f is the logistic map 4x(1 − x), the textbook's chaos.
    formula = "{kind: function, formula: 4*x1**3/3 - 3*x1**2/2 + x2**2, start: {x1: 0.3, x2: 1}}"
    sets = (f"model={formula}", "optimizer={kind: sgd, lr: 1}", "training.epochs=40")
    run = run_of("ellipse_zigzag", *sets)
    assert chaotic(run.spec, run.dataset, run.recording)
    with pytest.raises(NotRepeatableError, match="last digit"):
        closed_run(run)
    early = run_of("ellipse_zigzag", *sets[:2], "training.epochs=10")
    assert not chaotic(early.spec, early.dataset, early.recording)


def test_a_calm_run_is_not_chaotic():
    run = run_of("slope_bias")
    assert not chaotic(run.spec, run.dataset, run.recording)


@pytest.mark.parametrize("name", ["NAdam", "SGD", "Rprop"])
def test_a_rule_that_only_torch_knows_is_replayed(name):
    run = run_of("slope_bias", f"optimizer={{kind: torch, name: {name}, lr: 0.1}}")
    with pytest.raises(NotRepeatableError, match="Python alone"):
        closed_run(run)


def test_a_recording_with_a_wrong_number_is_not_called_chaotic():
    run = run_of("slope_bias")
    loss = run.recording.loss.copy()
    loss[3] += 1
    assert not chaotic(run.spec, run.dataset, replace(run.recording, loss=loss))


def test_runs_agree_up_to_a_part_of_the_range():
    run = run_of("slope_bias")
    loss = run.recording.loss.copy()
    loss[3] += 0.9e-9 * np.ptp(loss)
    assert agree(run.recording, replace(run.recording, loss=loss), 1e-9)
    loss[3] += 0.2e-9 * np.ptp(loss)
    assert not agree(run.recording, replace(run.recording, loss=loss), 1e-9)


def test_a_run_that_takes_long_is_replayed_only(monkeypatch):
    monkeypatch.setattr("render.web.closed.MAX_WORK", 15 * 18 * 80)
    with pytest.raises(NotRepeatableError, match="too long"):
        closed_run(run_of("slope_bias"))
