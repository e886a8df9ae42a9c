"""Raw data: parameters of very different units, against exact fractions and published fits."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from render.config.load import load
from render.learn.objective import QuadraticLoss, least_squares
from render.pipeline import learn

# Average heights (in) and weights (lb) of American women: R's data set `women`.
WOMEN = dict(zip(range(58, 73), [115, 117, 120, 123, 126, 129, 132, 135, 139, 142, 146, 150, 154,
                                 159, 164], strict=True))  # fmt: skip
# km and price of used cars, as a well-known exercise has them
CARS = [(240000, 3650), (139800, 3800), (150500, 4400), (185530, 4450), (176000, 5250),
        (114800, 5350), (166800, 5800), (89000, 5990), (144500, 5999), (84000, 6200),
        (82029, 6390), (63060, 6390), (74000, 6600), (97500, 6800), (67000, 6800),
        (76025, 6900), (48235, 6900), (93000, 6990), (60949, 7490), (65674, 7555),
        (54000, 7990), (68500, 7990), (22899, 7990), (61789, 8290)]  # fmt: skip


@pytest.fixture
def trained(tmp_path):
    """A function that learns from rows with a config's other lines: its only run."""

    def run(rows, text):
        lines = ["x,y", *(f"{x},{y}" for x, y in rows)]
        (tmp_path / "data.csv").write_text("\n".join(lines))
        config = tmp_path / "film.yaml"
        config.write_text(f"dataset: {{kind: csv, path: data.csv, x: x, y: y}}\n{text}")
        (only,) = learn(load(config))
        return only

    return run


def fitted(rows, degree: int) -> tuple[np.ndarray, float]:
    """The polynomial of least squares and its mean squared error, in exact fractions."""
    powers = [[Fraction(x) ** k for k in range(degree + 1)] for x, _ in rows]
    labels = [Fraction(y) for _, y in rows]
    table = [
        [sum(p[i] * p[j] for p in powers) for j in range(degree + 1)]
        + [sum(p[i] * y for p, y in zip(powers, labels, strict=True))]
        for i in range(degree + 1)
    ]
    for i in range(degree + 1):
        table[i] = [value / table[i][i] for value in table[i]]
        for j in range(degree + 1):
            if j != i:
                table[j] = [a - table[j][i] * b for a, b in zip(table[j], table[i], strict=True)]
    best = [row[-1] for row in table]
    errors = [
        sum(a * b for a, b in zip(best, p, strict=True)) - y
        for p, y in zip(powers, labels, strict=True)
    ]
    return np.array(best, float), float(sum(error**2 for error in errors) / len(rows))


def test_exact_fractions_are_the_published_fit():
    best, loss = fitted([*WOMEN.items()], 2)
    assert best == pytest.approx([261.87818, -7.34832, 0.08306], abs=5e-6)
    assert loss == pytest.approx(0.118, abs=5e-4)


@pytest.mark.parametrize(("degree", "condition"), [(1, None), (2, 1.184e12), (3, 1.57e18)])
def test_one_newton_step_on_powers_of_raw_inputs_is_least_squares(trained, degree, condition):
    model = f"model: {{kind: polynomial, degree: {degree}}}\noptimizer: newton\n"
    run = trained(WOMEN.items(), f"{model}training: {{epochs: 1}}\n")
    best, loss = fitted([*WOMEN.items()], degree)
    np.testing.assert_allclose(run.recording.params[1], best, rtol=1e-6)
    assert run.recording.loss[1] == pytest.approx(loss, rel=1e-9)
    np.testing.assert_allclose([*run.landscape.optimum.values()], best, rtol=1e-8)
    assert run.landscape.minimum == pytest.approx(loss, rel=1e-9)
    assert run.verdict.word == "converged"
    if condition:
        assert run.landscape.condition == pytest.approx(condition, rel=2e-3)


def test_a_condition_that_no_step_can_solve_is_not_called_converged(trained):
    model = "model: {kind: polynomial, degree: 5}\noptimizer: newton\n"
    run = trained(WOMEN.items(), f"{model}training: {{epochs: 3}}\n")
    best, loss = fitted([*WOMEN.items()], 5)
    np.testing.assert_allclose([*run.landscape.optimum.values()], best, rtol=1e-6)
    assert run.landscape.minimum == pytest.approx(loss, rel=1e-7)
    away = np.abs(run.recording.params[-1] - best) / np.abs(best)
    assert (run.verdict.word == "converged") == bool(away.max() < 0.1)


def test_a_run_far_from_the_minimum_in_one_parameter_has_not_converged(trained):
    model = "model: {kind: polynomial, degree: 2}\noptimizer: {kind: adam, lr: 0.1}\n"
    run = trained(WOMEN.items(), f"{model}training: {{epochs: 2000}}\n")
    excess = run.recording.loss - run.landscape.minimum
    assert excess[-1] < 1e-4 * excess[0]  # c0 is 1 and not 262, yet most of the loss is gone
    assert run.recording.params[-1, 0] < 10
    assert run.verdict.word == "converging"


@pytest.mark.parametrize(
    ("lr", "word", "sentence"),
    [
        ("5e-11", "converging", "converging: 36 % of the excess loss is left"),
        ("1e-15", "slow", "slow: it hardly moved: the rate is too small"),
        ("1e-30", "slow", "slow: it hardly moved: the rate is too small"),
        ("1", "diverged", None),
    ],
)
def test_a_run_is_judged_by_what_it_gained(trained, lr, word, sentence):
    run = trained(
        CARS,
        f"model: {{kind: linear}}\noptimizer: {{kind: sgd, lr: {lr}}}\ntraining: {{epochs: 100}}\n",
    )
    optimum = [run.landscape.optimum["w"], run.landscape.optimum["b"]]
    assert optimum == pytest.approx([-0.0214489636, 8499.59965], rel=1e-8)
    assert run.landscape.minimum == pytest.approx(4.456e5, rel=1e-3)
    assert run.verdict.word == word
    assert sentence is None or run.verdict.sentence == sentence


def test_newton_on_raw_data_has_converged_and_did_not_start_there(trained):
    run = trained(CARS, "model: {kind: linear}\noptimizer: newton\ntraining: {epochs: 3}\n")
    assert (run.verdict.word, run.verdict.since) == ("converged", 1)
    assert "started" not in run.verdict.sentence


@pytest.mark.parametrize("scale", [1e-12, 1e12])
def test_verdicts_do_not_depend_on_the_unit_of_the_labels(trained, scale):
    rows = [(x / 1e5, y * scale) for x, y in CARS]
    text = "model: {kind: linear}\noptimizer: {kind: sgd, lr: 0.1}\ntraining: {epochs: 40}\n"
    run, plain = trained(rows, text), trained([(x / 1e5, y) for x, y in CARS], text)
    assert run.verdict == plain.verdict


def test_columns_that_depend_on_each_other_still_have_the_shortest_of_the_best():
    column = np.linspace(-1, 1, 7)[:, None]
    best = least_squares(np.hstack([column, 10 * column]), 101 * column[:, 0])
    np.testing.assert_allclose(best, [1, 10], rtol=1e-12)


def test_the_loss_around_an_ill_conditioned_minimum_keeps_its_digits():
    x = np.arange(58.0, 73)
    rows = np.vander(x, 4, increasing=True)
    loss = QuadraticLoss(np.ones(4), 0.0, 2 * rows.T @ rows, np.linalg.qr(rows)[1])
    move = np.array([1e-6, -1e-6, 1e-8, 1e-10])
    assert loss(1 + move) == pytest.approx(float(((rows @ move) ** 2).sum()), rel=1e-6)
