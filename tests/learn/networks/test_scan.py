"""Films' numbers of a network against direct evaluations by torch."""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from render.errors import RenderError, TruthError
from render.learn.networks import check, images, scan
from render.learn.networks.check import check_plane, check_rows
from render.learn.networks.evaluation import Evaluation
from render.learn.networks.planes import PlaneOptions, plane_of
from render.learn.networks.scan import drawn
from tests.learn.networks import nets
from tests.learn.networks.nets import (
    CROSS_ENTROPY,
    batches,
    convolution,
    directly,
    evaluation_of,
    mlp,
    quarters,
    trained,
)

G = 21


@pytest.fixture(scope="module")
def film():
    """A run of 22 weights in batches, with its evaluation, its recording and its landscape."""
    data, net = quarters(), mlp(2, 4, 2)
    history = trained(net, data, size=16)
    evaluation = Evaluation(net, CROSS_ENTROPY, batches(data, 16), [quarters(15)])
    (recording,), (landscape,) = drawn([history], [evaluation], PlaneOptions(), G)
    return history, evaluation, recording, landscape


def test_the_surface_is_the_loss_of_the_model(film):
    history, evaluation, recording, landscape = film
    plane = plane_of([history], evaluation, PlaneOptions())
    net = mlp(2, 4, 2)
    for row, column in [(0, 0), (7, 13), (11, 11), (20, 3)]:
        at = np.array([landscape.grid[0][column], landscape.grid[1][row]])
        expected = directly(net, plane.origin + at @ plane.directions, quarters())
        assert landscape.loss[row, column] == pytest.approx(expected, rel=1e-12)
    assert landscape.axes == recording.names == ("pc1", "pc2")
    assert recording.objective(recording.params) == pytest.approx(
        recording.projected.plane_loss, rel=5e-3
    )


def test_heights_are_losses_at_the_weights_themselves(film):
    history, evaluation, recording, _ = film
    net, projected = mlp(2, 4, 2), recording.projected
    expected = [directly(net, row, quarters()) for row in history.weights]
    np.testing.assert_allclose(recording.loss, expected, rtol=1e-12)
    unseen = [directly(net, row, quarters(15)) for row in history.weights]
    np.testing.assert_allclose(recording.validation_loss, unseen, rtol=1e-12)
    places = projected.between.shape[1]
    assert 1 <= places <= 8
    for row, k in [(0, 0), (5, places - 1), (11, 2)]:
        part = (k + 1) / (places + 1)
        mixed = (1 - part) * history.weights[row] + part * history.weights[row + 1]
        expected = directly(net, mixed, quarters())
        assert projected.between[row, k] == pytest.approx(expected, rel=1e-12)
        assert float(recording.losses(np.array(row + part))) == pytest.approx(expected, rel=1e-9)
        plane = plane_of([history], evaluation, PlaneOptions())
        shadow = plane.lift(plane.project(mixed[None]))[0]
        expected = directly(net, shadow, quarters())
        assert projected.plane_between[row, k] == pytest.approx(expected, rel=1e-12)
    off = plane.distance(history.weights)
    np.testing.assert_allclose(projected.distance, off, atol=1e-14)


def test_gradients_are_those_along_the_plane(film):
    history, evaluation, recording, _ = film
    plane = plane_of([history], evaluation, PlaneOptions())
    step = 1e-5
    for row in (0, 6):
        for k in (0, 1):
            places = [history.weights[row] + s * step * plane.directions[k] for s in (1, -1)]
            up, down = evaluation.losses(places)
            assert recording.grads[row, k] == pytest.approx((up - down) / (2 * step), rel=1e-6)
    norms = [np.linalg.norm(evaluation.gradient(row)) for row in history.weights]
    np.testing.assert_allclose(recording.projected.grad_norm, norms, rtol=1e-12)


def test_the_picture_holds_the_path(film):
    _, _, recording, landscape = film
    for k, axis in enumerate(landscape.grid):
        assert axis[0] < recording.params[:, k].min()
        assert axis[-1] > recording.params[:, k].max()
    assert landscape.loss.min() < landscape.ceiling
    assert landscape.ceiling >= recording.loss.max()
    assert landscape.minimum <= min(landscape.loss.min(), recording.projected.plane_loss.min())


def test_small_models_have_names_and_layers_have_images(film):
    history, evaluation, recording, _ = film
    projected = recording.projected
    assert projected.names[7] == "0.weight[3,1]"
    np.testing.assert_array_equal(projected.weights, history.weights)
    np.testing.assert_allclose(projected.gradients[4], evaluation.gradient(history.weights[4]))
    assert [(layer.name, layer.image.shape) for layer in projected.layers] == [
        ("0.weight", (13, 4, 2)),
        ("0.bias", (13, 1, 4)),
        ("2.weight", (13, 2, 4)),
        ("2.bias", (13, 1, 2)),
    ]
    np.testing.assert_array_equal(
        projected.layers[0].image[3], history.weights[3, :8].reshape(4, 2)
    )


