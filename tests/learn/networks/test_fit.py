"""What a network predicts over its data, against the module itself."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from render.learn.networks import fit
from render.learn.networks.evaluation import Evaluation
from tests.learn.networks.nets import convolution, evaluation_of, images, mlp, quarters, trained

MSE = nn.functional.mse_loss


def directly(module, weights, x):
    nn.utils.vector_to_parameters(torch.tensor(np.array(weights)), module.parameters())
    with torch.no_grad():
        return module(x).numpy().reshape(-1)


@pytest.mark.parametrize("features", [1, 3])
def test_predictions_are_those_of_the_module_at_every_kept_snapshot(features, monkeypatch):
    monkeypatch.setattr(fit, "MOST_POINTS", 12)
    x = torch.rand(30, features, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    data = x, x.square().sum(dim=1, keepdim=True)
    module = mlp(features, 5, 1)
    history = trained(module, data, MSE)
    found = fit.predictions(evaluation_of(module, data, MSE), history.weights, history.buffers)
    assert len(found.chosen) == len(set(found.chosen)) == 12
    assert {0, 29} <= set(found.chosen)
    assert (found.along is None) is (features == 3)
    for row, weights in enumerate(history.weights):
        expected = directly(module, weights, x[found.chosen])
        np.testing.assert_allclose(found.at_points[row], expected, rtol=1e-12)
        if features == 1:
            places = torch.tensor(found.inputs)[:, None]
            np.testing.assert_allclose(found.along[row], directly(module, weights, places))
    if features == 1:
        assert (found.inputs[0], found.inputs[-1]) == (float(x.min()), float(x.max()))


class Flat(nn.Module):
    """Takes numbers (N,) and gives numbers (N,)."""

    def __init__(self):
        super().__init__()
        self.inner = mlp(1, 3, 1)

    def forward(self, x):
        return self.inner(x[:, None])[:, 0]


class Whole(Flat):
    """A model that takes nothing but its own batches."""

    def forward(self, x):
        return super().forward(x.reshape(8))


def test_only_where_a_number_is_predicted_for_a_row_of_numbers():
    x = torch.linspace(-1, 1, 8, dtype=torch.float64)

    def found(module, data, loss=MSE):
        evaluation = Evaluation(module, loss, [data])
        weights = nn.utils.parameters_to_vector(module.parameters()).detach().numpy()[None]
        return fit.predictions(evaluation, weights, {})

    flat = found(Flat(), (x, x.abs()))
    assert flat.along.shape == (1, fit.PLACES)
    assert found(Whole(), (x, x.abs())) is None
    assert found(mlp(1, 3, 2), (x[:, None], torch.stack([x, x], dim=1))) is None
    assert found(mlp(2, 3, 2), quarters(), nn.functional.cross_entropy) is None
    module, data = convolution(), images()
    buffers = {name: b.numpy()[None] for name, b in module.named_buffers()}
    weights = nn.utils.parameters_to_vector(module.parameters()).detach().numpy()[None]
    evaluation = evaluation_of(module, data)
    assert fit.predictions(evaluation, weights, buffers) is None
