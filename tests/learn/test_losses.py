"""Every loss against torch.nn.functional, finite differences and its own flags."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from pydantic import TypeAdapter, ValidationError

from render import registry
from render.learn.losses.cross_entropy import CrossEntropy
from render.learn.losses.huber import Huber
from render.learn.losses.mae import Mae
from render.learn.losses.mse import Mse

FOLDER = "learn/losses"
NAMES = registry.names(FOLDER)
THEIRS = [
    ("mse", {}, F.mse_loss),
    ("half_mse", {}, lambda p, y: F.mse_loss(p, y) / 2),
    ("mae", {}, F.l1_loss),
    ("huber", {}, F.huber_loss),
    ("huber", {"delta": 0.3}, lambda p, y: F.huber_loss(p, y, delta=0.3)),
    ("cross_entropy", {}, F.binary_cross_entropy),
]


def probabilities(points: int = 40) -> tuple[torch.Tensor, torch.Tensor]:
    """Predictions in (0, 1) and labels of 0 and 1, which suit every loss."""
    generator = torch.Generator().manual_seed(3)
    yhat = 0.02 + 0.96 * torch.rand(points, 1, generator=generator, dtype=torch.float64)
    return yhat, (torch.arange(points).view(-1, 1) % 3 == 0).double()


def scattered() -> tuple[torch.Tensor, torch.Tensor]:
    """Predictions and labels on both sides of Huber's delta."""
    generator = torch.Generator().manual_seed(4)
    return tuple(3 * torch.randn(40, 1, generator=generator, dtype=torch.float64) for _ in "py")


def test_every_loss_is_compared():
    assert {name for name, *_ in THEIRS} == set(NAMES)


@pytest.mark.parametrize(("name", "options", "theirs"), THEIRS)
def test_a_loss_and_its_gradient_equal_torchs(name, options, theirs):
    loss = registry.member(FOLDER, name)(**options)
    for yhat, y in [probabilities()] + [scattered()] * (name != "cross_entropy"):
        results = []
        for function in (loss, theirs):
            p = yhat.clone().requires_grad_()
            value = function(p, y)
            value.backward()
            results.append((value.item(), p.grad))
        (ours, slope), (expected, their_slope) = results
        assert ours == pytest.approx(expected, rel=1e-12)
        torch.testing.assert_close(slope, their_slope, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_gradients_equal_finite_differences(name):
    loss, h = registry.member(FOLDER, name)(), 1e-6
    yhat, y = probabilities()
    p = yhat.clone().requires_grad_()
    loss.pointwise(p, y).sum().backward()
    difference = (loss.pointwise(yhat + h, y) - loss.pointwise(yhat - h, y)) / (2 * h)
    torch.testing.assert_close(p.grad, difference, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", NAMES)
def test_arrays_give_what_tensors_give_and_broadcast(name):
    loss = registry.member(FOLDER, name)()
    yhat, y = probabilities()
    ours = loss.pointwise(yhat.numpy(), y.numpy().T)
    assert ours.shape == (40, 40)
    np.testing.assert_allclose(ours, loss.pointwise(yhat, y.T), rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("name", NAMES)
def test_the_quadratic_flag_is_the_factor_of_the_square(name):
    loss = registry.member(FOLDER, name)()
    yhat, y = probabilities() if name == "cross_entropy" else scattered()
    ratio = loss.pointwise(yhat, y) / (yhat - y) ** 2
    if loss.quadratic is None:
        assert ratio.max() / ratio.min() > 1.01
    else:
        torch.testing.assert_close(ratio, torch.full_like(ratio, loss.quadratic))


@pytest.mark.parametrize("name", NAMES)
def test_a_loss_is_convex_in_the_prediction(name):
    loss = registry.member(FOLDER, name)()
    generator = torch.Generator().manual_seed(5)
    a, b = torch.rand(2, 200, generator=generator, dtype=torch.float64)
    y = (torch.arange(200) % 2).double()
    middle = loss.pointwise((a + b) / 2, y)
    assert (middle <= (loss.pointwise(a, y) + loss.pointwise(b, y)) / 2 + 1e-12).all()


def test_only_a_loss_without_a_kink_is_smooth():
    assert [name for name in NAMES if not registry.member(FOLDER, name).smooth] == ["mae"]
    p = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    Mae()(p, torch.zeros(1)).backward()
    assert p.grad.item() == 0  # at the kink


def test_huber_is_squared_up_to_delta_and_straight_beyond():
    errors = torch.tensor([0.0, 0.5, 2.0, 3.0, -5.0], dtype=torch.float64)
    expected = [0, 0.125, 2, 4, 8]
    assert Huber(delta=2).pointwise(errors, 0 * errors).tolist() == expected


def test_cross_entropy_of_a_wrong_certainty_is_finite():
    worst = CrossEntropy().pointwise(np.array([0.0, 1.0]), np.array([1.0, 0.0]))
    np.testing.assert_allclose(worst, -math.log(1e-16))


def test_penalties_are_of_the_trained_parameters():
    params = torch.tensor([[1.0, -2.0], [0.5, 0.0]], dtype=torch.float64)
    loss = Mse(l1=0.1, l2=0.01)
    np.testing.assert_allclose(loss.penalty(params), [0.35, 0.0525])
    np.testing.assert_allclose(loss.penalty(params.numpy()), [0.35, 0.0525])
    assert Mse().penalty(params) == 0


REFUSED = [
    ("huber", {"delta": 0}),
    ("mse", {"l1": -1}),
    ("mse", {"delta": 1}),
    ("mae", {"l2": "much"}),
]


@pytest.mark.parametrize(("name", "options"), REFUSED)
def test_an_option_out_of_range_is_refused(name, options):
    with pytest.raises(ValidationError):
        TypeAdapter(registry.member(FOLDER, name)).validate_python(options)
