"""The recording against the course's numbers, closed forms and the lecture's own loop."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.learn.labs import lab, learnt

# research: labs 2.2 and 2.3 with torch.manual_seed(1), recomputed in float32
SLOPE = {
    "w": [-10, -5.79362, -4.11247, -3.44058, -3.172040],
    "loss": [147.373, 23.5473, 3.76818, 0.608797],
    "grad": [-42.0638, -16.8115, -6.71899, -2.68536],
}
FAR = {
    "w": [-15, -7.79196, -4.91114, -3.75978, -3.299613],
    "loss": [432.734, 69.1289, 11.0491, 1.7718],
}
# fmt: off
SLOPE_BIAS = [
    (-15, -10, 835.276), (-5.480622, -8.364511, 175.4669), (-1.659689, -6.960926, 55.0278),
    (-.118555, -5.799848, 26.0943), (.508996, -4.855575, 15.2541), (.769250, -4.093881, 9.5386),
    (.880882, -3.481923, 6.0742), (.931617, -2.991241, 3.8867), (.956801, -2.598187, 2.4909),
    (.970796, -2.283493, 1.5978), (.979537, -2.031597, 1.0260), (.985549, -1.829993, .6598),
    (.989968, -1.668650, .4253), (.993348, -1.539531, .2751), (.995990, -1.436203, .1790),
    (.998079, -1.353513, .1174),
]
# fmt: on


def test_slope_matches_the_lab():
    _, run, _ = learnt("slope")
    assert run.names == ("w",)
    assert run.frozen == {"b": 0.0}
    np.testing.assert_allclose(run.params[:, 0], SLOPE["w"], atol=1e-4)
    np.testing.assert_allclose(run.loss[:4], SLOPE["loss"], rtol=5e-6, atol=1e-4)
    np.testing.assert_allclose(run.grads[:4, 0], SLOPE["grad"], atol=1e-4)


def test_slope_from_far_matches_the_lab():
    _, run, _ = learnt("slope", "model.weight=-15")
    np.testing.assert_allclose(run.params[:, 0], FAR["w"], atol=1e-4)
    np.testing.assert_allclose(run.loss[:4], FAR["loss"], atol=5e-4)


def test_slope_bias_matches_the_lab():
    _, run, _ = learnt("slope_bias")
    golden = np.array(SLOPE_BIAS)
    np.testing.assert_allclose(run.params, golden[:, :2], atol=1e-4)
    np.testing.assert_allclose(run.loss, golden[:, 2], atol=1e-4, rtol=5e-6)


def test_the_data_are_the_labs_float32_noise():
    data, _, _ = learnt("slope")
    torch.manual_seed(1)
    x = torch.arange(-3, 3, 0.1).view(-1, 1)
    y = -3 * x + 0.1 * torch.randn(x.size())
    assert data.x.dtype == data.y.dtype == np.float64
    np.testing.assert_array_equal(data.x, x.double().numpy().ravel())
    np.testing.assert_array_equal(data.y, y.double().numpy().ravel())


def test_making_data_leaves_the_global_generator_alone():
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    lab("slope").dataset.make(seed=1)
    assert torch.rand(1) == expected


def test_row_0_is_the_start_and_row_t_the_end():
    _, run, _ = learnt("slope_bias")
    assert run.steps == 15
    assert run.params[0].tolist() == [-15, -10]
    np.testing.assert_array_equal(run.epoch, np.arange(16))
    assert np.isnan([run.lr[-1], run.batch_loss[-1]]).all()
    np.testing.assert_array_equal(run.lr[:-1], 0.1)
    np.testing.assert_array_equal(run.batch_loss[:-1], run.loss[:-1])


def test_every_step_takes_lr_times_the_recorded_gradient():
    _, run, _ = learnt("slope_bias")
    np.testing.assert_allclose(np.diff(run.params, axis=0), -0.1 * run.grads[:-1], rtol=1e-12)


@pytest.mark.parametrize("name", ["slope", "slope_bias"])
def test_gradients_equal_finite_differences_of_the_loss(name):
    data, run, _ = learnt(name)
    spec, h = lab(name), 1e-5
    for row in (0, 1, run.steps):
        for i, parameter in enumerate(run.names):
            values = {**dict(zip(run.names, run.params[row], strict=True)), **run.frozen}
            losses = []
            for nudge in (-h, h):
                moved = {**values, parameter: values[parameter] + nudge}
                losses.append(spec.loss(spec.model.predict(moved, data.x), data.y))
            difference = (losses[1] - losses[0]) / (2 * h)
            assert run.grads[row, i] == pytest.approx(difference, rel=1e-6, abs=1e-6)


def test_the_run_follows_the_closed_form_of_a_quadratic():
    """w_{k+1} − w* = (1 − lr·h)(w_k − w*), h = 2·mean(x²)."""
    data, run, landscape = learnt("slope", "training.epochs=40")
    curvature = 2 * (data.x**2).mean()
    best = landscape.optimum["w"]
    away = (1 - 0.1 * curvature) ** np.arange(41) * (-10 - best)
    np.testing.assert_allclose(run.params[:, 0] - best, away, rtol=1e-9, atol=1e-9)


def test_sgd_equals_torch_optim():
    data, run, _ = learnt("slope_bias", "training.epochs=50")
    x, y = torch.from_numpy(data.x), torch.from_numpy(data.y)
    w = torch.tensor(-15.0, dtype=torch.float64, requires_grad=True)
    b = torch.tensor(-10.0, dtype=torch.float64, requires_grad=True)
    theirs = torch.optim.SGD([w, b], lr=0.1)
    for _ in range(50):
        theirs.zero_grad()
        torch.nn.functional.mse_loss(w * x + b, y).backward()
        theirs.step()
    np.testing.assert_allclose(run.params[-1], [w.item(), b.item()], rtol=1e-9)


def test_a_run_that_leaves_the_finite_numbers_keeps_its_last_finite_row():
    _, run, _ = learnt("slope", "optimizer.lr=0.4", "training.epochs=5000")
    assert run.broke_off
    assert 1000 < run.steps < 1100  # 1.4^(2k) overflows a double at k ≈ 1050
    assert np.isfinite(run.loss).all()
    assert np.isfinite(run.params).all()
