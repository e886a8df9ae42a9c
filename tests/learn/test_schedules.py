"""Every schedule against torch.optim.lr_scheduler, driven once per epoch."""

from __future__ import annotations

import pytest
import torch
from pydantic import TypeAdapter, ValidationError
from torch.optim import lr_scheduler as theirs

from render import registry

FOLDER = "learn/schedules"
EPOCHS = 50
LR = 0.3
CASES = [
    ("constant", {}, theirs.ConstantLR, {"factor": 1.0}),
    ("step", {}, theirs.StepLR, {"step_size": 10}),
    ("step", {"step_size": 7, "gamma": 0.5}, theirs.StepLR, {"step_size": 7, "gamma": 0.5}),
    ("multistep", {}, theirs.MultiStepLR, {"milestones": [15, 30]}),
    (
        "multistep",
        {"milestones": (30, 1, 15, 15), "gamma": 0.5},
        theirs.MultiStepLR,
        {"milestones": [30, 1, 15, 15], "gamma": 0.5},
    ),
    ("exponential", {}, theirs.ExponentialLR, {"gamma": 0.9}),
    ("exponential", {"gamma": 0.97}, theirs.ExponentialLR, {"gamma": 0.97}),
    ("polynomial", {}, theirs.PolynomialLR, {"total_iters": EPOCHS}),
    (
        "polynomial",
        {"power": 2.5, "total_iters": 20},
        theirs.PolynomialLR,
        {"power": 2.5, "total_iters": 20},
    ),
    ("cosine", {}, theirs.CosineAnnealingLR, {"T_max": EPOCHS}),
    (
        "cosine",
        {"T_max": 20, "end_factor": 0.1},
        theirs.CosineAnnealingLR,
        {"T_max": 20, "eta_min": 0.1 * LR},
    ),
    ("warmup", {}, theirs.LinearLR, {"start_factor": 0.1}),
    (
        "warmup",
        {"start_factor": 0.25, "total_iters": 8},
        theirs.LinearLR,
        {"start_factor": 0.25, "total_iters": 8},
    ),
    (
        "inverse_time",
        {"rate": 0.1, "power": 0.5},
        theirs.LambdaLR,
        {"lr_lambda": lambda t: (0.1 * t + 1) ** -0.5},
    ),
]


@pytest.mark.parametrize(("name", "options", "scheduler", "given"), CASES)
def test_fifty_epochs_equal_torchs_scheduler(name, options, scheduler, given):
    ours = registry.member(FOLDER, name)(**options)
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=LR)
    driver = scheduler(optimizer, **given)
    for epoch in range(EPOCHS):
        lr = LR * ours.factor(epoch, EPOCHS)
        assert lr == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-9, abs=1e-15)
        optimizer.step()
        driver.step()


def test_every_schedule_is_compared():
    assert {case[0] for case in CASES} == set(registry.names(FOLDER))


@pytest.mark.parametrize("name", registry.names(FOLDER))
@pytest.mark.parametrize("epochs", [1, 2, 5_000_000])
def test_factors_lie_between_0_and_1_in_runs_of_any_length(name, epochs):
    schedule = registry.member(FOLDER, name)()
    for epoch in {0, epochs // 2, epochs - 1}:
        assert 0 <= schedule.factor(epoch, epochs) <= 1


REFUSED = [
    ("step", {"step_size": 0}),
    ("step", {"gamma": 0}),
    ("step", {"gamma": 1.5}),
    ("multistep", {"milestones": []}),
    ("multistep", {"milestones": [0]}),
    ("multistep", {"milestones": 15}),
    ("exponential", {"gamma": -1}),
    ("polynomial", {"power": 0}),
    ("polynomial", {"total_iters": 0}),
    ("cosine", {"end_factor": 1.1}),
    ("cosine", {"T_max": 2.5}),
    ("warmup", {"start_factor": 0}),
    ("inverse_time", {"rate": -1}),
    ("constant", {"gamma": 0.5}),
]


@pytest.mark.parametrize(("name", "options"), REFUSED)
def test_an_option_out_of_range_is_refused(name, options):
    with pytest.raises(ValidationError):
        TypeAdapter(registry.member(FOLDER, name)).validate_python(options)
