"""Beginners' mistakes, made on purpose and exactly as PyTorch makes them."""

import numpy as np
import pytest
import torch

from render.errors import RenderError
from render.learn.loop import column, train
from tests.learn.labs import lab

KEEP = "training.zero_grad=false"
BROADCAST = "loss={kind: mse, broadcast: true}"


def run(*sets):
    """The slope lab for seven steps, and its data."""
    spec = lab("slope", "training.epochs=7", *sets)
    dataset = spec.dataset.make(spec.seed)
    return dataset, train(spec, dataset)


def lecture(dataset, steps, zero_grad=True, criterion=lambda yhat, y: ((yhat - y) ** 2).mean()):
    """The lecture's loop, with the mistake made for real: w, gradient and loss of each step."""
    x, y = column(dataset.x), column(dataset.y)
    w = torch.tensor(-10.0, dtype=torch.float64, requires_grad=True)
    rows = []
    for _ in range(steps):
        loss = criterion(w * x, y)
        loss.backward()
        rows.append((w.item(), w.grad.item(), loss.item()))
        w.data = w.data - 0.1 * w.grad.data
        if zero_grad:
            w.grad.zero_()
    return np.array(rows).T


def test_gradients_that_are_never_cleared_swing_the_line_to_and_fro():
    _, recording = run(KEEP)
    w = [-10, -5.79, 0.094, 4.13, 3.89, -0.48, -6.36, -10.2]
    np.testing.assert_allclose(recording.params[:, 0], w, atol=0.02)
    np.testing.assert_allclose(recording.loss, [147, 24, 29, 152, 142, 19, 34, 157], atol=0.5)


def test_uncleared_gradients_are_those_of_the_lecture_s_loop_without_zero():
    dataset, recording = run(KEEP)
    w, gradient, loss = lecture(dataset, 7, zero_grad=False)
    np.testing.assert_allclose(recording.params[:7, 0], w, rtol=1e-12)
    np.testing.assert_allclose(recording.grads[:7, 0], gradient, rtol=1e-12)
    np.testing.assert_allclose(recording.loss[:7], loss, rtol=1e-12)
    assert not recording.plain


def test_the_end_has_the_true_gradient_even_if_none_was_cleared():
    dataset, recording = run(KEEP)
    end = recording.params[-1, 0]
    true = (2 * (end * dataset.x - dataset.y) * dataset.x).mean()
    assert recording.grads[-1, 0] == pytest.approx(true, rel=1e-12)


def test_uncleared_gradients_are_a_heavy_ball_without_friction():
    dataset, recording = run(KEEP)
    w = torch.tensor(-10.0, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.1, momentum=1.0)
    x, y = column(dataset.x), column(dataset.y)
    path = [w.item()]
    for _ in range(7):
        optimizer.zero_grad()
        ((w * x - y) ** 2).mean().backward()
        optimizer.step()
        path.append(w.item())
    np.testing.assert_allclose(recording.params[:, 0], path, rtol=1e-12)


def test_broadcast_labels_teach_the_mean_and_the_loss_stays_high():
    _, recording = run(BROADCAST)
    np.testing.assert_allclose(
        recording.params[:5, 0], [-10, -4.00, -1.60, -0.64, -0.26], atol=0.005
    )
    longer = lab("slope", "training.epochs=60", BROADCAST)
    end = train(longer, longer.dataset.make(longer.seed)).loss[-1]
    assert end == pytest.approx(26.90, abs=0.005)


def test_a_broadcast_loss_is_that_of_the_tensor_of_all_pairs():
    dataset, recording = run(BROADCAST)

    def mistake(yhat, y):
        pairs = yhat - y.view(-1)
        assert pairs.shape == (60, 60)
        return (pairs**2).mean()

    w, gradient, loss = lecture(dataset, 7, criterion=mistake)
    np.testing.assert_allclose(recording.params[:7, 0], w, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(recording.grads[:7, 0], gradient, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(recording.loss[:7], loss, rtol=1e-12)


def test_the_surface_of_a_broadcast_loss_goes_through_the_recorded_losses():
    _, recording = run(BROADCAST, "model.bias={value: 2, frozen: false}", "scene=slope_bias")
    steps = np.arange(recording.steps + 1, dtype=float)
    surface = recording.objective(recording.values(steps))
    np.testing.assert_allclose(surface, recording.loss, rtol=1e-12)


def test_a_broadcast_loss_claims_no_least_squares():
    plain, wrong = lab("slope").loss, lab("slope", BROADCAST).loss
    assert (plain.quadratic, wrong.quadratic) == (1.0, None)


def test_too_many_points_are_not_broadcast():
    spec = lab("slope", BROADCAST, "dataset.x={start: 0, stop: 5001, step: 1}")
    with pytest.raises(RenderError, match=r"5,001 × 5,001 errors.*at most 5,000 points"):
        train(spec, spec.dataset.make(spec.seed))
