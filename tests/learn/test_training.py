"""What training can be told: noise, stopping, penalties, schedules, any loss."""

from __future__ import annotations

import _thread
import math
import threading
import time

import numpy as np
import pytest
import torch

from render.config.spec import EarlyStopping
from render.errors import RenderError
from render.learn.landscape import scan
from render.learn.loop import Patience, train
from tests.learn.labs import lab, learnt, runs


def test_it_stops_when_nothing_improves():
    sets = ("training.epochs=500", "training.stop={tol: 1e-6, patience: 5}")
    _, run, _ = learnt("slope", *sets)
    assert 10 < run.steps < 40
    fallen = -np.diff(run.loss)
    assert run.loss[-7] - run.loss[-6:-1].min() < 1e-6 + 1e-12
    assert fallen[0] > 1


AT_ITS_MINIMUM = ("model={kind: function, name: quadratic, start: {x1: 0, x2: 0}}",)


@pytest.mark.parametrize("patience", [1, 3, 20])
def test_a_run_that_stands_still_stops(patience):
    sets = ("training.epochs=300", f"training.stop.patience={patience}")
    _, run, _ = learnt("ellipse_zigzag", *AT_ITS_MINIMUM, *sets)
    assert (run.loss == 0).all()
    assert run.steps == 1 + patience  # the first epoch is the best


def test_a_run_that_gets_no_further_in_float64_stops():
    _, run, _ = learnt("slope", "training.epochs=2000", "training.stop.patience=4")
    assert run.steps < 100
    assert run.params[-1, 0] == pytest.approx(learnt("slope")[2].optimum["w"], rel=1e-9)


def test_without_patience_nothing_stops():
    _, run, _ = learnt("ellipse_zigzag", *AT_ITS_MINIMUM, "training.epochs=300")
    assert run.steps == 300


def stopped_after(means: list[float], tol: float, patience: int, batches: int = 1) -> int | None:
    """After how many epochs of these mean losses training ends."""
    ending = Patience(EarlyStopping(tol=tol, patience=patience))
    for epoch, mean in enumerate(means, 1):
        spread = np.linspace(-0.5, 0.5, batches) if batches > 1 else np.zeros(1)
        if ending.ends(mean + spread):
            return epoch
    return None


def by_definition(means: list[float], tol: float, patience: int) -> int | None:
    """The same, from the whole history: `patience` epochs since the last that was progress."""
    best, last = np.inf, 0
    for epoch, mean in enumerate(means, 1):
        if mean < best - tol:
            best, last = mean, epoch
        if epoch - last >= patience:
            return epoch
    return None


@pytest.mark.parametrize(
    ("means", "tol", "patience", "stops"),
    [
        ([4, 3, 2, 2, 2, 2, 2], 0, 3, 6),  # equal to the best is no progress
        ([4, 3, 2, 1, 0, -1, -2], 0, 1, None),
        ([4, 5, 6, 7, 8], 0, 3, 4),  # rising
        ([4, 5, 4, 5, 4, 5, 4], 0, 3, 4),  # swinging: falls in every other epoch, never lower
        ([9, 4, 5, 3, 5, 2, 5, 1, 5, 1, 5, 1], 0, 3, 11),  # noise on the way down does no harm
        ([4, 3, 2, 1], 1, 1, 2),  # fallen by exactly tol is no progress …
        ([4, 2.9, 1.8, 0.7], 1, 1, None),  # … by more is
        ([4, 3.4, 2.8, 2.2, 1.6], 1, 2, None),  # slow progress adds up
        ([4, math.nan, math.nan, 3], 0, 2, 3),
        ([math.inf, math.inf, math.inf], 0, 3, 3),
        ([math.nan, 4, 3, 2], 0, 2, None),
    ],
)
def test_patience_is_for_epochs_without_a_new_best(means, tol, patience, stops):
    assert stopped_after(means, tol, patience) == stops
    assert by_definition(means, tol, patience) == stops


@pytest.mark.parametrize("seed", range(20))
def test_patience_with_a_noisy_loss_is_as_defined(seed):
    generator = np.random.default_rng(seed)
    means = (10 * 0.9 ** np.arange(200) + generator.normal(scale=0.3, size=200)).tolist()
    for tol, patience in ((0.0, 1), (0.0, 5), (0.1, 5), (0.3, 20)):
        expected = by_definition(means, tol, patience)
        assert stopped_after(means, tol, patience) == expected
    batched = [round(mean, 3) for mean in means]
    assert stopped_after(batched, 0.0105, 5, batches=9) == by_definition(batched, 0.0105, 5)


