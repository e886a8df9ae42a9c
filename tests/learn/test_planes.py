"""The landscape over a plane, against direct evaluation."""

from __future__ import annotations

import numpy as np
import pytest

from render.learn.landscape import over_plane
from render.learn.objective import QuadraticLoss
from render.recording import Plane
from tests.learn.labs import runs


def quadratic(seed: int) -> QuadraticLoss:
    """A bowl in 5 dimensions, tilted against all axes."""
    generator = np.random.default_rng(seed)
    root = generator.normal(size=(5, 5))
    return QuadraticLoss(generator.normal(size=5), 0.25, root @ root.T)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("count", [1, 2])
def test_a_skew_plane_through_a_bowl_is_scanned_as_it_is(seed, count):
    loss, generator = quadratic(seed), np.random.default_rng(100 + seed)
    directions = np.linalg.qr(generator.normal(size=(5, count)))[0].T
    plane = Plane(generator.normal(size=5), directions)
    grid = (np.linspace(-2, 3, 7), np.linspace(-1, 1, 5))[:count]
    surface = over_plane(loss, plane, grid)
    assert surface.shape == (5, 7)[2 - count :]
    for place in np.ndindex(surface.shape):
        point = plane.origin.copy()
        coordinates = [axis[at] for axis, at in zip(grid, place[::-1], strict=True)]
        for number, direction in zip(coordinates, directions, strict=True):
            point += number * direction
        away = point - loss.optimum
        assert surface[place] == pytest.approx(0.25 + 0.5 * away @ loss.hessian @ away)


@pytest.mark.parametrize("seed", range(4))
def test_a_bowl_over_a_plane_has_the_curvature_of_its_directions(seed):
    loss, generator = quadratic(seed), np.random.default_rng(200 + seed)
    directions = np.linalg.qr(generator.normal(size=(5, 2)))[0].T
    axis = np.linspace(-1, 1, 5)
    surface = over_plane(loss, Plane(loss.optimum, directions), (axis, axis))
    inner = directions @ loss.hessian @ directions.T
    expected = [
        0.25 + 0.5 * np.array([x, y]) @ inner @ np.array([x, y]) for y in axis for x in axis
    ]
    np.testing.assert_allclose(surface.ravel(), expected)


@pytest.mark.parametrize("name", ["slope", "slope_bias", "himmelblau", "twin_features"])
def test_a_landscape_of_named_parameters_has_them_as_its_coordinates(name):
    run = runs(name)[0]
    recording, landscape = run.recording, run.landscape
    plane = landscape.plane
    columns = [recording.parameters.index(axis) for axis in landscape.axes]
    every = recording.values(np.arange(recording.steps + 1.0))
    assert plane.project(every).tobytes() == np.ascontiguousarray(every[:, columns]).tobytes()
    rest = {**recording.frozen, **landscape.held}
    middle = dict(zip(recording.parameters, plane.lift(np.zeros(2)).tolist(), strict=True))
    assert all(middle[name] == rest.get(name, 0.0) for name in recording.parameters)


def test_the_distance_from_the_slice_is_that_of_the_held_parameters():
    run = runs("twin_features")[0]
    recording, landscape = run.recording, run.landscape
    ((name, value),) = landscape.held.items()
    away = np.abs(recording.params[:, recording.names.index(name)] - value)
    distance = landscape.plane.distance(recording.completed(recording.params))
    np.testing.assert_array_equal(distance, away)
    assert distance[0] > 0
