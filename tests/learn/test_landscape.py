"""The landscape against least squares, direct sums and the course's figures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from render.errors import TruthError
from render.learn import check
from tests.learn.labs import learnt, runs

RUNS = [("slope",), ("slope_bias",), ("slope", "optimizer.lr=0.4")]


def direct(name: str, w: float, b: float) -> float:
    """The mean squared error, written out."""
    data, _, _ = learnt(name)
    return float(((w * data.x + b - data.y) ** 2).mean())


@pytest.mark.parametrize("run", RUNS)
def test_the_surface_is_the_mean_squared_error_everywhere(run):
    _, _, landscape = learnt(*run)
    w, b = landscape.grid
    for row in range(0, len(b), 24):
        for column in range(0, len(w), 24):
            expected = direct(run[0], w[column], b[row])
            assert landscape.loss[row, column] == pytest.approx(expected, rel=1e-9)


def test_the_course_s_figures():
    _, _, slope = learnt("slope")
    assert slope.optimum["w"] == pytest.approx(-2.993264, abs=1e-6)
    assert slope.minimum == pytest.approx(0.0082020, abs=1e-7)
    assert slope.eigenvalues.tolist() == pytest.approx([6.003333], abs=1e-6)
    assert slope.lr_max == pytest.approx(0.333148, abs=1e-6)
    _, _, both = learnt("slope_bias")
    assert [both.optimum["w"], both.optimum["b"]] == pytest.approx([1.006365, -1.022237], abs=1e-6)
    assert both.eigenvalues.tolist() == pytest.approx([1.997504, 6.005830], abs=1e-6)
    assert both.condition == pytest.approx(3.0067, abs=1e-4)
    assert both.minimum == pytest.approx(0.00770795, abs=1e-8)


def test_the_optimum_is_numpy_s_least_squares():
    data, _, landscape = learnt("slope_bias")
    slope, intercept = np.polyfit(data.x, data.y, 1)
    assert [landscape.optimum["w"], landscape.optimum["b"]] == pytest.approx([slope, intercept])


@pytest.mark.parametrize("run", RUNS)
def test_the_picture_holds_the_whole_path_and_the_optimum(run):
    _, recording, landscape = learnt(*run)
    for name, grid in zip(landscape.axes, landscape.grid, strict=True):
        assert grid[0] < landscape.optimum[name] < grid[-1]
        if name in recording.names:
            path = recording.params[:, recording.names.index(name)]
            assert grid[0] < path.min()
            assert path.max() < grid[-1]


def test_given_extents_are_kept():
    _, _, landscape = learnt("slope", "landscape={w: [-12, 6], b: [-1, 1], grid: 41}")
    assert landscape.grid[0][[0, -1]].tolist() == [-12, 6]
    assert landscape.grid[1][[0, -1]].tolist() == [-1, 1]
    assert landscape.loss.shape == (41, 41)


def test_a_long_divergence_has_finite_extents():
    _, _, landscape = learnt("slope", "optimizer.lr=0.4", "training.epochs=5000")
    assert landscape.grid[0][-1] - landscape.grid[0][0] < 100
    assert np.isfinite(landscape.loss).all()


def test_a_run_that_starts_at_the_optimum_still_has_a_picture():
    sets = ["model.weight=1", "dataset.noise=0", "model.bias=-1"]
    _, run, landscape = learnt("slope_bias", *sets)
    assert np.isfinite(landscape.loss).all()
    assert run.loss[0] == pytest.approx(0, abs=1e-12)


def test_frozen_parameters_are_held_in_the_optimum():
    data, _, landscape = learnt("slope_bias", "model.bias={value: 5, frozen: true}")
    expected = (data.x @ (data.y - 5)) / (data.x @ data.x)
    assert landscape.optimum == {"w": pytest.approx(expected), "b": 5.0}


def test_the_bias_alone_can_be_trained():
    _, run, landscape = learnt("slope_bias", "model.weight={value: 1, frozen: true}")
    assert run.names == ("b",)
    assert landscape.axes == ("w", "b")
    assert landscape.loss[0, 0] == pytest.approx(
        direct("slope_bias", landscape.grid[0][0], landscape.grid[1][0])
    )


def test_truth_refuses_a_surface_with_the_bias_s_sign_flipped():
    (run,) = runs("slope_bias")
    flipped = replace(run.landscape, loss=run.landscape.loss[::-1])
    with pytest.raises(TruthError, match="the film would be wrong"):
        check.check(replace(run, landscape=flipped))


def test_truth_refuses_a_recording_that_is_off_by_a_millionth():
    (run,) = runs("slope_bias")
    loss = run.recording.loss.copy()
    loss[3] *= 1 + 2e-6
    with pytest.raises(TruthError, match="at step 3"):
        check.check(replace(run, recording=replace(run.recording, loss=loss)))


def test_truth_refuses_data_one_step_ahead():
    (run,) = runs("slope_bias")
    ahead = replace(run.recording, params=np.roll(run.recording.params, -1, axis=0))
    with pytest.raises(TruthError, match="at step 0"):
        check.check(replace(run, recording=ahead))


def test_truth_refuses_an_optimum_that_is_not_least_squares():
    (run,) = runs("slope_bias")
    moved = replace(run.landscape, optimum={"w": 1.006365, "b": 1.022237})
    with pytest.raises(TruthError, match="least squares"):
        check.check(replace(run, landscape=moved))