def test_an_epoch_of_mini_batches_is_judged_by_its_mean():
    sets = ("training={batch_size: 7, epochs: 400, stop: {patience: 6}}",)
    data, run, _ = learnt("slope_bias", *sets)
    per_epoch = math.ceil(len(data.x) / 7)
    means = run.batch_loss[:-1].reshape(-1, per_epoch).mean(axis=1).tolist()
    assert run.steps == per_epoch * by_definition(means, 0.0, 6)


def test_gradient_noise_does_not_keep_a_run_alive():
    _, run, _ = learnt("slope", "training={noise: 2, epochs: 5000, stop: {patience: 50}}")
    assert run.steps < 5000
    best = int(run.loss[:-1].argmin())
    assert run.steps == best + 1 + 50


@pytest.mark.parametrize("epochs", [1, 3, 199, 200, 201, 399, 1000])
def test_training_says_how_far_it_is(epochs):
    spec = lab("slope", f"training.epochs={epochs}")
    told: list[tuple[int, int]] = []
    train(spec, spec.dataset.make(spec.seed), lambda *done: told.append(done))
    assert told[-1] == (epochs, epochs)
    assert {total for _, total in told} == {epochs}
    done = [done for done, _ in told]
    assert done == sorted(set(done))
    assert min(epochs, 100) <= len(told) <= 200


def test_progress_is_in_steps_where_an_epoch_is_long():
    spec = lab("slope", "training={epochs: 1, batch_size: 1}")
    data = spec.dataset.make(spec.seed)
    told: list[tuple[int, int]] = []
    train(spec, data, lambda *done: told.append(done))
    assert told == [(step, len(data.x)) for step in range(1, len(data.x) + 1)]


@pytest.mark.parametrize(
    ("config", "rows"),
    [("slope_bias", 41), ("feature_scaling", 3 * 41), ("optimizer_race", 41)],
)
def test_a_scan_says_how_far_it_is(config, rows):
    spec = lab(config, "landscape.grid=41")
    told: list[tuple[int, int]] = []
    recordings = [run.recording for run in runs(config, "landscape.grid=41")]
    scan(spec, recordings, lambda *done: told.append(done))
    assert told == [(row, rows) for row in range(1, rows + 1)]


def test_an_interrupt_ends_training():
    spec = lab("slope", "training.epochs=1000")
    asked = []

    def interrupt(done: int, _: int) -> None:
        asked.append(done)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(spec, spec.dataset.make(spec.seed), interrupt)
    assert asked == [5]


def test_ctrl_c_ends_the_longest_training_at_once():
    spec = lab("slope", "training.epochs=5000000")
    data, sent = spec.dataset.make(spec.seed), []

    def send() -> None:
        sent.append(time.monotonic())
        _thread.interrupt_main()

    timer = threading.Timer(0.3, send)
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            train(spec, data)
    finally:
        timer.cancel()
    assert time.monotonic() - sent[0] < 2


def test_training_leaves_torch_as_it_is():
    def state() -> list[object]:
        return [
            torch.get_rng_state().tolist(),
            torch.get_default_dtype(),
            torch.get_num_threads(),
            torch.is_grad_enabled(),
            torch.are_deterministic_algorithms_enabled(),
        ]

    torch.manual_seed(3)
    before = state()
    spec = lab("slope_bias", "training={batch_size: 7, shuffle: true, noise: 1, epochs: 3}")
    train(spec, spec.dataset.make(spec.seed))
    assert state() == before


def test_gradient_noise_is_seeded_and_has_its_size():
    sets = ("training.noise=2", "training.epochs=400")
    data, run, landscape = learnt("slope", *sets)
    exact = 2 * (data.x**2).mean() * (run.params[:, 0] - landscape.optimum["w"])
    noise = (run.grads[:, 0] - exact)[:-1]
    assert noise.std() == pytest.approx(2, rel=0.15)
    assert abs(noise.mean()) < 0.4
    again = learnt("slope", *sets, "film.fps=5")[1]
    np.testing.assert_array_equal(again.params, run.params)


def test_the_last_gradient_is_without_noise_and_over_all_data():
    data, run, landscape = learnt("slope", "training.noise=2", "training.epochs=3")
    exact = 2 * (data.x**2).mean() * (run.params[-1, 0] - landscape.optimum["w"])
    assert run.grads[-1, 0] == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("penalty", ["l1", "l2"])
def test_a_penalty_goes_with_mini_batches(penalty):
    sets = (f"loss={{kind: mse, {penalty}: 0.5}}", "training.batch_size=10", "training.epochs=2")
    data, run, _ = learnt("slope_bias", *sets)  # the truth check saw to every recorded loss
    size = {"l1": np.abs(run.params), "l2": run.params**2}[penalty].sum(axis=1)
    error = data.y - run.params[:, :1] * data.x - run.params[:, 1:]
    np.testing.assert_allclose(run.loss, (error**2).mean(axis=1) + 0.5 * size, rtol=1e-9)


