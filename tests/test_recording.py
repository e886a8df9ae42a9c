"""The recording as a function of continuous time, and planes in parameter space."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from render.cache.pack import Packed, pack
from render.differences import sizes
from render.recording import Plane
from tests.learn.labs import learnt
from tests.networks import LOSS, network_runs


def test_a_whole_step_gives_the_recorded_row():
    _, run, _ = learnt("slope_bias")
    for row in range(run.steps + 1):
        snapshot = run.at(row)
        assert snapshot.loss == run.loss[row]
        assert [snapshot.values["w"], snapshot.values["b"]] == run.params[row].tolist()
        assert snapshot.epoch == row


@pytest.mark.parametrize("step", [0.25, 3.5, 14.999])
def test_between_two_rows_the_height_is_the_true_loss(step):
    data, run, _ = learnt("slope_bias")
    snapshot = run.at(step)
    row, part = int(step), step % 1
    w, b = run.params[row] * (1 - part) + run.params[row + 1] * part
    assert [snapshot.values["w"], snapshot.values["b"]] == pytest.approx([w, b])
    assert snapshot.loss == pytest.approx(((w * data.x + b - data.y) ** 2).mean(), rel=1e-9)
    chord = run.loss[row] * (1 - part) + run.loss[row + 1] * part
    assert snapshot.loss < chord


def test_frozen_parameters_are_part_of_every_snapshot():
    _, run, _ = learnt("slope")
    assert run.at(1.5).values["b"] == 0.0
    assert run.values(np.array([0.0, 1.5])).shape == (2, 2)


def test_trained_parameters_are_completed_by_the_frozen_ones():
    _, run, _ = learnt("slope")
    assert run.parameters == ("w", "b")
    every = run.values(np.arange(run.steps + 1.0))
    assert run.completed(run.params).tolist() == every.tolist()
    assert run.completed(run.params[3]).tolist() == [run.params[3, 0], 0.0]


NAMES = ("a", "b", "c", "d", "e")
HELD = {"a": 0.1, "c": -2e300, "d": 1 / 3, "e": 7e-310}


@pytest.mark.parametrize("period", [1e-6, 0.03, 1.0, 2.5, 1e6])
def test_a_parameter_in_which_the_loss_is_a_wave_has_the_size_of_the_wave(period):
    """After a period, or ten, the loss is what it was: it differs only between them."""
    wave = SimpleNamespace(
        objective=lambda values: 2 + np.cos(2 * np.pi * values[..., 0] / period),
        loss=np.array([3.0]),
    )
    (size,) = sizes(wave, np.zeros(1))
    assert period / 3 <= size <= 10 * period / 3  # a third of it changes 3 by half


@pytest.mark.parametrize("unit", [1e-12, 1.0, 1e12])
def test_the_size_of_a_parameter_follows_its_unit(unit):
    bowl = SimpleNamespace(
        objective=lambda values: (values[..., 0] / unit - 3) ** 2 + 1, loss=np.array([10.0])
    )
    assert sizes(bowl, np.zeros(1)) == pytest.approx(unit)  # (1 − 3)² + 1 is half of 10


def skew(seed: int, count: int = 2, orthonormal: bool = True) -> Plane:
    """A plane in no special position in 5 dimensions."""
    generator = np.random.default_rng(seed)
    directions = generator.normal(size=(count, 5))
    if orthonormal:
        directions = np.linalg.qr(directions.T)[0].T
    return Plane(generator.normal(size=5), directions)


PLANES = [
    *(
        skew(seed, count, straight)
        for seed in (0, 1)
        for count in (1, 2)
        for straight in (False, True)
    ),
    Plane.of_parameters(NAMES, ("d", "b"), {"a": 0.1, "c": -2.0, "e": 7.0}),
    Plane.of_parameters(NAMES, ("e",), {"a": 0.1, "b": 0.0, "c": -2.0, "d": 7.0}),
]


@pytest.mark.parametrize("plane", PLANES)
def test_lifting_and_projecting_are_inverse_on_the_plane(plane):
    coordinates = np.random.default_rng(2).normal(size=(3, 4, len(plane.directions)))
    params = plane.lift(coordinates)
    assert params.shape == (3, 4, 5)
    np.testing.assert_allclose(plane.project(params), coordinates, atol=1e-12)
    np.testing.assert_allclose(plane.distance(params), np.zeros((3, 4)), atol=1e-12)
    np.testing.assert_array_equal(plane.lift(0 * coordinates[0, 0]), plane.origin)


@pytest.mark.parametrize("plane", PLANES)
def test_no_point_of_the_plane_is_nearer_than_the_projection(plane):
    generator = np.random.default_rng(3)
    params = generator.normal(size=5)
    coordinates, distance = plane.project(params), float(plane.distance(params))
    assert distance == pytest.approx(np.linalg.norm(params - plane.lift(coordinates)))
    for move in generator.normal(size=(50, len(coordinates))):
        for size in (1e-3, 1.0, 10.0):
            other = np.linalg.norm(params - plane.lift(coordinates + size * move))
            assert other > distance


@pytest.mark.parametrize("plane", PLANES)
def test_the_distance_is_what_pythagoras_leaves(plane):
    params = np.random.default_rng(4).normal(size=(6, 5))
    basis = np.linalg.qr(plane.directions.T)[0]  # (5, D) orthonormal
    away = params - plane.origin
    expected = np.sqrt((away**2).sum(axis=1) - ((away @ basis) ** 2).sum(axis=1))
    np.testing.assert_allclose(plane.distance(params), expected, rtol=1e-9)


@pytest.mark.parametrize("plane", PLANES)
def test_a_shift_parallel_to_the_plane_keeps_the_distance(plane):
    generator = np.random.default_rng(5)
    params, coordinates = generator.normal(size=(4, 5)), generator.normal(size=(4, 2))
    coordinates = coordinates[:, : len(plane.directions)]
    moved = plane.shifted(params, coordinates)
    np.testing.assert_allclose(plane.project(moved), coordinates, atol=1e-12)
    np.testing.assert_allclose(plane.distance(moved), plane.distance(params), rtol=1e-9)
    np.testing.assert_allclose(plane.shifted(params, plane.project(params)), params, atol=1e-12)


def test_named_parameters_are_their_own_coordinates_to_the_last_bit():
    plane = Plane.of_parameters(NAMES, ("d", "b"), {n: HELD.get(n, 0.0) for n in NAMES})
    numbers = [0.1 + 0.2, -0.0, 5e-324, 1.7e308, 1 / 3, np.inf, np.nan]
    params = np.array([[1e308, number, -1e308, -number, 1e-308] for number in numbers])
    coordinates = plane.project(params)
    assert coordinates.tobytes() == np.stack([params[:, 3], params[:, 1]], axis=1).tobytes()
    lifted = plane.lift(coordinates)
    assert lifted[:, 1].tobytes() == params[:, 1].tobytes()
    assert lifted[:, 3].tobytes() == params[:, 3].tobytes()
    assert (lifted[:, [0, 2, 4]] == [HELD["a"], HELD["c"], HELD["e"]]).all()
    assert plane.shifted(params, coordinates).tobytes() == params.tobytes()
    assert plane.project(params[0]).tolist() == coordinates[0].tolist()


def test_a_plane_of_unit_vectors_away_from_zero_is_not_one_of_named_parameters():
    directions = np.eye(3)[[0, 2]]
    assert Plane(np.array([0.0, 5.0, 0.0]), directions).columns == [0, 2]
    assert Plane(np.array([1.0, 5.0, 0.0]), directions).columns is None
    assert Plane(np.array([0.0, 5.0, 0.0]), 2 * directions).columns is None


def test_a_plane_in_the_space_of_a_large_network_is_cheap():
    generator = np.random.default_rng(7)
    size = 100_000
    plane = Plane(generator.normal(size=size), generator.normal(size=(2, size)))
    coordinates = generator.normal(size=(5, 2))
    np.testing.assert_allclose(plane.project(plane.lift(coordinates)), coordinates, atol=1e-9)


@pytest.mark.parametrize("plane", PLANES)
def test_a_cached_plane_is_the_same_to_the_last_bit(plane):
    again = Packed.from_bytes(pack(plane).to_bytes()).value()
    assert again.origin.tobytes() == plane.origin.tobytes()
    assert again.directions.tobytes() == plane.directions.tobytes()
    assert again.columns == plane.columns


def test_a_run_that_keeps_some_snapshots_knows_their_steps():
    (run,) = network_runs()
    recording = run.recording
    assert (recording.last, recording.steps, recording.per_epoch) == (40, 200, 10)
    assert recording.rows_per_epoch == 2
    snapshot = recording.at(2.5)
    assert (snapshot.row, snapshot.step, snapshot.epoch) == (2.5, 12.5, 1.25)
    rows = np.array([0.0, 0.2, 7.9, 40.0])
    np.testing.assert_allclose(recording.rows_at(recording.steps_at(rows)), rows)
    assert recording.rows_at(np.asarray(1e9)) == 40
    plain = learnt("slope_bias")[1]
    assert plain.steps_at(rows) is rows
    assert plain.rows_at(np.array([0.5, 1e9])).tolist() == [0.5, plain.last]


def test_between_kept_snapshots_the_height_is_the_true_loss():
    (run,) = network_runs()
    weights = run.recording.projected.weights
    for part in (1 / 9, 5 / 9, 8 / 9):
        at = weights[3] * (1 - part) + weights[4] * part
        assert run.recording.at(3 + part).loss == pytest.approx(LOSS(at), rel=1e-12)
    assert run.recording.at(3).loss == LOSS(weights[3])
