"""Losses, gradients and classes at any weights against torch itself and finite differences."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import nn

from render.errors import RenderError
from render.learn.networks.check import direct_loss
from render.learn.networks.evaluation import Evaluation
from render.learn.networks.layout import Layout
from tests.learn.networks.nets import (
    CROSS_ENTROPY,
    batches,
    convolution,
    directly,
    evaluation_of,
    images,
    mlp,
    quarters,
    trained,
)


def places(count: int, seed: int = 5, number: int = 4) -> np.ndarray:
    """Weights (M, P)."""
    return 0.6 * np.random.default_rng(seed).normal(size=(number, count))


def test_losses_are_those_of_torch_together_or_alone():
    data, net = quarters(), mlp(2, 6, 2)
    evaluation = evaluation_of(net, data)
    rows = places(evaluation.layout.count, number=140)
    expected = [directly(copy.deepcopy(net), row, data) for row in rows]
    np.testing.assert_allclose(evaluation.losses(rows), expected, rtol=1e-12)
    np.testing.assert_allclose([evaluation.loss(row) for row in rows[:5]], expected[:5], rtol=1e-12)


def test_batches_count_by_their_size():
    data, net = quarters(41), mlp(2, 5, 2)
    whole = evaluation_of(net, data)
    parts = Evaluation(net, CROSS_ENTROPY, batches(data, 16))
    alone = Evaluation(net, CROSS_ENTROPY, [(list(x), y) for x, y in batches(data, 16)])
    assert len(alone.batches) == 3
    weights = places(whole.layout.count)[0]
    assert parts.loss(weights) == pytest.approx(whole.loss(weights), rel=1e-12)
    assert parts.accuracy(weights) == whole.accuracy(weights)
    np.testing.assert_allclose(parts.gradient(weights), whole.gradient(weights), atol=1e-14)


def test_a_loss_that_depends_on_its_batches_keeps_them():
    data, net = quarters(40), mlp(2, 5, 2)

    def spread(predicted, y):
        return predicted.var() + CROSS_ENTROPY(predicted, y)

    evaluation = Evaluation(net, spread, batches(data, 10))
    weights = places(evaluation.layout.count)[0]
    each = [directly(net, weights, part, spread) for part in batches(data, 10)]
    assert evaluation.loss(weights) == pytest.approx(np.mean(each), rel=1e-12)


@pytest.mark.parametrize("build", [lambda: mlp(2, 4, 3, 2), convolution], ids=["mlp", "conv"])
def test_gradients_and_hessian_products_are_differences_of_losses(build):
    net = build()
    data = quarters() if isinstance(net[0], nn.Linear) else images()
    net[0].weight.data *= 1.5
    evaluation = evaluation_of(net, data)
    weights = evaluation.layout.vector(net).numpy()
    direction = places(evaluation.layout.count, 8)[0]
    gradient = evaluation.gradient(weights)
    step = 1e-5
    up, down = evaluation.losses([weights + step * direction, weights - step * direction])
    assert gradient @ direction == pytest.approx((up - down) / (2 * step), rel=1e-6)
    step = 1e-6
    slopes = [evaluation.gradient(weights + sign * step * direction) for sign in (1, -1)]
    product = evaluation.hessian_product(weights, direction)
    expected = (slopes[0] - slopes[1]) / (2 * step)
    np.testing.assert_allclose(product, expected, atol=1e-5 * np.abs(expected).max())


def test_the_user_s_model_and_random_numbers_are_as_they_were():
    net, data = convolution(), images()
    net.train()
    net[3].eval()
    net[0].weight.grad = torch.ones_like(net[0].weight)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    random = torch.random.get_rng_state()
    evaluation = evaluation_of(net, data)
    weights = places(evaluation.layout.count)
    evaluation.losses(weights)
    evaluation.gradient(weights[0])
    evaluation.measured(weights[0])
    evaluation.check_reproducible(weights[0])
    evaluation.hessian_product(weights[0], weights[1])
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())
    assert [m.training for m in net] == [True, True, True, False, True, True, True]
    assert torch.equal(net[0].weight.grad, torch.ones_like(net[0].weight))
    assert net[4].weight.grad is None
    assert torch.equal(random, torch.random.get_rng_state())


@pytest.mark.parametrize("setting", ["inference", "no_grad", "dtype", "deterministic"])
def test_a_session_s_settings_change_nothing(setting):
    net, data = mlp(2, 4, 2), quarters()
    expected = evaluation_of(net, data)
    weights = places(expected.layout.count)[0]
    loss, slopes = expected.loss(weights), expected.gradient(weights)
    dtype = torch.get_default_dtype()
    try:
        if setting == "dtype":
            torch.set_default_dtype(torch.float64)
        if setting == "deterministic":
            torch.use_deterministic_algorithms(True)
        mode = torch.inference_mode if setting == "inference" else torch.no_grad
        with mode():
            evaluation = evaluation_of(net, quarters())
            assert evaluation.loss(weights) == loss
            assert (evaluation.gradient(weights) == slopes).all()
    finally:
        torch.set_default_dtype(dtype)
        torch.use_deterministic_algorithms(False)


def test_each_row_has_its_own_buffers():
    net, data = convolution(), images()
    history = trained(net, data, steps=6)
    evaluation = evaluation_of(net, data)
    for row in (0, 3, 6):
        buffers = {name: values[row] for name, values in history.buffers.items()}
        other = convolution()
        other.load_state_dict({n: torch.tensor(b) for n, b in buffers.items()}, strict=False)
        expected = directly(other, history.weights[row], data)
        assert evaluation.loss(history.weights[row], buffers) == pytest.approx(expected, rel=1e-12)
    first = {name: values[0] for name, values in history.buffers.items()}
    last = evaluation.loss(history.weights[-1])
    assert evaluation.loss(history.weights[-1], first) != pytest.approx(last, rel=1e-3)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_evaluated_in_float32_and_said(dtype):
    data = quarters(dtype=dtype)
    net = mlp(2, 4, 2, dtype=dtype)
    evaluation = evaluation_of(net, data)
    assert evaluation.dtype == torch.float32
    assert any("float32" in remark for remark in evaluation.remarks)
    weights = evaluation.layout.vector(net).float().numpy()
    wide = (data[0].float(), data[1])
    assert evaluation.loss(weights) == pytest.approx(
        directly(copy.deepcopy(net).float(), weights, wide), rel=1e-6
    )
    assert direct_loss(evaluation)(weights, {}) == pytest.approx(evaluation.loss(weights), rel=1e-6)
    assert next(net.parameters()).dtype == dtype


def test_frozen_and_shared_parameters_stay_what_they_are():
    net, data = mlp(2, 3, 3, 2), quarters()
    net[0].weight.requires_grad_(False)
    net[4].bias = net[2].bias = nn.Parameter(torch.zeros(2, dtype=torch.float64))
    net[2] = nn.Linear(3, 3).double()
    layout = Layout.of(net)
    assert layout.names == ("0.bias", "2.weight", "2.bias", "4.weight", "4.bias")
    evaluation = evaluation_of(net, data)
    weights = evaluation.layout.vector(net).numpy()
    with torch.no_grad():
        assert evaluation.loss(weights) == float(CROSS_ENTROPY(net(data[0]), data[1]))

    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.one = nn.Linear(2, 2).double()
            self.other = self.one

        def forward(self, x):
            return self.other(self.one(x))

    twice = Twice()
    shared = evaluation_of(twice, data)
    assert shared.layout.count == 6
    place = places(6)[0]
    assert shared.loss(place) == pytest.approx(directly(twice, place, data), rel=1e-12)


@pytest.mark.parametrize(
    ("module", "said"),
    [
        (nn.Dropout(0.3), True),
        (nn.Dropout(0.0), False),
        (nn.LSTM(2, 2, num_layers=2, dropout=0.1), True),
        (nn.Tanh(), False),
    ],
)
def test_dropout_is_told(module, said):
    net = nn.Sequential(nn.Linear(2, 2), module).double()
    assert bool(evaluation_of(net, quarters()).remarks) == said


def randomly(predicted, y):
    return CROSS_ENTROPY(nn.functional.dropout(predicted, 0.5, training=True), y)


def several(predicted, y):
    return nn.functional.cross_entropy(predicted, y, reduction="none")


def test_a_loss_that_is_not_reproducible_is_refused():
    evaluation = evaluation_of(mlp(2, 4, 2), quarters(), randomly)
    with pytest.raises(RenderError, match="random even in eval mode"):
        evaluation.check_reproducible(places(evaluation.layout.count)[0])
    calm = evaluation_of(convolution(), images())
    calm.check_reproducible(places(calm.layout.count)[0])


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (several, "one real number"),
        (lambda predicted, y: 1.0, "must be a tensor"),
        (lambda predicted, y: predicted.nothing, "can't be computed"),
    ],
)
def test_a_loss_that_is_none_is_refused(loss, words):
    evaluation = evaluation_of(mlp(2, 4, 2), quarters(), loss)
    with pytest.raises(RenderError, match=words):
        evaluation.loss(places(evaluation.layout.count)[0])


def test_a_penalty_is_that_of_the_weights_at_each_place():
    net, data = mlp(2, 4, 2), quarters()

    def penalised(predicted, y):
        return CROSS_ENTROPY(predicted, y) + sum(p.square().sum() for p in net.parameters())

    evaluation = evaluation_of(net, data, penalised)
    rows = places(evaluation.layout.count, number=3)
    bare = [directly(copy.deepcopy(net), row, data) for row in rows]
    np.testing.assert_allclose(evaluation.losses(rows), bare + (rows**2).sum(axis=1), rtol=1e-12)
    assert evaluation.tied
    step, move = 1e-5, rows[1]
    up, down = evaluation.losses([rows[0] + step * move, rows[0] - step * move])
    slope = evaluation.gradient(rows[0]) @ move
    assert slope == pytest.approx((up - down) / (2 * step), rel=1e-6)


def test_a_penalty_is_not_in_the_loss_over_the_validation_set():
    net, data = mlp(2, 4, 2), quarters()
    bare = Evaluation(net, CROSS_ENTROPY, [data], [data])
    whole = Evaluation(
        net, CROSS_ENTROPY, [data], [data], penalty=lambda w: 0.1 * w.abs().sum() + w.square().sum()
    )
    row, move = places(bare.layout.count)[:2]
    added = 0.1 * np.abs(row).sum() + (row**2).sum()
    assert whole.measured(row)[0] == pytest.approx(bare.loss(row) + added, rel=1e-12)
    expected = bare.losses([row] * 3) + added
    np.testing.assert_allclose(whole.losses([row] * 3), expected, rtol=1e-12)
    assert whole.measured(row, validation=True) == bare.measured(row, validation=True)
    expected = bare.gradient(row) + 0.1 * np.sign(row) + 2 * row
    np.testing.assert_allclose(whole.gradient(row), expected, atol=1e-12)
    expected = bare.hessian_product(row, move) + 2 * move
    np.testing.assert_allclose(whole.hessian_product(row, move), expected, atol=1e-12)
    assert direct_loss(whole)(row, {}) == pytest.approx(whole.loss(row), rel=1e-12)


def test_trained_tensors_beside_the_model_are_refused():
    net, data = mlp(2, 4, 2), quarters()
    held = [*net.parameters()]

    def stale(predicted, y):
        return CROSS_ENTROPY(predicted, y) + sum(p.square().sum() for p in held)

    with pytest.raises(RenderError, match="not the model's parameters"):
        evaluation_of(net, data, stale).loss(np.zeros(22))


def test_attention_has_a_hessian():
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Unflatten(1, (1, 2)),
        nn.TransformerEncoderLayer(2, 1, 3, dropout=0.1, batch_first=True),
        nn.Flatten(),
    ).double()
    evaluation = evaluation_of(net, quarters())
    weights = evaluation.layout.vector(net).numpy()
    move, step = places(evaluation.layout.count)[0], 1e-6
    slopes = [evaluation.gradient(weights + sign * step * move) for sign in (1, -1)]
    expected = (slopes[0] - slopes[1]) / (2 * step)
    product = evaluation.hessian_product(weights, move)
    np.testing.assert_allclose(product, expected, atol=1e-5 * np.abs(expected).max())


def test_what_can_not_be_evaluated_is_refused():
    data, net = quarters(), mlp(2, 4, 2)
    evaluation = evaluation_of(net, data)
    with pytest.raises(RenderError, match="the model trains 22"):
        evaluation.loss(np.zeros(7))
    with pytest.raises(RenderError, match="no points"):
        Evaluation(net, CROSS_ENTROPY, [])
    with pytest.raises(RenderError, match="no buffer 'mean'"):
        evaluation.loss(np.zeros(22), {"mean": np.zeros(3)})
    with pytest.raises(RenderError, match="can't be evaluated"):
        evaluation_of(net, (torch.zeros(3, 5).double(), torch.zeros(3).long())).loss(np.zeros(22))
    with pytest.raises(RenderError, match="does not depend"):
        evaluation_of(net, data, lambda p, y: torch.ones(())).gradient(np.zeros(22))
    with pytest.raises(RenderError, match="without a shape"):
        evaluation_of(nn.Sequential(nn.LazyLinear(2)), data)
    with pytest.raises(RenderError, match="no trainable parameters"):
        evaluation_of(net.requires_grad_(False), data)


LINE = torch.linspace(-1, 1, 8, dtype=torch.float64)[:, None]
ABOVE = (LINE > 0.1).double()


@pytest.mark.parametrize(
    ("net", "loss", "y"),
    [
        (nn.Sequential(nn.Linear(1, 1)), nn.BCEWithLogitsLoss(), ABOVE),
        (nn.Sequential(nn.Linear(1, 1), nn.Sigmoid()), nn.BCELoss(), ABOVE),
        (nn.Sequential(nn.Linear(1, 1)), nn.SoftMarginLoss(), 2 * ABOVE - 1),
        (nn.Sequential(nn.Linear(1, 2)), nn.CrossEntropyLoss(), ABOVE[:, 0].long()),
        (
            nn.Sequential(nn.Linear(1, 2)),
            nn.CrossEntropyLoss(),
            nn.functional.one_hot(ABOVE[:, 0].long(), 2).double(),
        ),
    ],
    ids=["logit", "probability", "margin", "columns", "one_hot"],
)
def test_accuracy_is_the_share_of_points_on_their_side(net, loss, y):
    evaluation = Evaluation(net.double(), loss, [(LINE, y)])
    # x − 0.3 decides: of eight points only x = 1/7 has the label of the other side.
    weights = [4, -1.2] if evaluation.layout.count == 2 else [-2, 2, 0.6, -0.6]
    assert evaluation.accuracy(np.array(weights, float)) == pytest.approx(7 / 8)
    classes = evaluation.classes(np.array(weights, float))
    label, share = classes.chosen(evaluation.predictions(np.array(weights, float), None, LINE))
    assert label.tolist() == [0, 0, 0, 0, 0, 1, 1, 1]
    margin = 1 / (1 + np.exp(-np.abs(4 * LINE[:, 0].numpy() - 1.2)))
    np.testing.assert_allclose(share, margin, rtol=1e-12)


def test_there_is_no_accuracy_of_a_regression():
    net = nn.Sequential(nn.Linear(1, 1)).double()
    evaluation = Evaluation(net, nn.MSELoss(), [(LINE, LINE**2)], [(LINE, LINE)])
    assert evaluation.accuracy(np.zeros(2)) is None
    assert evaluation.measured(np.zeros(2), validation=True)[0] == pytest.approx(
        float((LINE**2).mean())
    )


def test_single_weights_have_names():
    layout = Layout.of(mlp(2, 3, 2))
    labels = layout.labels()
    assert labels[:3] == ("0.weight[0,0]", "0.weight[0,1]", "0.weight[1,0]")
    assert [layout.place(name) for name in labels] == [*range(17)]
    for wrong in ("weight[0,0]", "0.weight[3,0]", "0.weight[0]", "0.weight", "0.bias[x]"):
        with pytest.raises(RenderError, match="landscape"):
            layout.place(wrong)
