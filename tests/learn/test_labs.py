"""The labs' scenes as configs, against the numbers of the course."""

from __future__ import annotations

import numpy as np
import pytest

from render.results import judge
from tests.learn.labs import lab, learnt
from tests.sweeps import sweep


def epochs(name: str, *sets: str) -> np.ndarray:
    """The full-data loss at the start of each epoch, and at the end."""
    _, run, _ = learnt(name, *sets)
    return run.loss[np.isclose(run.epoch % 1, 0)]


# course.md 1.2, lr 0.2
FAST = [835.276, 61.907, 12.645, 4.1727, 1.4938, 0.5429, 0.2007, 0.0773, 0.0328, 0.0168, 0.0110]
# 1.5: full loss at the start of each epoch, batches in the order of x
BATCHES = {
    1: [835.28, 83.796, 20.337, 4.6597, 1.2119, 0.25376, 0.092985, 0.021958, 0.021044, 0.01303],
    5: [835.28, 0.18722, 0.0081152, 0.0082046, 0.0082052],
    10: [835.28, 33.136, 0.64136, 0.0085674, 0.0088394, 0.0083538, 0.0082995],
    20: [835.28, 85.695, 5.429, 0.33644, 0.027501, 0.0089162, 0.0078337, 0.0077795],
    60: [835.28, 175.47, 55.028, 26.094, 15.254, 9.5386, 6.0742, 3.8867, 2.4909, 1.5978],
}
ENDS = {1: (1.0554, -1.0210), 5: (0.996069, -1.00936), 10: (0.992694, -1.0173)}
# 1.6: one point a step at lr 0.01
ONE = [835.28, 14.427, 1.3346, 0.1125, 0.015109, 0.0083245, 0.0081203, 0.008205]
# 1.9: start, then after 1, 2, 5, 10, 20, 40, 80 and 100 epochs
CROSS = {0: 4.5509, 1: 1.9933, 2: 0.43956, 5: 0.19197, 10: 0.1307, 20: 0.09698, 40: 0.07413,
         80: 0.05709, 100: 0.05244}  # fmt: skip


def test_slope_bias_fast_matches_the_lab():
    _, run, _ = learnt("slope_bias_fast")
    np.testing.assert_allclose(run.loss[: len(FAST)], FAST, atol=6e-5, rtol=3e-5)
    np.testing.assert_allclose(run.params[-1], [1.006254, -1.026698], atol=1e-5)


