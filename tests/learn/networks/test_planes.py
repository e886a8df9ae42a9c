"""Planes against numpy's own decompositions, simulations and closed forms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from render.errors import RenderError
from render.learn.hessian import leading_eigenvectors
from render.learn.networks import planes
from render.learn.networks.history import History
from render.learn.networks.planes import PlaneOptions, plane_of, random_walk
from tests.learn.networks.nets import evaluation_of, mlp, quarters, trained


@pytest.fixture(scope="module")
def learnt():
    """A run of 22 weights and its evaluation."""
    net, data = mlp(2, 4, 2), quarters()
    return trained(net, data), evaluation_of(net, data)


def walk(snapshots: int, dimensions: int, seed: int = 0) -> np.ndarray:
    steps = np.random.default_rng(seed).normal(size=(snapshots, dimensions))
    return steps.cumsum(axis=0)


@pytest.mark.parametrize("centre", ["mean", "end"])
def test_pca_is_numpy_s_svd(learnt, centre, monkeypatch):
    history, evaluation = learnt
    monkeypatch.setattr(planes, "BLOCK_NUMBERS", 80)  # several blocks, of rows and of columns
    monkeypatch.setattr(planes, "LEAST_COLUMNS", 5)
    plane = plane_of([history], evaluation, PlaneOptions(centre=centre))
    middle = history.weights.mean(axis=0) if centre == "mean" else history.weights[-1]
    _, sizes, directions = np.linalg.svd(history.weights - middle, full_matrices=False)
    np.testing.assert_allclose(plane.origin, middle, atol=1e-14)
    for mine, theirs in zip(plane.directions, directions, strict=False):
        assert abs(mine @ theirs) == pytest.approx(1, abs=1e-10)
    shares = sizes**2 / (sizes**2).sum()
    np.testing.assert_allclose(plane.basis.explained, shares[:10], atol=1e-12)
    np.testing.assert_allclose(plane.gram, np.eye(2), atol=1e-14)
    assert len(plane.basis.random_walk) == len(plane.basis.explained) == 10
    assert plane.basis.snapshots == 13


def test_signs_are_fixed(learnt):
    history, evaluation = learnt
    mean = plane_of([history], evaluation, PlaneOptions())
    assert (mean.project(history.weights)[-1] > 0).all()
    for options in (PlaneOptions(centre="end"), PlaneOptions("random", seed=4)):
        plane = plane_of([history], evaluation, options)
        first, last = plane.project(history.weights)[[0, -1]]
        assert (first < 0).all()
        np.testing.assert_allclose(last, 0, atol=1e-14)


def test_projecting_finds_the_nearest_point(learnt):
    history, evaluation = learnt
    plane = plane_of([history], evaluation, PlaneOptions("random", normalize="none"))
    assert abs(plane.gram[0, 1]) > 0.1  # directions that are not at a right angle
    away = history.weights - plane.origin
    expected, squares, *_ = np.linalg.lstsq(plane.directions.T, away.T, rcond=None)
    np.testing.assert_allclose(plane.project(history.weights), expected.T, atol=1e-12)
    distance = plane.distance(history.weights)
    np.testing.assert_allclose(distance, np.sqrt(squares), atol=1e-12)
    at = np.array([[0.2, -0.3], [1.0, 2.0]])
    np.testing.assert_allclose(plane.project(plane.lift(at)), at, atol=1e-13)
    np.testing.assert_allclose(plane.distance(plane.lift(at)), 0, atol=1e-12)
    np.testing.assert_allclose(list(plane.lifted(at)), plane.lift(at), atol=0)


def test_weights_on_the_disk_are_not_read_at_once(learnt, tmp_path, monkeypatch):
    history, evaluation = learnt
    monkeypatch.setattr(planes, "BLOCK_NUMBERS", 50)
    kept = np.memmap(tmp_path / "weights", np.float64, "w+", shape=history.weights.shape)
    kept[:] = history.weights
    there = replace(history, weights=kept)
    for options in (PlaneOptions(), PlaneOptions("hessian"), PlaneOptions("random")):
        plane = plane_of([history], evaluation, options)
        other = plane_of([there], evaluation, options)
        assert (plane.directions == other.directions).all()
        assert (plane.project(history.weights) == other.project(kept)).all()
        assert (plane.distance(history.weights) == other.distance(kept)).all()


def test_two_weights_are_their_own_coordinates(learnt):
    history, evaluation = learnt
    plane = plane_of([history], evaluation, PlaneOptions(("0.weight[3, 1]", "2.bias[0]")))
    assert plane.basis.axes == ("0.weight[3,1]", "2.bias[0]")
    assert (plane.project(history.weights) == history.weights[:, [7, 20]]).all()
    np.testing.assert_array_equal(plane.lift(history.weights[-1, [7, 20]]), history.weights[-1])
    others = np.delete(history.weights - history.weights[-1], [7, 20], axis=1)
    expected = np.linalg.norm(others, axis=1)
    np.testing.assert_allclose(plane.distance(history.weights), expected, atol=1e-14)


def test_filters_have_the_norms_of_the_weights(learnt):
    history, evaluation = learnt
    options = PlaneOptions("random", seed=2)
    plane = plane_of([history], evaluation, options)
    at = evaluation.layout.tensors(plane.directions)
    end = evaluation.layout.tensors(history.weights[-1])
    for name in ("0.weight", "2.weight"):
        for k in (0, 1):
            expected = np.linalg.norm(end[name], axis=1)
            np.testing.assert_allclose(np.linalg.norm(at[name][k], axis=1), expected, rtol=1e-14)
    assert not at["0.bias"].any()
    assert not at["2.bias"].any()
    assert abs(plane.gram[0, 1]) < 0.9 * plane.gram[0, 0]
    same = plane_of([history], evaluation, options)
    other = plane_of([history], evaluation, PlaneOptions("random", seed=3))
    assert (same.directions == plane.directions).all()
    assert not np.allclose(other.directions, plane.directions)


def full_hessian(evaluation, weights):
    """By torch itself (P, P)."""
    net = evaluation.module
    names = evaluation.layout.names

    def loss(vector):
        params = evaluation.layout.tensors(vector)
        x, y = evaluation.batches[0][:2]
        return evaluation.criterion(torch.func.functional_call(net, params, (x,)), y)

    assert set(names) == {name for name, _ in net.named_parameters()}
    return torch.autograd.functional.hessian(loss, torch.tensor(weights)).numpy()


def test_lanczos_finds_the_leading_eigenvectors_of_the_hessian(learnt):
    history, evaluation = learnt
    values, vectors = torch.linalg.eigh(torch.tensor(full_hessian(evaluation, history.weights[-1])))
    plane = plane_of([history], evaluation, PlaneOptions("hessian"))
    np.testing.assert_allclose(plane.basis.eigenvalues, values.flip(0)[:2], rtol=1e-9)
    for k in (0, 1):
        expected = vectors[:, -1 - k].numpy()
        assert abs(plane.directions[k] @ expected) == pytest.approx(1, abs=1e-8)
        assert plane.directions[k][0] > 0
    np.testing.assert_allclose(plane.origin, history.weights[-1])


@pytest.mark.parametrize(
    "values",
    [
        [-9.0, -1.0, 0.0, 2.0, 3.0],  # the largest by size is not the largest
        [1.0, 1.0, 1.0, 1.0],
        [5.0, 5.0, 1.0, 0.0, 0.0],
        [0.0, 0.0, 7.0],
        [-2.0, -1.0],
        [*np.linspace(0, 1, 150), 1.3, 1.31],
    ],
    ids=["signs", "equal", "twice", "one", "two", "many"],
)
def test_lanczos_on_any_matrix(values):
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(len(values), len(values))))[0]
    matrix = turn @ np.diag(values) @ turn.T
    found, directions = leading_eigenvectors(lambda v: matrix @ v, len(values))
    np.testing.assert_allclose(found, sorted(values)[:-3:-1], atol=1e-9)
    np.testing.assert_allclose(directions @ directions.T, np.eye(2), atol=1e-12)
    for value, direction in zip(found, directions, strict=True):
        np.testing.assert_allclose(matrix @ direction, value * direction, atol=1e-5)


def test_a_random_walk_s_shares_are_those_of_antognini_and_sohl_dickstein():
    shares = random_walk(4000, 10**6)
    assert shares[0] == pytest.approx(6 / np.pi**2, abs=2e-4)
    np.testing.assert_allclose(shares[:5], 6 / (np.pi * np.arange(1, 6)) ** 2, atol=2e-4)
    from_end = random_walk(4000, 10**6, "end")
    np.testing.assert_allclose(from_end[:2], [8 / np.pi**2, 8 / (9 * np.pi**2)], atol=5e-4)


@pytest.mark.parametrize("centre", ["mean", "end"])
def test_a_walk_in_many_dimensions_has_these_shares(centre):
    rows = walk(60, 8000)
    rows = rows - (rows.mean(axis=0) if centre == "mean" else rows[-1])
    sizes = np.linalg.svd(rows, compute_uv=False) ** 2
    np.testing.assert_allclose(
        random_walk(60, 8000, centre)[:5], (sizes / sizes.sum())[:5], atol=1e-2
    )


def test_in_few_dimensions_it_is_simulated():
    shares = random_walk(400, 2)
    assert len(shares) == 2
    assert shares.sum() == pytest.approx(1)
    found = []
    for seed in range(300):
        rows = walk(400, 2, seed)
        sizes = np.linalg.svd(rows - rows.mean(axis=0), compute_uv=False) ** 2
        found.append(sizes[0] / sizes.sum())
    assert shares[0] == pytest.approx(np.mean(found), abs=0.015)
    assert shares[0] > 0.75  # far more than in many dimensions
    assert (random_walk(400, 2) == shares).all()


def test_many_snapshots_have_the_same_components(learnt, monkeypatch):
    history, evaluation = learnt
    every = plane_of([history], evaluation, PlaneOptions())
    monkeypatch.setattr(planes, "WHOLE", 5)
    some = plane_of([history], evaluation, PlaneOptions())
    np.testing.assert_allclose(some.directions, every.directions, atol=1e-10)
    np.testing.assert_allclose(some.basis.explained, every.basis.explained, atol=1e-12)


def test_several_walks_start_at_one_point():
    rows = np.concatenate([walk(40, 4000, seed) - walk(40, 4000, seed)[0] for seed in (1, 2)])
    sizes = np.linalg.svd(rows - rows.mean(axis=0), compute_uv=False) ** 2
    np.testing.assert_allclose(
        random_walk([40, 40], 4000)[:4], (sizes / sizes.sum())[:4], atol=0.02
    )


def kept(weights: np.ndarray, like: History) -> History:
    count = np.arange(float(len(weights)))
    return replace(like, weights=weights, step=count, epoch=count, batch_loss=count, lr=count)


def test_planes_that_are_none_are_refused(learnt):
    history, evaluation = learnt
    start, move = history.weights[0], np.random.default_rng(2).normal(size=(2, 22))
    line = start + np.arange(5.0)[:, None] * move[0]
    for weights, words in [
        (history.weights[:2], "3 snapshots, and there are 2"),
        (np.repeat(start[None], 5, axis=0), "never moved"),
        (line, "lie on a line"),
    ]:
        with pytest.raises(RenderError, match=words):
            plane_of([kept(weights, history)], evaluation, PlaneOptions())
    with pytest.raises(RenderError, match="both directions are"):
        plane_of([history], evaluation, PlaneOptions(("0.bias[1]", "0.bias[ 1]")))
    with pytest.raises(RenderError, match="parallel"):
        planes._independent(np.stack([move[0], -2 * move[0]]))
    with pytest.raises(RenderError, match="it is flat"):
        leading_eigenvectors(np.zeros_like, 5)
    for wrong in (PlaneOptions(centre="middle"), PlaneOptions(normalize="layer")):
        with pytest.raises(RenderError, match="is neither"):
            plane_of([history], evaluation, wrong)
    vectors = kept(history.weights * 0, history)
    with pytest.raises(RenderError, match="no filters"):
        plane_of([vectors], evaluation, PlaneOptions("random"))
    with pytest.raises(RenderError, match="none of pca"):
        plane_of([history], evaluation, PlaneOptions("tsne"))
