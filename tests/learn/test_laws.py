"""What films say is a law, against the closed form, from nothing but the table that they leave."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest
import torch

from render.config.build import PARTS
from render.errors import ConfigError
from render.learn.loop import train
from render.learn.optimizers.sgd import Sgd
from render.pipeline import generate
from render.recording import write
from tests.learn.labs import lab, labelled, runs
from tests.learn.test_measures import measured, subject, trained


@pytest.fixture
def table(tmp_path):
    """The columns of the table of a film, by the labels of its runs."""

    def read(name, *sets):
        path = tmp_path / "a.csv"
        write(path, [run.recording for run in runs(name, *sets)])
        with path.open(encoding="utf-8", newline="") as file:
            rows = [*csv.DictReader(file)]
        each = {run.label: [row for row in rows if row["run"] == run.label] for run in runs(name)}
        return {
            label: {
                key: np.array([float(row[key] or "nan") for row in own])
                for key in own[0]
                if key != "run"
            }
            for label, own in each.items()
        }

    return read


def test_each_component_shrinks_by_its_own_factor(table):
    """Goh 2017: xᵢ(k) = (1 − lr·λᵢ)ᵏ·xᵢ(0), λ from numpy.linalg.eigh of the data alone."""
    (own,) = table("eigenvectors").values()
    (run,) = runs("eigenvectors")
    x = np.column_stack([run.dataset.x, np.ones_like(run.dataset.x)])
    curvatures, vectors = np.linalg.eigh(2 * x.T @ x / len(x))
    best = np.linalg.lstsq(x, run.dataset.y, rcond=None)[0]
    along = (np.column_stack([own["w"], own["b"]]) - best) @ vectors
    for k, (name, curvature) in enumerate(
        zip(("component_2", "component_1"), curvatures, strict=True)
    ):
        expected = along[0, k] * (1 - 0.25 * curvature) ** own["step"]
        reach = 1e-9 * np.ptp(along[:, k])
        sign = np.sign(along[0, k]) * np.sign(own[name][0])
        assert sign * own[name] == pytest.approx(along[:, k], abs=reach)
        assert sign * own[name] == pytest.approx(expected, abs=reach)
        assert sign * own[f"{name}_theory"] == pytest.approx(expected, abs=reach)


def test_components_have_no_theory_where_the_steps_are_not_plain():
    with_theory = [
        runs("eigenvectors", *sets)[0].recording.measured[0].theory is not None
        for sets in (
            ("training.epochs=3",),
            ("training.epochs=3", "optimizer.momentum=0.5"),
            ("training.epochs=3", "training.noise=0.1"),
            ("training.epochs=3", "training.batch_size=5"),
        )
    ]
    assert with_theory == [True, False, False, False]
    (run,) = runs("eigenvectors", "training.epochs=9", "schedule={kind: exponential, gamma: 0.8}")
    (found,) = run.recording.measured
    assert found.theory == pytest.approx(found.values, abs=1e-9)  # each step by its own rate


def off(squares, rate):
    """How many standard errors the mean of squares is off lr·σ²/(λ(2 − lr·λ)), and lr·σ²/(2λ).

    For λ = σ = 1 (Liu, Ziyin & Ueda 2020). Of squares of a series whose neighbours correlate by
    ρ = 1 − lr·λ, the mean of N has the variance 2v²/N·(1 + ρ²)/(1 − ρ²).
    """
    exact, rho = rate / (2 - rate), 1 - rate
    error = exact * np.sqrt(2 / squares.size * (1 + rho**2) / (1 - rho**2))
    return [abs(squares.mean() - theory) / error for theory in (exact, rate / 2)]


@pytest.mark.parametrize("rate", [0.2, 0.5, 1.0, 1.5, 1.9])
def test_noise_keeps_sgd_in_a_ball_of_the_size_of_the_theory(rate):
    """10⁵ steps after the burn-in, of 100 runs at once."""
    generator = torch.Generator().manual_seed(1)
    rule, places, squares = Sgd(lr=rate), torch.zeros(100), []
    for _ in range(1200):
        noise = torch.randn(100, generator=generator)
        places, _ = rule.step(places, places + noise, None, rate)
        squares.append((places**2).numpy())
    exact, small = off(np.array(squares[200:]), rate)
    assert exact < 3 < small


@pytest.mark.slow
def test_the_loop_keeps_one_run_in_that_ball():
    sets = ("model.axes=[0.5]", "model.start=[0]", "training.epochs=100200")
    spec = lab("noise_floor", *sets, "landscape={}", "film.panels=[cost]").each[-1]
    exact, small = off(train(spec, generate(spec)).params[201:] ** 2, 1.9)
    assert exact < 3 < small


def test_the_table_has_the_measured_ball_beside_the_predicted_one(table):
    """Within 3 standard errors, as many as the test of 10⁵ steps has."""
    for label, own in table("noise_floor").items():
        rate = float(label.removeprefix("lr "))
        squares = (own["x1"] ** 2 + own["x2"] ** 2) / 2
        assert np.isnan(own["variance"][:51]).all()
        for row in (51, 52, 1000, -1):
            assert own["variance"][row] == pytest.approx(
                squares[51:][: row - 50 if row > 0 else None].mean(), rel=1e-9
            )
        assert own["variance_theory"] == pytest.approx(rate / (2 - rate), rel=1e-9)
        assert off(np.array([own["x1"][51:], own["x2"][51:]]) ** 2, rate)[0] < 3


def test_adam_s_first_step_is_the_rate_whatever_the_gradient(table):
    """Kingma & Ba 2015: lr·|g|/(|g| + ε), for gradients 1e-4 and 1e3."""
    each = table("adam_first_step")
    for name, size in (("x1", 1e-4), ("x2", 1e3)):
        adam, sgd = each["Adam"], each["SGD"]
        assert adam[f"grad_{name}"][0] == pytest.approx(size, rel=1e-12)
        length = 0.1 * size / (size + 1e-8)
        assert adam[name][0] - adam[name][1] == pytest.approx(length, abs=1e-9)
        assert adam[f"first_step_{name}"][1:] == pytest.approx(length, abs=1e-9)
        assert adam[f"first_step_{name}_theory"][1:] == pytest.approx(length, abs=1e-12)
        assert sgd[f"first_step_{name}"][1:] == pytest.approx(1e-3 * size, rel=1e-8)
        assert np.isnan(adam[f"first_step_{name}"][0])


def test_weight_decay_beside_adam_is_a_factor_and_inside_it_is_a_step(table):
    """Loshchilov & Hutter 2019, and torch.optim's own optimizers without a gradient."""
    each = table("decoupled_decay")
    inside, beside = each["Adam with L2"], each["AdamW"]
    assert (beside["w1"][1], beside["w2"][1]) == pytest.approx((9.9, 0.99), abs=1e-12)
    assert (inside["w1"][1], inside["w2"][1]) == pytest.approx((9.9, 0.9), abs=2e-8)
    for own, made in ((inside, torch.optim.Adam), (beside, torch.optim.AdamW)):
        weights = torch.tensor([10.0, 1.0], dtype=torch.float64, requires_grad=True)
        optimizer = made([weights], lr=0.1, weight_decay=0.1)
        for step in range(1, len(own["w1"])):
            weights.grad = torch.zeros_like(weights)
            optimizer.step()
            here = weights.tolist()
            assert [own["w1"][step], own["w2"][step]] == pytest.approx(here, abs=1e-12)
        for name, start in (("w1", 10.0), ("w2", 1.0)):
            assert own[f"left_{name}"] == pytest.approx(own[name] / start, abs=1e-12)
            assert own[f"left_{name}_theory"] == pytest.approx(own[f"left_{name}"], abs=1e-9)


