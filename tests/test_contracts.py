"""What every member of every extension folder must do; a new file is tested without a change."""

from __future__ import annotations

import copy
import dataclasses
import inspect
from dataclasses import fields

import numpy as np
import pytest
import torch

from render import registry
from render.draw.panels.base import DrawnPanel
from render.encode.base import Format
from render.learn.datasets.base import DatasetKind
from render.learn.functions.base import NamedFunction
from render.learn.losses.base import Loss
from render.learn.measures.base import Measure
from render.learn.models.base import Model
from render.learn.notation import NOT_IN_TORCH
from render.learn.optimizers.base import Optimizer
from render.learn.schedules.base import Schedule

FOLDERS = {
    "learn/datasets": DatasetKind,
    "learn/functions": NamedFunction,
    "learn/models": Model,
    "learn/losses": Loss,
    "learn/optimizers": Optimizer,
    "learn/schedules": Schedule,
    "learn/measures": Measure,
    "encode/formats": Format,
    "draw/panels": DrawnPanel,
}
MEMBERS = [(folder, name) for folder in FOLDERS for name in registry.names(folder)]
OPTIMIZERS = registry.names("learn/optimizers")
SCHEDULES = registry.names("learn/schedules")
LOSSES = registry.names("learn/losses")
MODELS = [
    name
    for name in registry.names("learn/models")
    if not registry.member("learn/models", name).network
]
NETWORKS = [name for name in registry.names("learn/models") if name not in MODELS]


@pytest.mark.parametrize(("folder", "name"), MEMBERS)
def test_a_member_is_a_documented_class_of_its_kind_with_defaults(folder, name):
    cls = registry.member(folder, name)
    assert issubclass(cls, FOLDERS[folder])
    assert not inspect.isabstract(cls)
    assert registry.name_of(cls) == name
    assert cls.__dict__["__doc__"].strip()
    module = inspect.getmodule(cls)  # none of a member that is a YAML file
    assert module.__doc__ if module else (registry.PACKAGE / folder / f"{name}.yaml").exists()
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


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_is_torch_s_or_says_that_it_is_not(name):
    ours = registry.member("learn/optimizers", name)()
    w = torch.tensor(1.0, requires_grad=True)
    if not ours.in_torch:
        assert ours.torch("[w]").endswith(NOT_IN_TORCH)
        return
    theirs = eval(ours.torch("[w]"), {"torch": torch, "w": w})
    usual = inspect.signature(type(theirs)).parameters
    for field in dataclasses.fields(ours):
        if field.name in usual and getattr(ours, field.name) is not None and field.name != "lr":
            assert getattr(ours, field.name) == usual[field.name].default


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_update_by_hand_is_the_step(name):
    ours = registry.member("learn/optimizers", name)(lr=0.3)
    assert bool(ours.torch_by_hand("w")) == ours.plain
    w = torch.tensor(2.0, requires_grad=True)
    (w**2).backward()
    expected = ours.step(w.detach(), w.grad, ours.init(w, None), 0.3)[0] if ours.plain else w
    exec(ours.torch_by_hand("w"), {"w": w})
    assert w.item() == expected.item()


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


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_has_a_line_of_code_unless_it_changes_nothing(name):
    schedule = registry.member("learn/schedules", name)()
    changes = len({schedule.factor(epoch, 40) for epoch in range(40)}) > 1
    assert bool(schedule.torch("optimizer", 0.1, 40)) == changes


@pytest.mark.parametrize("name", LOSSES)
def test_the_code_of_a_loss_gives_the_loss(name):
    loss = registry.member("learn/losses", name)(l1=0.25, l2=0.5)
    code = loss.torch("yhat", "y")
    y = torch.tensor([[0.0], [1], [1], [0]], dtype=torch.float64)
    yhat, c = 0.6 * y + 0.3, torch.tensor([0.5, -2], dtype=torch.float64)
    names = {"torch": torch, "F": torch.nn.functional, "yhat": yhat, "y": y, "c": c}
    names |= {"w": c[0], "b": c[1]}
    assert not code.endswith(NOT_IN_TORCH)
    assert float(eval(code, names)) == pytest.approx(float(loss(yhat, y)))
    for tensors, numbers in ((["w", "b"], True), (["c"], False)):
        penalties = loss.torch_penalties(tensors, numbers)
        assert len(penalties) == 2
        total = sum(float(eval(penalty, names)) for penalty in penalties)
        assert total == pytest.approx(float(loss.penalty(c)))
    assert loss.bare.torch_penalties(["w"], True) == []


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_says_what_its_mean_is_and_how_long_a_residual(name):
    loss = registry.member("learn/losses", name)()
    full, short = loss.mean_texts
    assert len(short) < len(full)
    mean = np.array([0.25, 4.0])
    length = loss.residual_length(mean)
    assert length.shape == mean.shape
    if length.any():
        assert loss.pointwise(length, np.zeros(2)) == pytest.approx(mean)


