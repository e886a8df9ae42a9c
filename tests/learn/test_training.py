"""What training can be told: noise, stopping, penalties, schedules, any loss."""

from __future__ import annotations

import numpy as np
import pytest

from render.errors import RenderError
from tests.learn.labs import lab, learnt


def test_it_stops_when_nothing_improves():
    sets = ("training.epochs=500", "training.stop={tol: 1e-6, patience: 5}")
    _, run, _ = learnt("slope", *sets)
    assert 10 < run.steps < 40
    fallen = -np.diff(run.loss)
    assert run.loss[-7] - run.loss[-6:-1].min() < 1e-6 + 1e-12
    assert fallen[0] > 1


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