def test_an_l2_penalty_moves_the_optimum_as_ridge_regression():
    strength = 3.0
    data, run, landscape = learnt("slope_bias", f"loss={{kind: mse, l2: {strength}}}")
    design = np.stack([data.x, np.ones_like(data.x)], axis=1)
    normal = design.T @ design / len(data.x) + strength * np.eye(2)
    expected = np.linalg.solve(normal, design.T @ data.y / len(data.x))
    assert [landscape.optimum["w"], landscape.optimum["b"]] == pytest.approx(expected.tolist())
    assert landscape.method == "ridge regression"
    start = ((-15 * data.x - 10 - data.y) ** 2).mean() + strength * (15**2 + 10**2)
    assert run.loss[0] == pytest.approx(start)


def test_a_penalty_s_gradient_is_in_the_recording():
    data, run, _ = learnt("slope", "loss={kind: mse, l1: 5, l2: 2}")
    w = run.params[0, 0]
    plain = (2 * (w * data.x - data.y) * data.x).mean()
    assert run.grads[0, 0] == pytest.approx(plain + 5 * np.sign(w) + 4 * w)


def test_a_schedule_s_rate_is_the_step_s():
    sets = ("schedule={kind: step, step_size: 2, gamma: 0.5}", "training.epochs=6")
    _, run, _ = learnt("slope", *sets)
    assert run.lr[:-1].tolist() == pytest.approx([0.1, 0.1, 0.05, 0.05, 0.025, 0.025])
    moves = np.diff(run.params[:, 0])
    np.testing.assert_allclose(moves, -run.lr[:-1] * run.grads[:-1, 0], rtol=1e-12)


# course.md 4 F 38: lab 3.6's data under other losses
@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        ("mae", (-2.979, 0.991)),
        ("{kind: huber, delta: 1}", (-2.892, 1.077)),
        ("{kind: huber, delta: 0.5}", (-2.943, 1.029)),
    ],
)
def test_the_search_finds_the_minimum_of_other_losses(loss, expected):
    sets = (f"loss={loss}", "training.batch_size=full", "optimizer.lr=0.05")
    _, _, landscape = learnt("validation_outliers", *sets)
    assert landscape.exact
    found = [landscape.optimum["w"], landscape.optimum["b"]]
    assert found == pytest.approx(expected, abs=2e-3)


def test_a_wavy_loss_has_its_global_minimum_found():
    sets = (
        "dataset={kind: sine, amplitude: 1, frequency: 2, noise: 0.05}",
        "model={kind: sine, amplitude: 0.5, frequency: 1.5}",
        "training.epochs=30",
    )
    _, run, landscape = learnt("slope_bias", *sets)
    assert abs(landscape.optimum["f"]) == pytest.approx(2, abs=0.05)
    assert landscape.minimum <= run.loss.min()
    assert (landscape.eigenvalues > 0).all()


def test_a_start_that_is_not_finite_is_an_error():
    with pytest.raises(RenderError, match="not finite at the start"):
        learnt("slope", "model.weight=1e200")


def test_inputs_that_are_all_the_same_are_an_error():
    sets = ("dataset.x={start: 100000000, stop: 100000001, step: 0.1}",)
    with pytest.raises(RenderError, match="all inputs are the same"):
        learnt("slope_bias", *sets)


def test_a_csv_is_found_beside_its_config(tmp_path):
    from render.config.load import load

    (tmp_path / "cars.csv").write_text("speed,dist\n1,2\n2,4\n3,7\n")
    config = tmp_path / "cars.yaml"
    config.write_text("dataset: {kind: csv, path: cars.csv, x: speed, y: dist}\n")
    spec = load(config)
    assert spec.dataset.make(1).y.tolist() == [2, 4, 7]
    assert lab("slope").dataset.make(1).y.shape == (60,)


def test_separable_classes_have_no_minimum_however_far_the_run_went():
    _, _, landscape = learnt("logistic_cross_entropy", "optimizer.lr=500")
    assert not landscape.exact


def test_of_two_mirrored_minima_the_one_by_the_path_is_meant():
    sets = (
        "dataset={kind: sine, noise: 0.1}",
        "model={kind: sine, amplitude: 2, frequency: 3}",
        "optimizer.lr=0.05",
        "training.epochs=200",
    )
    _, run, landscape = learnt("slope_bias", *sets)
    best = np.array([landscape.optimum["a"], landscape.optimum["f"]])
    assert np.abs(run.params - best).sum(axis=1).min() <= np.abs(run.params + best).sum(1).min()
    np.testing.assert_allclose(best, [1, 1], atol=0.05)  # what the noisy points were made with
    assert landscape.exact
