"""Optimizers on networks: one vector of all weights against torch.optim on the module's tensors."""

from __future__ import annotations

import inspect

import pytest
import torch
from torch import nn

from render import registry
from render.learn.models.mlp import MlpModel
from render.learn.optimizers.torch import OPTIMIZERS, TorchOptimizer

OWN = [
    name
    for name in registry.names("learn/optimizers")
    if registry.member("learn/optimizers", name).in_torch and name != "torch"
]
OPTIONS = {
    "SGD": {"momentum": 0.9, "nesterov": True},
    "RMSprop": {"momentum": 0.5, "centered": True},
    "Adam": {"amsgrad": True, "weight_decay": 0.1},
    "NAdam": {"decoupled_weight_decay": True, "weight_decay": 0.1},
    "ASGD": {"t0": 3.0},
    "Rprop": {"etas": (0.4, 1.3)},
}


def test_the_table_is_torch_s():
    for name, options in OPTIMIZERS.items():
        parameters = inspect.signature(getattr(torch.optim, name)).parameters
        assert options == {key: parameters[key].default for key in options}
        computing = {"params", "foreach", "maximize", "capturable", "differentiable", "fused"}
        # AdamW is Adam with decoupled_weight_decay, which older releases of torch have not.
        left_out = {"decoupled_weight_decay"} if name == "Adam" else set()
        assert {*parameters} - {*options} <= computing | left_out


def test_every_option_of_the_table_can_be_given():
    named = {"name", "lr_scale", *(key for options in OPTIMIZERS.values() for key in options)}
    assert named == {*inspect.signature(TorchOptimizer).parameters}
    for name, options in OPTIMIZERS.items():
        given = TorchOptimizer(name=name, **{k: v for k, v in options.items() if k != "lr"})
        assert given.lr == options["lr"]


def trained(ours, steps=12):
    """The weights that both ways give, at a rate that falls."""
    module = MlpModel(hidden=(5,)).module(2, 3, seed=1)
    x = torch.randn(20, 2, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    y = torch.arange(20) % 3
    params = torch.cat([p.detach().reshape(-1) for p in module.parameters()])
    state = ours.init(params, lambda p: None)
    theirs = eval(ours.torch("list(module.parameters())"), {"torch": torch, "module": module})
    for step in range(steps):
        lr = ours.lr * 0.9**step
        theirs.zero_grad()
        nn.functional.cross_entropy(module(x), y).backward()
        grads = torch.cat([p.grad.reshape(-1) for p in module.parameters()])
        params, state = ours.step(params, grads, state, lr)
        theirs.param_groups[0]["lr"] = lr
        theirs.step()
    return params, torch.cat([p.detach().reshape(-1) for p in module.parameters()])


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("more", [False, True])
def test_a_step_by_name_is_torch_s_own(name, more):
    ours, theirs = trained(TorchOptimizer(name=name, **(OPTIONS.get(name, {}) if more else {})))
    assert torch.equal(ours, theirs)


@pytest.mark.parametrize("name", OWN)
def test_our_step_of_a_network_is_torch_s(name):
    ours, theirs = trained(registry.member("learn/optimizers", name)())
    assert torch.allclose(ours, theirs, rtol=1e-9, atol=1e-12)


def test_an_option_of_another_optimizer_is_refused_by_name():
    with pytest.raises(ValueError, match=r"rho: NAdam has no such option.* lr, betas, eps"):
        TorchOptimizer(name="NAdam", rho=0.5)
    with pytest.raises(ValueError, match="nesterov: it needs a momentum"):
        TorchOptimizer(name="SGD", nesterov=True)


def test_newton_takes_200_parameters_and_no_more():
    newton = registry.member("learn/optimizers", "newton")()
    assert newton.refuse(200) is None
    assert "201 × 201" in str(newton.refuse(201))