def test_regions_are_the_classes_that_the_model_predicts(film):
    history, _, recording, _ = film
    projected, net = recording.projected, mlp(2, 4, 2)
    regions = projected.regions
    x, y = quarters()
    assert regions.x[0] < float(x[:, 0].min())
    assert regions.y[-1] > float(x[:, 1].max())
    directly(net, history.weights[9], (x, y))
    for i, j in [(0, 0), (63, 10), (30, 50)]:
        place = torch.tensor([[regions.x[j], regions.y[i]]])
        shares = torch.softmax(net(place), dim=1)[0].detach()
        assert regions.label[9, i, j] == int(shares.argmax())
        assert regions.certainty[9, i, j] == pytest.approx(255 * float(shares.max()), abs=0.51)
    hits = (net(x).argmax(dim=1) == y).double().mean()
    assert projected.accuracy[9] == pytest.approx(float(hits))


def test_block_means_keep_the_mean_and_the_order():
    matrix = np.arange(100.0 * 70).reshape(100, 70)
    small = images._block_means(matrix, 48)
    assert small.shape == (48, 48)
    assert (np.diff(small, axis=0) > 0).all()
    assert (np.diff(small, axis=1) > 0).all()
    assert small[0, 0] == matrix[:2, :1].mean()
    np.testing.assert_array_equal(images._block_means(matrix[:20, :30], 48), matrix[:20, :30])


def test_layers_of_a_large_model_stay_small(monkeypatch):
    net = convolution()
    layout = evaluation_of(net, nets.images()).layout
    weights = np.random.default_rng(0).normal(size=(5, layout.count))
    shown = images.layer_images(layout, weights)
    assert shown[0].image.shape == (5, 4, 9)
    assert shown[-2].image.shape == (5, 3, 48)
    monkeypatch.setattr(images, "MOST_BYTES", 5 * 8 * 200)
    small = images.layer_images(layout, weights)
    assert sum(layer.image.nbytes for layer in small) <= 5 * 8 * 200


def rescaled(weights: np.ndarray, layout) -> np.ndarray:
    """The first layer × 8 and the second ÷ 8: the same function of a net with ReLU."""
    other = weights.copy()
    parts = dict(zip(layout.names, layout.offsets, strict=False))
    ends = dict(zip(layout.names, layout.offsets[1:], strict=False))
    for name, factor in (("0.weight", 8.0), ("0.bias", 8.0), ("2.weight", 1 / 8)):
        other[..., parts[name] : ends[name]] *= factor
    return other


@pytest.mark.parametrize("normalize", ["filter", "none"])
def test_rescaled_layers_leave_a_filter_normalised_scan_as_it_is(normalize):
    data, net = quarters(), mlp(2, 6, 2, act=nn.ReLU)
    history = trained(net, data, steps=4)
    evaluation = evaluation_of(net, data)
    other = replace(history, weights=rescaled(history.weights, evaluation.layout))
    options = PlaneOptions("random", normalize=normalize, seed=3)
    extents = {"d1": (-1.0, 1.0), "d2": (-1.0, 1.0)}
    one, two = (
        drawn([each], [evaluation], options, G, extents)[1][0].loss for each in (history, other)
    )
    if normalize == "filter":
        np.testing.assert_allclose(one, two, rtol=1e-12)
    else:
        assert np.abs(one - two).max() > 1


def test_several_runs_share_a_plane_exactly():
    data = quarters()
    modules = [mlp(2, 4, 2), mlp(2, 4, 2)]
    histories = [
        trained(net, data, lr=lr, run=f"lr {lr}", steps=steps)
        for net, lr, steps in zip(modules, (0.1, 0.5), (8, 12), strict=True)
    ]
    evaluations = [evaluation_of(net, data) for net in modules]
    recordings, landscapes = drawn(histories, evaluations, PlaneOptions(), G)
    assert landscapes[0] is landscapes[1]
    assert (
        recordings[0].objective is recordings[1].objective
        or (
            recordings[0].objective(recordings[0].params)
            == recordings[1].objective(recordings[0].params)
        ).all()
    )
    every = np.concatenate([history.weights for history in histories])
    _, _, directions = np.linalg.svd(every - every.mean(axis=0), full_matrices=False)
    for history, recording in zip(histories, recordings, strict=True):
        expected = (history.weights - every.mean(axis=0)) @ directions[:2].T
        np.testing.assert_allclose(np.abs(recording.params), np.abs(expected), atol=1e-10)
        assert recording.run == history.run
    assert (recordings[0].params[0] == recordings[1].params[0]).all()  # one start, to the last bit
    assert recordings[0].loss[0] == recordings[1].loss[0]
    assert (recordings[1].params[-1] > 0).all()  # that of the run that ended lowest
    apart = drawn(histories, evaluations, PlaneOptions(), G, share=False, one_scale=True)[1]
    assert not np.allclose(apart[0].loss, apart[1].loss)
    assert apart[0].ceiling == apart[1].ceiling
    assert (apart[0].grid[0] == apart[1].grid[0]).all()