def test_the_slope_of_a_sigmoid_is_that_of_its_loss(table):
    """Nielsen, chapter 3: 2(ŷ − y)·ŷ(1 − ŷ)·x and (ŷ − y)·x."""
    each = table("plateau_sigmoid")
    x, y = np.array([-1.0, 1.0]), np.array([0.0, 1.0])
    for label, own in each.items():
        yhat = 1 / (1 + np.exp(-own["w"][:, None] * x))
        flat = 2 * yhat * (1 - yhat) if label == "squared error" else 1.0
        slope = np.mean((yhat - y) * flat * x, axis=1)
        assert own["grad_w"] == pytest.approx(slope, rel=1e-9)
        assert own["slope"] == pytest.approx(np.abs(slope), rel=1e-9)
        assert own["slope_theory"] == pytest.approx(np.abs(slope), rel=1e-12)
    assert each["cross-entropy"]["slope"][0] > 200 * each["squared error"]["slope"][0]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def test_the_gradient_of_a_layer_is_a_product_over_those_behind():
    """A chain of single sigmoids, so that the product is of numbers, written out for each point."""
    one = subject("vanishing", "model.hidden=[1, 1, 1]", "training.epochs=3")
    found = measured(one)
    for row in (0, 3):
        w1, b1, w2, b2, w3, b3, w4, b4 = one.evaluation.layout.tensors(one.weights(row)).values()
        expected = np.zeros(4)
        parts = np.zeros((4, 2))
        for x, label in zip(one.dataset.x, one.dataset.y, strict=True):
            z1 = w1[0] @ x + b1[0]
            z2 = w2[0, 0] * sigmoid(z1) + b2[0]
            z3 = w3[0, 0] * sigmoid(z2) + b3[0]
            bends = [sigmoid(z) * (1 - sigmoid(z)) for z in (z1, z2, z3)]
            out = w4[:, 0] * sigmoid(z3) + b4
            slope = np.exp(out) / np.exp(out).sum() - np.eye(2)[int(label)]
            last = slope @ w4[:, 0] * bends[2]
            parts[3] += slope * sigmoid(z3)
            parts[2, 0] += last * sigmoid(z2)
            parts[1, 0] += last * w3[0, 0] * bends[1] * sigmoid(z1)
            parts[0] += last * w3[0, 0] * bends[1] * w2[0, 0] * bends[0] * x
        expected = np.linalg.norm(parts / len(one.dataset.y), axis=1)
        assert found.values[row] == pytest.approx(expected, rel=1e-9)
        assert found.theory[row] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "identity", "gelu"])
