"""The loss between the points of a grid against functions that are known everywhere."""

from __future__ import annotations

import numpy as np
import pytest

from render.projected import GridLoss

X, Y = np.linspace(-2, 3, 41), np.linspace(0, 1, 30)


def over(function):
    return GridLoss(X, Y, function(*np.meshgrid(X, Y)))


def test_at_the_grid_it_is_the_grid_to_the_last_bit():
    loss = over(lambda x, y: np.sin(3 * x) + np.exp(y) + 1)
    places = np.stack(np.meshgrid(X, Y), axis=-1)
    np.testing.assert_array_equal(loss(places), loss.loss)


def test_a_quadratic_is_exact():
    def bowl(x, y):
        return 2 * x**2 - 3 * x * y + y**2 + 40

    places = np.random.default_rng(0).uniform([-2, 0], [3, 1], (500, 2))
    np.testing.assert_allclose(over(bowl)(places), bowl(*places.T), rtol=1e-13)


def test_the_error_falls_with_the_third_power():
    def wave(x, y):
        return np.sin(2 * x) * np.cos(3 * y) + 2

    places = np.random.default_rng(1).uniform([-2, 0], [3, 1], (2000, 2))
    errors = []
    for count in (31, 61):
        x, y = np.linspace(-2, 3, count), np.linspace(0, 1, count)
        loss = GridLoss(x, y, wave(*np.meshgrid(x, y)))
        errors.append(np.abs(loss(places) - wave(*places.T)).max())
    assert errors[1] < errors[0] / 6


def test_outside_and_beside_what_is_missing():
    loss = over(lambda x, y: x + y + 5)
    values = loss.loss.copy()
    values[10, 20] = np.nan
    loss = GridLoss(X, Y, values)
    middle = (X[20] + X[21]) / 2, (Y[10] + Y[11]) / 2
    assert np.isnan(loss(np.array(middle)))
    near = np.array([(X[21] + X[22]) / 2, (Y[10] + Y[11]) / 2])
    assert loss(near) == pytest.approx(near.sum() + 5)
    assert np.isnan(loss(np.array([[-2.1, 0.5], [0.0, 1.1], [np.nan, 0.5]]))).all()
    assert loss(np.array([3.0, 1.0])) == 9
    assert loss(np.array([X[20], Y[9]])) == pytest.approx(X[20] + Y[9] + 5)


def test_it_stays_positive_beside_a_cliff():
    values = np.full((30, 41), 1e-3)
    values[:, 20:] = 1e6
    loss = GridLoss(X, Y, values)
    places = np.random.default_rng(2).uniform([-2, 0], [3, 1], (500, 2))
    assert (loss(places) >= 5e-4).all()
