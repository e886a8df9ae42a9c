"""What every member of every extension folder keeps to; a new file joins by itself."""

from __future__ import annotations

import copy
import dataclasses
import inspect

import pytest
import torch

from render import registry
from render.draw.panels.base import Panel
from render.draw.themes.base import Theme
from render.encode.base import Format
from render.learn.datasets.base import DatasetKind
from render.learn.losses.base import Loss
from render.learn.models.base import Model
from render.learn.optimizers.base import Optimizer

FOLDERS = {
    "learn/datasets": DatasetKind,
    "learn/models": Model,
    "learn/losses": Loss,
    "learn/optimizers": Optimizer,
    "encode/formats": Format,
    "draw/themes": Theme,
    "draw/panels": Panel,
}
MEMBERS = [(folder, name) for folder in FOLDERS for name in registry.names(folder)]
OPTIMIZERS = registry.names("learn/optimizers")
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
    param, grad = torch.tensor(3.0), torch.tensor(2.0)
    state = optimizer.init(param)
    before = copy.deepcopy((param, grad, state))
    new, _ = optimizer.step(param, grad, state)
    assert before == (param, grad, state)
    assert new.shape == param.shape
    assert new < param  # against the gradient


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_takes_tensors_and_arrays_and_is_least_when_right(name):
    loss = registry.member("learn/losses", name)()
    y = torch.linspace(-1, 1, 7, dtype=torch.float64)
    off = y + 0.5
    assert float(loss(off, y)) == pytest.approx(float(loss(off.numpy(), y.numpy())))
    assert float(loss(y, y)) < float(loss(off, y))


@pytest.mark.parametrize("name", MODELS)
def test_a_model_names_what_it_predicts_with(name):
    model = registry.member("learn/models", name)()
    values = dict.fromkeys(model.parameters(), 0.5)
    assert set(model.labels()) == set(values)
    x = torch.linspace(-1, 1, 7, dtype=torch.float64)
    assert model.predict(values, x).shape == x.shape
    widths = {len(model.equation(dict.fromkeys(values, v))) for v in (-1.5, 0.0, 9.25)}
    assert len(widths) == 1