def test_runs_without_a_surface_in_common_are_refused():
    data = quarters()
    modules = [mlp(2, 4, 2), mlp(2, 4, 2, act=nn.ReLU), mlp(2, 5, 2)]
    histories = [trained(net, data, run=f"run {k}") for k, net in enumerate(modules)]
    evaluations = [evaluation_of(net, data) for net in modules]
    with pytest.raises(RenderError, match="no surface in common: the same weights"):
        drawn(histories[:2], evaluations[:2], PlaneOptions(), G)
    with pytest.raises(RenderError, match="'run 0' and 'run 2' can't race"):
        drawn(histories[::2], evaluations[::2], PlaneOptions(), G)
    with pytest.raises(RenderError, match="27 weights in 4 parameters, and the model trains 22"):
        drawn(histories[2:], evaluations[:1], PlaneOptions(), G)


def test_batch_norm_in_a_convolutional_net():
    data, net = nets.images(), convolution()
    history = trained(net, data, steps=6, lr=0.05)
    evaluation = evaluation_of(net, data)
    (recording,), _ = drawn([history], [evaluation], PlaneOptions(), G)
    other = convolution()
    for row in (0, 3, 6):
        own = {name: torch.tensor(values[row]) for name, values in history.buffers.items()}
        other.load_state_dict(own, strict=False)
        expected = directly(other, history.weights[row], data)
        assert recording.loss[row] == pytest.approx(expected, rel=1e-12)
    plane = plane_of([history], evaluation, PlaneOptions())
    on_plane = plane.lift(recording.params)  # with the buffers of the last snapshot
    expected = [directly(other, row, data) for row in on_plane]
    np.testing.assert_allclose(recording.projected.plane_loss, expected, rtol=1e-12)
    assert recording.projected.remarks == (*evaluation.remarks, scan.OWN_BUFFERS)
    assert len(evaluation.remarks) == 1  # of dropout
    assert recording.projected.regions is None
    assert net.training


def test_a_model_in_float32_and_weights_on_the_disk(tmp_path):
    data, net = quarters(dtype=torch.float32), mlp(2, 8, 2, dtype=torch.float32)
    history = trained(net, data)
    kept = np.memmap(tmp_path / "weights", np.float32, "w+", shape=history.weights.shape)
    kept[:] = history.weights
    evaluation = evaluation_of(net, data)
    there = replace(history, weights=kept)
    (recording,), _ = drawn([there], [evaluation], PlaneOptions(), G)
    assert recording.loss[3] == pytest.approx(directly(net, kept[3], data), rel=1e-6)
    assert recording.projected.plane_loss[3] == pytest.approx(
        float(recording.objective(recording.params[3])), rel=5e-3
    )
    assert not any("float32" in remark for remark in recording.projected.remarks)


@pytest.mark.parametrize("plane", ["random", "hessian", ("0.weight[0,0]", "2.bias[1]")])
def test_every_plane_holds_the_end_and_is_checked(film, plane):
    history, evaluation, _, _ = film
    (recording,), (landscape,) = drawn([history], [evaluation], PlaneOptions(plane), G)
    projected = recording.projected
    assert projected.plane_loss[-1] == pytest.approx(recording.loss[-1], rel=1e-12)
    assert projected.distance[-1] == pytest.approx(0, abs=1e-12)
    assert landscape.basis.axes == landscape.axes
    for k, axis in enumerate(landscape.grid):
        assert axis[0] < recording.params[:, k].min()
        assert axis[-1] > recording.params[:, k].max()


def test_a_wrong_surface_and_a_wrong_loss_are_found(film):
    history, evaluation, recording, landscape = film
    plane = plane_of([history], evaluation, PlaneOptions())
    check_plane(plane, evaluation, {}, landscape)
    turned = replace(plane, directions=plane.directions[::-1])
    with pytest.raises(TruthError, match="the surface is"):
        check_plane(turned, evaluation, {}, landscape)
    losses = recording.loss.copy()
    losses[-1] *= 1 + 1e-5
    check_rows(evaluation, history, recording.loss)
    with pytest.raises(TruthError, match="at step 12, but it should be"):
        check_rows(evaluation, history, losses)


