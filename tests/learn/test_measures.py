"""What is measured of networks after training, against closed forms and dense matrices."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

from render.errors import ConfigError, RenderError
from render.learn.datasets.features import FeaturesDataset
from render.learn.hessian import largest_eigenvalue
from render.learn.measures.base import Subject
from render.learn.networks.check import direct_loss
from render.learn.networks.planes import PlaneOptions, plane_of
from render.learn.networks.training import evaluation_of, train_network
from render.pipeline import generate
from render.recording import write
from tests.learn.labs import lab, runs
from tests.sweeps import sweep


@cache
def subject(name, *sets):
    """A run that was trained, and not yet measured or drawn."""
    return trained(lab(name, *sets))


def trained(spec):
    dataset = generate(spec)
    history = train_network(spec, dataset)
    return Subject(spec, dataset, history, evaluation_of(spec, dataset), len(history.step))


@cache
def pair():
    """Both networks of the film of two minima, after 30 epochs."""
    short = [
        replace(one, training=replace(one.training, epochs=30))
        for one in lab("same_loss_other_minimum").each
    ]
    return [trained(one) for one in short]


def measured(one):
    (measure,) = one.spec.measure
    (found,) = measure.measure([one], lambda: None)
    return found


@pytest.mark.parametrize("start", [None, np.eye(60)[0]])
def test_the_largest_eigenvalue_is_that_of_the_whole_matrix(start):
    random = np.random.default_rng(3)
    values = np.sort(random.normal(size=60))
    vectors = np.linalg.qr(random.normal(size=(60, 60)))[0]
    matrix = vectors * values @ vectors.T
    if start is not None:
        start = vectors[:, 0]  # an eigenvector of another one
    found, vector = largest_eigenvalue(lambda v: matrix @ v, 60, start)
    assert found == pytest.approx(values[-1], rel=1e-7)
    assert abs(vector @ vectors[:, -1]) == pytest.approx(1, abs=1e-4)
    assert np.isnan(largest_eigenvalue(lambda v: v * np.nan, 5)[0])


def test_the_sharpness_is_the_largest_eigenvalue_of_the_dense_hessian():
    one = subject("edge_of_stability", "model.hidden=[5]", "training.epochs=40")
    found = measured(one)
    assert found.theory[:, 0] == pytest.approx(2 / 0.14)
    for row in (0, 17, 40):
        module = torch.nn.Sequential(
            torch.nn.Linear(1, 5), torch.nn.Tanh(), torch.nn.Linear(5, 1)
        ).double()
        shapes = {name: p.shape for name, p in module.named_parameters()}
        x, y = (
            torch.from_numpy(part.copy()).view(-1, 1) for part in (one.dataset.x, one.dataset.y)
        )

        def loss(vector, module=module, shapes=shapes, x=x, y=y):
            parts = vector.split([shape.numel() for shape in shapes.values()])
            given = {n: p.view(s) for (n, s), p in zip(shapes.items(), parts, strict=True)}
            return ((torch.func.functional_call(module, given, (x,)) - y) ** 2).mean()

        weights = torch.from_numpy(one.weights(row))
        dense = torch.autograd.functional.hessian(loss, weights).numpy()
        assert found.values[row, 0] == pytest.approx(np.linalg.eigvalsh(dense)[-1], rel=1e-6)


def test_singular_values_grow_in_stages_as_saxe_says():
    one = subject("deep_linear")
    found = measured(one)
    lr, gain, step = 0.0025, 0.03, one.history.step[:, None]
    s, start = np.sqrt([7, 3, 1, 1]) / 2, gain**2
    grown = np.exp(2 * s * lr * step)
    expected = s * grown / (grown - 1 + s / start)
    assert np.abs(found.values - expected).max() < 0.005
    np.testing.assert_allclose(found.theory, expected, atol=1e-12)
    half = [int(step[np.argmax(found.values[:, k] > s[k] / 2), 0]) for k in range(4)]
    assert half[0] + 400 < half[1] < half[2] - 800  # one after another, the last two together
    assert half[2] == half[3]
    assert found.values[-1] == pytest.approx(s, abs=0.05)


@pytest.mark.parametrize(
    "other",
    [
        "model.init=torch",
        "optimizer.momentum=0.5",
        "loss.over_outputs=mean",
        "model.hidden=[4, 4]",
        "schedule=cosine",
        "training.batch_size=2",
    ],
)
def test_theory_says_nothing_where_it_does_not_hold(other):
    found = measured(subject("deep_linear", other, "training.epochs=3"))
    assert found.theory is None
    assert [*found.table] == [f"singular_value_{k}" for k in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("name", "sets", "words"),
    [
        ("moons", ["measure=singular_values"], "for a linear network"),
        ("moons", ["measure=[line]"], "a race of two runs"),
        ("moons", ["landscape.plane=ends"], "a race of two runs"),
        ("slope", ["measure=[sharpness]"], "is for a network"),
        ("moons", ["measure=[sharpness, sharpness]"], "in the list already"),
        ("moons", ["measure=[sharpnes]"], "did you mean 'sharpness'?"),
        ("moons", ["film.layout=[header sharpness]"], "`measure: [sharpness]`"),
        ("deep_linear", ["model.bias=true"], "linear network"),
    ],
)
def test_what_can_not_be_measured_is_refused_before_training(name, sets, words):
    with pytest.raises(ConfigError) as fault:
        lab(name, *sets)
    assert words in str(fault.value)


def test_what_is_measured_is_in_the_table_and_changes_no_training(tmp_path):
    sets = ("training.epochs=20", "landscape.grid=41", "captions=[]", "film.layout=null")
    sets = (*sets, "film.essential=[]")
    with_it = runs("deep_linear", *sets)
    without = runs("deep_linear", *sets, "measure=[]")
    write(tmp_path / "a.csv", [run.recording for run in with_it])
    head = (tmp_path / "a.csv").read_text().splitlines()[0].split(",")
    assert [name for name in head if "singular" in name] == [
        *(f"singular_value_{k}" for k in (1, 2, 3, 4)),
        *(f"singular_value_{k}_theory" for k in (1, 2, 3, 4)),
    ]
    np.testing.assert_array_equal(with_it[0].recording.loss, without[0].recording.loss)


def test_the_losses_between_two_networks_are_those_of_the_model_there():
    one, other = pair()
    (found, same) = one.spec.measure[0].measure([one, other], lambda: None)
    assert found is same
    loss = direct_loss(one.evaluation)
    for row in (0, 30):
        start, end = one.weights(row), other.weights(row)
        places = np.linspace(0, 1, 21)
        losses = [loss(start + share * (end - start), {}) for share in places]
        np.testing.assert_allclose(found.values[row, 1:], losses, rtol=1e-12)
        above = losses - np.interp(places, (0, 1), (losses[0], losses[-1]))
        assert found.values[row, 0] == pytest.approx(above.max(), abs=1e-12)
    assert found.columns[:3] == ("barrier", "line_0.00", "line_0.05")


def test_the_plane_of_two_ends_has_both_and_the_middle_of_the_starts():
    each = pair()
    plane = plane_of([one.history for one in each], each[0].evaluation, PlaneOptions(plane="ends"))
    starts, ends = (np.array([one.weights(k) for one in each]) for k in (0, -1))
    assert plane.distance(ends) == pytest.approx(0, abs=1e-12)
    assert plane.distance(starts.mean(axis=0)[None]) == pytest.approx(0, abs=1e-12)
    apart = float(np.linalg.norm(ends[1] - ends[0]))
    np.testing.assert_allclose(
        plane.project(ends), [[-apart / 2, 0], [apart / 2, 0]], atol=1e-12 * apart
    )
    with pytest.raises(RenderError, match="a race of two runs"):
        plane_of([each[0].history], each[0].evaluation, PlaneOptions(plane="ends"))


@pytest.mark.parametrize(
    "ratio",
    sweep([0.5, 1.25, 0.2, 0.8, 1.5, 2, 3], quick=2),
)
def test_the_least_weights_have_the_excess_risk_of_hastie(ratio):
    variance, n = 0.25, 100
    below = variance * ratio / (1 - ratio)
    expected = below if ratio < 1 else (1 - 1 / ratio) + variance / (ratio - 1)
    risks = []
    for draw in range(50):
        data = FeaturesDataset(n=n, p=int(n * ratio), draw=draw).make(draw)
        x, y = data.x, data.y
        less = ratio < 1
        weights = np.linalg.solve(x.T @ x, x.T @ y) if less else x.T @ np.linalg.solve(x @ x.T, y)
        unseen = data.validation
        risks.append(float(((unseen.x @ weights - unseen.y) ** 2).mean()))
        beta = unseen.y / np.sqrt(len(unseen.y))
        assert risks[-1] == pytest.approx(float(((weights - beta) ** 2).sum()))
        assert np.linalg.norm(beta) == pytest.approx(1)
    error = np.std(risks, ddof=1) / np.sqrt(len(risks))
    assert abs(np.mean(risks) - expected) < 3 * error
    kind = FeaturesDataset()
    assert kind.noise**2 == variance
    assert kind.excess_risk(np.array([ratio])) == pytest.approx(expected)


@pytest.mark.parametrize("features", [12, 60])
def test_gradient_descent_from_0_goes_to_the_weights_of_the_smallest_norm(features):
    spec = lab("double_descent").each[0]
    data = replace(spec.dataset, n=30, p=features, draws=2)
    optimizer, training = replace(spec.optimizer, lr=0.25), replace(spec.training, epochs=600)
    one = trained(replace(spec, dataset=data, optimizer=optimizer, training=training))
    least = np.linalg.lstsq(one.dataset.x, one.dataset.y, rcond=None)[0]
    found = one.weights(one.rows - 1).reshape(2, features).T
    np.testing.assert_allclose(found, least, atol=1e-6)


@pytest.mark.slow
def test_the_film_of_double_descent_ends_on_the_theory_away_from_its_peak():
    made = runs("double_descent")
    ends = {run.spec.dataset.p / 100: float(run.recording.validation_loss[-1]) for run in made}
    for ratio, end in ends.items():
        assert end < ends[1.0] or ratio == 1
        if abs(ratio - 1) >= 0.2:
            expected = float(made[0].spec.dataset.excess_risk(np.array(ratio)))
            assert end == pytest.approx(expected, rel=0.2)
    start = [run.recording.validation_loss[:2] for run in made]
    assert all(losses[1] < losses[0] == pytest.approx(1) for losses in start)


@pytest.mark.slow
def test_two_starts_end_at_one_loss_with_a_barrier_between_them():
    made = runs("same_loss_other_minimum")
    first, second = (float(run.recording.loss[-1]) for run in made)
    assert first == pytest.approx(second, rel=1e-4)
    assert {run.verdict.word for run in made} == {"converged"}
    found = made[0].recording.projected.measurement("line").values[-1]
    assert found[1] == pytest.approx(first, rel=1e-9)
    assert found[-1] == pytest.approx(second, rel=1e-9)
    assert found[0] > 7 * first


@pytest.mark.slow
def test_the_sharpness_stays_at_the_edge_of_stability_while_the_loss_falls_unevenly():
    (run,) = runs("edge_of_stability")
    found = run.recording.projected.measurement("sharpness").values[:, 0]
    half = len(found) // 2
    assert found[half:].mean() == pytest.approx(2 / 0.14, rel=0.05)
    loss = run.recording.loss
    assert loss[-1] < 0.1 * loss[len(loss) // 10]
    assert (np.diff(loss[half:]) > 0).mean() > 0.2  # it rises now and then