@pytest.mark.parametrize("size", BATCHES)
def test_mini_batches_match_the_lab(size):
    sets = (f"training.batch_size={size}", "training.epochs=10")
    found = epochs("slope_bias", *sets)
    golden = np.array(BATCHES[size])
    np.testing.assert_allclose(found[: len(golden)], golden, rtol=2e-4)
    _, run, _ = learnt("slope_bias", *sets)
    assert run.steps == 10 * -(-60 // size)
    if size in ENDS:
        np.testing.assert_allclose(run.params[-1], ENDS[size], atol=6e-5)


def test_the_first_steps_of_one_point_at_a_time_match_the_lab():
    _, run, _ = learnt("slope_bias", "training.batch_size=1")
    golden = [(-15, -10), (8.492, -17.831), (-13.827, -10.134), (4.343, -16.624)]
    np.testing.assert_allclose(run.params[:4], golden, atol=1e-3)
    np.testing.assert_allclose(run.batch_loss[:4], [1532.9, 1480.8, 1052.9, 599.8], atol=0.06)


def test_pytorch_way_matches_the_lab():
    np.testing.assert_allclose(epochs("pytorch_way")[: len(ONE)], ONE, rtol=2e-4)
    _, run, _ = learnt("pytorch_way")
    np.testing.assert_allclose(run.params[-1], [0.993229, -1.01739], atol=1e-5)


def test_dots_of_stochastic_descent_lie_on_the_full_data_surface():
    data, run, _ = learnt("pytorch_way")
    assert not run.full_batch
    for row in (0, 1, 37, run.steps):
        w, b = run.params[row]
        assert run.loss[row] == pytest.approx(((w * data.x + b - data.y) ** 2).mean(), rel=1e-9)
    x, y, (w, b) = data.x[1], data.y[1], run.params[1]
    assert run.batch_loss[1] == pytest.approx((w * x + b - y) ** 2, rel=1e-9)


def test_shuffled_batches_see_every_point_once_an_epoch():
    sorted_, shuffled = (
        learnt("pytorch_way", "training.epochs=1", f"training.shuffle={flag}")[1]
        for flag in ("false", "true")
    )
    assert shuffled.steps == sorted_.steps == 60
    assert not np.allclose(shuffled.params[5], sorted_.params[5])
    again = learnt("pytorch_way", "training.epochs=1", "training.shuffle=true", "film.fps=7")[1]
    np.testing.assert_array_equal(again.params, shuffled.params)


def test_outliers_and_clean_validation_match_the_lab():
    data, run, landscape = learnt("validation_outliers")
    assert [landscape.optimum["w"], landscape.optimum["b"]] == pytest.approx(
        [-1.2282, 3.0377], abs=1e-4
    )
    assert landscape.minimum == pytest.approx(43.088, abs=1e-3)
    w, b = landscape.optimum["w"], landscape.optimum["b"]
    unseen = data.validation
    assert ((w * unseen.x + b - unseen.y) ** 2).mean() == pytest.approx(13.220, abs=1e-3)
    assert run.loss[-1] == pytest.approx(73.12, abs=0.1)  # the worst training loss …
    assert run.validation_loss[-1] == pytest.approx(5.09, abs=0.05)  # … the best validation


def test_twin_features_learn_their_sum_alone():
    _, run, landscape = learnt("twin_features")
    assert landscape.eigenvalues.tolist() == pytest.approx([0, 1.311, 2.029], abs=1e-3)
    difference = run.params[:, 0] - run.params[:, 1]
    np.testing.assert_allclose(difference, 0.7387, atol=1e-9)
    assert run.params[-1, :2].sum() == pytest.approx(2.0549, abs=1e-4)
    assert landscape.condition == np.inf
    assert landscape.held["b"] == pytest.approx(1.0032, abs=1e-3)


def test_squared_errors_of_a_sigmoid_are_stuck_as_in_the_lab():
    data, run, landscape = learnt("logistic_mse_plateau")
    assert data.y.sum() == 7
    assert run.loss[-1] == pytest.approx(0.350001, abs=1e-6)
    np.testing.assert_allclose(run.params[-1], [-4.9898, -10.0059], atol=1e-4)
    verdict = judge(run, landscape)
    assert verdict.word == "stuck"
    assert "plateau" in verdict.sentence


def test_cross_entropy_matches_the_lab():
    found = epochs("logistic_cross_entropy")
    for epoch, loss in CROSS.items():
        assert found[epoch] == pytest.approx(loss, rel=2e-4)
    _, run, landscape = learnt("logistic_cross_entropy")
    np.testing.assert_allclose(run.params[-1], [14.859, -3.611], atol=1e-3)
    assert not landscape.exact  # separable: the loss falls for ever


def test_one_step_is_newton_s():
    _, run, landscape = learnt("one_step")
    assert run.params[1, 0] == pytest.approx(landscape.optimum["w"], abs=1e-5)
    _, newton, _ = learnt("slope", "optimizer={kind: newton, lr: 1}", "training.epochs=1")
    assert newton.params[1, 0] == pytest.approx(landscape.optimum["w"], abs=1e-9)


# course.md 2: definitions only; closed forms of the normal equations tell the rest
@pytest.mark.parametrize(
    ("name", "word", "optimum"),
    sweep(
        [
            ("thermometer_raw", "diverged", (0.5368, -17.3048)),
            ("thermometer_slow", "converging", (0.5368, -17.3048)),
            ("thermometer_scaled", "converged", (5.3677, -17.3048)),
            ("two_points", "converged", (200, 100)),
            ("two_points_diverge", "diverged", (200, 100)),
            ("cars_valley", "converging", (-4.5691, 33.5851)),
            ("slope_far_start", "converging", (-2.9933, 0)),
            ("polynomial", "converged", None),
        ],
        quick=3,
    ),
)
def test_published_cases_end_as_told(name, word, optimum):
    data, run, landscape = learnt(name)
    assert judge(run, landscape).word == word
    if optimum is not None:
        found = [landscape.optimum["w"], landscape.optimum["b"]]
        assert found == pytest.approx(optimum, abs=1e-3)
        if name != "slope_far_start":
            line = np.polyfit(data.x, data.y, 1)
            assert found == pytest.approx(line.tolist(), rel=1e-6)


def test_cars_go_up_before_they_go_down():
    _, run, landscape = learnt("cars_valley")
    assert landscape.optimum["w"] < 0 < run.params[1, 0]


@pytest.mark.parametrize(("name", "mse"), [("penguins", 154546), ("auto_mpg", 18.68)])
def test_real_data_are_round_once_standardised(name, mse):
    data, run, landscape = learnt(name)
    assert landscape.minimum == pytest.approx(mse, rel=3e-4)
    assert landscape.eigenvalues.tolist() == pytest.approx([2, 2], rel=1e-9)
    assert landscape.condition == pytest.approx(1)
    away = run.params - [landscape.optimum["w"], landscape.optimum["b"]]
    np.testing.assert_allclose(away[1:], 0.8 * away[:-1], rtol=1e-6)
    a, b = data.unscale
    assert (a * data.x + b).mean() == pytest.approx(b)


def test_every_lab_names_where_it_comes_from():
    for name in ("slope_far_start", "pytorch_way", "twin_features", "two_points", "cars_valley"):
        first = (lab(name).path).read_text().splitlines()[0]
        assert first.startswith("# ")
        assert len(first) > 30
