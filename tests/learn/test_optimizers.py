"""Every optimizer against the one of torch.optim; a new file in the folder is tested too."""

from __future__ import annotations

import inspect
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter, ValidationError

from render import registry
from render.learn.optimizers.newton import Newton
from render.learn.optimizers.sgd import Sgd

FOLDER = "learn/optimizers"
THEIRS = {name.lower(): getattr(torch.optim, name) for name in dir(torch.optim)}
OWN = {name for name in registry.names(FOLDER) if name not in THEIRS}  # torch has none
VALUES = {
    "momentum": 0.9,
    "nesterov": True,
    "weight_decay": 0.1,
    "betas": (0.8, 0.95),
    "eps": 1e-4,
    "alpha": 0.9,
    "initial_accumulator_value": 0.1,
    "lr_decay": 0.05,
}


def quadratic(p):
    """Condition number 100, tilted against the axes."""
    return 0.5 * (p[0] + p[1]) ** 2 + 50 * (p[0] - p[1] - 1) ** 2


def rosenbrock(p):
    return (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2


SURFACES = {"quadratic": (quadratic, 3e-3), "rosenbrock": (rosenbrock, 5e-4)}


def option_sets(name: str) -> list[dict[str, Any]]:
    """Nothing, each option alone, all together; of an unknown option, another value."""
    cls = registry.member(FOLDER, name)
    shared = set(inspect.signature(THEIRS[name]).parameters) - {"lr"}
    options = {
        f.name: VALUES.get(f.name, not f.default if isinstance(f.default, bool) else 0.5)
        for f in fields(cls)
        if f.name in shared
    }
    alone = [{key: value} for key, value in options.items()]
    return [{}, *alone, options]


CASES = [
    pytest.param(name, options, surface, id=f"{name}-{'+'.join(options) or 'bare'}-{surface}")
    for name in registry.names(FOLDER)
    if name not in OWN
    for options in option_sets(name)
    if options != {"nesterov": True}
    for surface in SURFACES
]


def gradient(loss, p):
    p = p.clone().requires_grad_()
    return torch.autograd.grad(loss(p), p)[0]


def no_hessian(p):
    raise AssertionError("this rule needs no second derivative")


@pytest.mark.parametrize(("name", "options", "surface"), CASES)
def test_fifty_steps_equal_torch_optims_namesake(name, options, surface):
    loss, lr = SURFACES[surface]
    start = torch.tensor([-1.2, 1.0], dtype=torch.float64)
    ours = registry.member(FOLDER, name)(lr=lr, **options)
    theirs_p = start.clone().requires_grad_()
    theirs = THEIRS[name]([theirs_p], lr=lr, **options)
    p, state = start, ours.init(start, no_hessian)
    for k in range(50):
        rate = lr * 0.98**k  # a schedule is at work
        p, state = ours.step(p, gradient(loss, p), state, rate)
        theirs.param_groups[0]["lr"] = rate
        theirs.zero_grad()
        loss(theirs_p).backward()
        theirs.step()
        np.testing.assert_allclose(p, theirs_p.detach(), rtol=0, atol=1e-6)
    assert (p - start).abs().max() > 1e-3


@pytest.mark.parametrize("name", sorted(set(registry.names(FOLDER)) - OWN))
def test_options_carry_torchs_names_and_defaults(name):
    cls = registry.member(FOLDER, name)
    theirs = inspect.signature(THEIRS[name]).parameters
    for f in fields(cls):
        if f.name == "lr_scale":  # torch's groups of parameters
            continue
        assert f.name in theirs
        if f.name != "lr":
            assert f.default == theirs[f.name].default


def test_nesterov_without_momentum_is_refused_as_torch_does():
    with pytest.raises(ValueError, match="momentum"):
        Sgd(nesterov=True)
    with pytest.raises(ValueError, match="momentum"):
        torch.optim.SGD([torch.zeros(1)], lr=0.1, nesterov=True)


# Lab 8.x, course.md 1.10: the first and last of a cubic's and a quartic's path.
CUBIC = {
    0.0: [4, 3.52, 3.148, 2.851, 2.607, 2.403, 2.23, 2.081, 1.951, 1.837],
    0.9: [4, 3.52, 2.716, 1.772, 0.827, -0.043, -0.827],
}
QUARTIC = {0.0: ([6], 4.0), 0.9: ([6, 5.408, 4.539, 3.667, 2.917, 2.308], -1.9912)}


def path(momentum, lr, slope, start, steps):
    rule, p = Sgd(lr=lr, momentum=momentum), torch.tensor([start], dtype=torch.float64)
    state, points = rule.init(p, no_hessian), [start]
    for _ in range(steps):
        p, state = rule.step(p, slope(p), state, lr)
        points.append(p.item())
    return points


@pytest.mark.parametrize("momentum", CUBIC)
def test_momentum_matches_the_labs_cubic(momentum):
    steps = path(momentum, 0.01, lambda w: 3 * w**2, 4.0, 9)
    np.testing.assert_allclose(steps[: len(CUBIC[momentum])], CUBIC[momentum], atol=1e-3)


@pytest.mark.parametrize("momentum", QUARTIC)
def test_momentum_leaves_the_labs_local_minimum(momentum):
    first, last = QUARTIC[momentum]
    steps = path(momentum, 0.001, lambda w: 8 * w**3 - 27 * w**2 - 42 * w + 88, 6.0, 100)
    np.testing.assert_allclose(steps[: len(first)], first, atol=1e-3)
    assert steps[-1] == pytest.approx(last, abs=2e-3)


def test_only_bare_gradient_descent_is_plain():
    assert Sgd().plain
    assert not Sgd(momentum=0.9).plain
    assert not Sgd(weight_decay=0.1).plain
    assert not registry.member(FOLDER, "adam")().plain


def test_a_rule_remembers_gradients_that_the_loop_sets_to_zero():
    """The loop reuses p.grad: what state keeps must be a copy."""
    for name in registry.names(FOLDER):
        options = {"momentum": 0.9} if name in {"sgd", "rmsprop"} else {}
        rule = registry.member(FOLDER, name)(**options)
        p, grad = torch.tensor([1.0, 2.0]), torch.tensor([3.0, -1.0])
        state = rule.init(p, lambda _: torch.eye(2))
        p, state = rule.step(p, grad, state, 0.1)
        expected = rule.step(p, torch.tensor([1.0, 1.0]), state, 0.1)[0]
        grad.zero_()
        assert torch.equal(rule.step(p, torch.tensor([1.0, 1.0]), state, 0.1)[0], expected), name


def hessian_of(loss):
    return lambda p: torch.autograd.functional.hessian(loss, p)


def newton_step(loss, start, lr=1.0):
    p = torch.tensor(start, dtype=torch.float64)
    rule = Newton()
    return rule.step(p, gradient(loss, p), rule.init(p, hessian_of(loss)), lr)[0]


def test_newton_solves_a_quadratic_in_one_step():
    np.testing.assert_allclose(newton_step(quadratic, [-7.0, 4.0]), [0.5, -0.5], atol=1e-12)


def test_newton_goes_the_share_lr_of_the_way():
    away = torch.tensor([-7.0, 4.0], dtype=torch.float64) - torch.tensor([0.5, -0.5])
    np.testing.assert_allclose(
        newton_step(quadratic, [-7.0, 4.0], lr=0.25), 0.75 * away + torch.tensor([0.5, -0.5])
    )


def test_newton_does_not_move_where_there_is_no_curvature():
    """Twin features: only the sum is determined, the difference stays."""
    p = newton_step(lambda p: (0.1 * (p[0] + p[1]) - 0.3) ** 2, [5.0, 1.0])
    np.testing.assert_allclose(p, [3.5, -0.5], atol=1e-9)


def test_newton_does_not_move_along_a_twin_of_another_size():
    """The second feature is ten times the first; what is left alone is (10, −1)."""
    p = newton_step(lambda p: (0.1 * (p[0] + 10 * p[1]) - 0.3) ** 2, [5.0, 1.0])
    np.testing.assert_allclose(p.numpy() + 12 / 101 * np.array([1, 10]), [5, 1], atol=1e-9)


@pytest.mark.parametrize("unit", [1e-9, 1e-3, 1e6])
def test_newton_does_not_depend_on_the_units_of_the_parameters(unit):
    tilted = newton_step(
        lambda p: quadratic(p * torch.tensor([1, unit], dtype=torch.float64)), [-7.0, 4.0 / unit]
    )
    np.testing.assert_allclose(tilted, [0.5, -0.5 / unit], rtol=1e-9)


def test_newton_goes_to_the_saddle_of_an_indefinite_quadratic():
    np.testing.assert_allclose(newton_step(lambda p: p[0] ** 2 - p[1] ** 2, [3.0, 1.0]), [0, 0])


REFUSED = [
    ("sgd", {"momentum": -0.1}),
    ("sgd", {"weight_decay": -1}),
    ("sgd", {"nesterov": True}),
    ("sgd", {"lr": 0}),
    ("adam", {"betas": [0.9, 1.0]}),
    ("adam", {"betas": [0.9]}),
    ("adam", {"eps": 0}),
    ("adamw", {"weight_decay": -0.1}),
    ("rmsprop", {"alpha": 1}),
    ("adagrad", {"initial_accumulator_value": -1}),
    ("adagrad", {"lr_decay": -1}),
    ("newton", {"momentum": 0.9}),
]


@pytest.mark.parametrize(("name", "options"), REFUSED)
def test_an_option_out_of_range_is_refused(name, options):
    with pytest.raises(ValidationError):
        TypeAdapter(registry.member(FOLDER, name)).validate_python(options)


@pytest.mark.parametrize("name", registry.names(FOLDER))
@pytest.mark.parametrize("key", ["lr", "learning_rate"])
def test_the_learning_rate_has_two_names(name, key):
    rule = TypeAdapter(registry.member(FOLDER, name)).validate_python({key: 0.25})
    assert rule.lr == 0.25
