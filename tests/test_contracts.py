"""What every member of every extension folder keeps to; a new file joins by itself."""

from __future__ import annotations

import copy
import dataclasses
import inspect

import numpy as np
import pytest
import torch

from render import registry
from render.draw.panels.base import DrawnPanel
from render.encode.base import Format
from render.learn.datasets.base import DatasetKind
from render.learn.functions.base import NamedFunction
from render.learn.losses.base import Loss
from render.learn.models.base import Model
from render.learn.optimizers.base import Optimizer
from render.learn.schedules.base import Schedule

FOLDERS = {
    "learn/datasets": DatasetKind,
    "learn/functions": NamedFunction,
    "learn/models": Model,
    "learn/losses": Loss,
    "learn/optimizers": Optimizer,
    "learn/schedules": Schedule,
    "encode/formats": Format,
    "draw/panels": DrawnPanel,
}
MEMBERS = [(folder, name) for folder in FOLDERS for name in registry.names(folder)]
OPTIMIZERS = registry.names("learn/optimizers")
SCHEDULES = registry.names("learn/schedules")
LOSSES = registry.names("learn/losses")
MODELS = registry.names("learn/models")


@pytest.mark.parametrize(("folder", "name"), MEMBERS)
def test_a_member_is_a_documented_class_of_its_kind_with_defaults(folder, name):
    cls = registry.member(folder, name)
    assert issubclass(cls, FOLDERS[folder])
    assert not inspect.isabstract(cls)
    assert registry.name_of(cls) == name
    assert cls.__dict__["__doc__"].strip()
    assert inspect.getmodule(cls).__doc__
    cls()


@pytest.mark.parametrize(("folder", "name"), [m for m in MEMBERS if m[0] != "draw/panels"])
def test_a_strategy_is_frozen(folder, name):
    strategy = registry.member(folder, name)()
    for field in dataclasses.fields(strategy):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(strategy, field.name, None)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_changes_nothing_it_is_given(name):
    optimizer = registry.member("learn/optimizers", name)()
    params, grads = torch.tensor([3.0, -1.0]), torch.tensor([2.0, -0.5])
    state = optimizer.init(params, lambda p: torch.eye(2))
    for _ in range(2):  # the second step has a past
        before = copy.deepcopy((params, grads, state))
        new, after = optimizer.step(params, grads, state, optimizer.lr)
        assert same(before, (params, grads, state))
        assert new.shape == params.shape
        assert (new - params).dot(grads) < 0  # against the gradient
        params, state = new, after


def same(one, other):
    """Whether two nests of tuples, tensors and numbers are equal."""
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return torch.equal(one, other) if isinstance(one, torch.Tensor) else one == other


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_gives_a_finite_factor_for_every_epoch(name):
    schedule = registry.member("learn/schedules", name)()
    for epochs in (1, 40):
        factors = [schedule.factor(epoch, epochs) for epoch in range(epochs)]
        assert all(isinstance(factor, float) for factor in factors)
        assert np.isfinite(factors).all()
        assert max(factors) > 0


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_takes_tensors_and_arrays_and_is_least_when_right(name):
    loss = registry.member("learn/losses", name)()
    y = torch.tensor([0.0, 1, 1, 0, 0, 1, 0], dtype=torch.float64)
    off = 0.6 * y + 0.2  # probabilities too
    assert loss.pointwise(off, y).shape == y.shape
    assert loss.pointwise(off.numpy(), y.numpy()).shape == y.shape
    assert loss.pointwise(off[:, None], y).shape == (7, 7)
    assert float(loss(off, y)) == pytest.approx(float(loss(off.numpy(), y.numpy())))
    assert float(loss(off, y)) == pytest.approx(float(loss.pointwise(off, y).mean()))
    assert float(loss(y, y)) < float(loss(off, y))


@pytest.mark.parametrize("name", MODELS)
def test_a_model_names_what_it_predicts_with(name):
    model = registry.member("learn/models", name)()
    values = dict.fromkeys(model.parameters(), 0.5)
    assert list(model.labels()) == list(values)
    assert all(f" {label}".endswith(f" {name}") for name, label in model.labels().items())
    x = torch.linspace(-1, 1, 7, dtype=torch.float64)
    assert model.features == 1
    assert model.predict(values, x).shape == x.shape
    widths = {len(model.equation(dict.fromkeys(values, v))) for v in (-1.5, 0.0, 9.25)}
    assert len(widths) == 1