@pytest.mark.parametrize("name", MODELS)
def test_the_code_of_a_model_gives_its_prediction(name):
    model = registry.member("learn/models", name)()
    x = torch.linspace(-1, 1, 7, dtype=torch.float64)
    numbers = torch.linspace(0.5, 2, len(model.parameters()), dtype=torch.float64)
    values = dict(zip(model.parameters(), numbers, strict=True))
    names = {"torch": torch, "X": x, **values}
    if model.torch_vector:
        names[model.torch_vector] = numbers
    code = model.torch(("X",) if model.needs_data else ())
    assert torch.allclose(eval(code, names) + 0 * x, model.predict(values, x))


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_has_no_parameters_of_its_own(name):
    model = registry.member("learn/models", name)()
    assert (model.parameters(), model.labels(), model.features) == ({}, {}, 0)
    assert {*model.start_options} <= {field.name for field in dataclasses.fields(model)}
    assert model.torch(["X"]) == "model(X)"
    assert any(line.startswith("model = ") for line in model.torch_module(2, 1))


@pytest.mark.parametrize("name", LOSSES)
def test_the_code_of_a_loss_of_a_network_gives_the_loss(name):
    loss = registry.member("learn/losses", name)()
    generator = torch.Generator().manual_seed(0)
    output = torch.randn(6, 3, generator=generator, dtype=torch.float64)
    y = torch.tensor([0, 2, 1, 1, 0, 2])
    if not loss.classifies:
        y = torch.randn(6, 3, generator=generator, dtype=torch.float64)
    names = {"torch": torch, "F": torch.nn.functional, "output": output, "y": y}
    expected = float(eval(loss.torch_of_network("output", "y"), names))
    assert float(loss.of_network(output, y.double())) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_first_step_by_a_formula_is_the_step(name):
    params, grads = torch.tensor([3.0, -1.0]).double(), torch.tensor([2e-8, -50]).double()
    cls = registry.member("learn/optimizers", name)
    decays = {"weight_decay": 0.3} if "weight_decay" in {f.name for f in fields(cls)} else {}
    for options in ({}, decays if name != "torch" else {}):
        ours = cls(lr=0.25, **options)
        length = ours.first_step(params.numpy(), grads.numpy(), 0.25)
        if length is not None:
            new, _ = ours.step(params, grads, ours.init(params, None), 0.25)
            assert length == pytest.approx((new - params).abs().numpy(), rel=1e-9)
            assert ours.first_step_text or name == "adamw"


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_path_without_a_gradient_by_a_formula_is_the_steps(name):
    cls = registry.member("learn/optimizers", name)
    decays = "weight_decay" in {field.name for field in fields(cls)} and name != "torch"
    ours = cls(lr=0.25, **({"weight_decay": 0.3} if decays else {}))
    params, rates = torch.tensor([3.0, -1.0]).double(), 0.25 * 0.9 ** np.arange(7)
    path = ours.without_gradient(params.numpy(), rates)
    if path is not None:
        taken, state = [params.tolist()], ours.init(params, None)
        for rate in rates.tolist():
            params, state = ours.step(params, 0 * params, state, rate)
            taken.append(params.tolist())
        assert path == pytest.approx(np.array(taken), rel=1e-9)


@pytest.mark.parametrize("name", LOSSES)
def test_the_slope_of_a_loss_of_probabilities_is_its_derivative_by_the_score(name):
    loss = registry.member("learn/losses", name)()
    z = torch.linspace(-4, 4, 9, dtype=torch.float64, requires_grad=True)
    y = torch.tensor([0.0, 1, 1, 0, 0, 1, 0, 1, 1], dtype=torch.float64)
    loss.pointwise(z.sigmoid(), y).sum().backward()
    slope = loss.slope_at(z.detach().sigmoid().numpy(), y.numpy())
    assert (slope is not None) == bool(loss.slope_text)
    if slope is not None:
        assert slope == pytest.approx(z.grad.numpy(), rel=1e-9)