def test_deep_sigmoids_lose_the_gradient_on_its_way_to_the_first_layer(activation):
    spec = lab("vanishing", "training.epochs=2").each[1]
    spec = replace(spec, model=replace(spec.model, activation=activation))
    found = measured(trained(spec))
    known = activation != "gelu"
    assert (found.theory is not None) == known
    if known:
        assert found.theory == pytest.approx(found.values, rel=1e-9)
    lost = found.values[0, -1] / found.values[0, 0]
    assert (lost > 500) == (activation == "sigmoid")


@pytest.mark.parametrize(
    ("name", "sets", "message"),
    [
        ("slope", "measure=sharpness", "sharpness is for a network"),
        ("xor", "measure=components", "components is for a few parameters with names"),
        ("slope", "measure=ball", "ball is for plain gradient descent with noise"),
        ("slope", "measure=slope", "slope is for a logistic model"),
        ("slope_bias", "film.layout=[measured]", "draws what the config measures"),
        ("eigenvectors", "film.layout=[law]", "depends on nothing but time"),
        ("eigenvectors", "film.layout={rows: [measured], measured: {of: ball}}", "is of 'ball'"),
    ],
)
def test_what_can_not_be_measured_or_drawn_is_refused(name, sets, message):
    with pytest.raises(ConfigError, match=message):
        lab(name, sets, "captions=[]")


def test_what_is_measured_is_a_part_of_a_run_and_can_be_named_in_captions():
    assert "measure" in PARTS
    spec = lab(
        "eigenvectors", "captions=[{at: end, text: '{component_1:.3g} {component_2_theory}'}]"
    )
    assert spec.captions
    with pytest.raises(ConfigError, match="component_3"):
        lab("eigenvectors", "captions=[{at: end, text: '{component_3}'}]")
    assert labelled("adam_first_step")["Adam"].recording.measurement("first_step") is not None