def test_a_model_that_can_not_be_copied_is_checked_as_far_as_it_can(film):
    class Stubborn(nn.Linear):
        def __deepcopy__(self, memo):
            raise TypeError("never")

    data, net = quarters(), Stubborn(2, 2).double()
    evaluation = evaluation_of(net, data)
    assert check.direct_loss(evaluation)(np.zeros(6), {}) == pytest.approx(np.log(2))


def test_a_run_ends_before_a_loss_that_is_not_finite():
    data, net = quarters(), mlp(2, 4, 2)
    history = trained(net, data)
    weights = history.weights.copy()
    weights[9:, -1] = np.inf
    broken = replace(history, weights=weights)
    (recording,), _ = drawn([broken], [evaluation_of(net, data)], PlaneOptions(), G)
    assert recording.steps == 8
    assert recording.broke_off
    assert np.isnan(recording.batch_loss[-1])
    assert np.isnan(recording.lr[-1])
    assert len(recording.projected.step) == 9
    weights[1, 2] = np.inf
    (recording,), _ = drawn([broken], [evaluation_of(net, data)], PlaneOptions("random"), G)
    assert recording.steps == 0
    assert recording.projected.between.shape[0] == 0
    weights[0, 0] = np.nan
    with pytest.raises(RenderError, match="not finite at the start of the run 'run'"):
        drawn([broken], [evaluation_of(net, data)], PlaneOptions(), G)


def test_a_run_that_flies_off_has_the_plane_of_its_rows_before():
    """Its last rows are a million times farther out, on a line: no second component is left."""
    data, net = quarters(), mlp(2, 4, 2, act=nn.ReLU)
    history = trained(net, data)
    away = np.ones(history.count)
    weights = np.concatenate(
        [history.weights, history.weights[-1] + np.outer(4.0 ** np.arange(2, 20), away)]
    )
    rows = np.arange(len(weights), dtype=float)
    longer = replace(
        history, weights=weights, step=rows, epoch=rows,
        batch_loss=np.full(len(rows), np.nan), lr=np.full(len(rows), 0.1),
        buffers={}, gradients=None,
    )  # fmt: skip
    evaluation = evaluation_of(net, data)
    (recording,), (landscape,) = drawn([longer], [evaluation], PlaneOptions(), G)
    assert recording.last == len(rows) - 1
    assert recording.loss[-1] > 1e6 * recording.loss[0]
    kept = int(landscape.basis.snapshots)
    assert len(history.weights) <= kept < len(history.weights) + 3
    assert landscape.basis.explained[1] > 1e-3
    alone = plane_of([replace(longer, weights=weights[:kept])], evaluation, PlaneOptions())
    np.testing.assert_allclose(recording.params[:kept], alone.project(weights[:kept]), atol=1e-9)


def test_places_without_a_loss_are_left_out():
    data, net = quarters(), mlp(2, 3, 2)
    history = trained(net, data)

    def steep(predicted, y):
        return CROSS_ENTROPY(predicted, y) / (predicted.abs().max() < 3).double()

    evaluation = evaluation_of(net, data, steep)
    options = PlaneOptions("random", seed=1)
    (recording,), (landscape,) = drawn(
        [history], [evaluation], options, G, {"d1": (-4.0, 4.0), "d2": (-4.0, 4.0)}
    )
    assert landscape.missing is not None
    assert 0 < landscape.missing.sum() < G * G
    assert np.isfinite(landscape.loss).all()
    hole = np.argwhere(landscape.missing > 0)[0]
    at = np.array([landscape.grid[0][hole[1]], landscape.grid[1][hole[0]]])
    assert np.isnan(recording.objective(at))


def test_progress_ends_with_all_of_it(film):
    history, evaluation, *_ = film
    calls: list[tuple[int, int]] = []
    drawn([history], [evaluation], PlaneOptions(), G, progress=lambda *at: calls.append(at))
    assert calls == sorted(calls)
    assert calls[-1][0] == calls[-1][1]
    assert len(calls) > G

    def interrupted(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        drawn([history], [evaluation], PlaneOptions(), G, progress=interrupted)
    assert copy.deepcopy(evaluation.module).training


def test_given_extents_are_kept(film):
    history, evaluation, *_ = film
    extents = {"pc1": (-2.0, 3.0), "pc2": "auto"}
    _, (landscape,) = drawn([history], [evaluation], PlaneOptions(), G, extents, True)
    assert landscape.grid[0][[0, -1]].tolist() == [-2, 3]
    assert landscape.log
