"""How a run ended, by the rule of the design."""

from __future__ import annotations

import numpy as np
import pytest

from render.results import judge
from tests.learn.labs import CONFIGS, learnt, runs
from tests.sweeps import sweep


@pytest.mark.parametrize(
    ("sets", "word", "sentence"),
    [
        ((), "converging", "converging: 0.065 % of the excess loss is left"),
        (
            ("training.epochs=15",),
            "converged",
            "converged: less than 0.01 % of the excess loss is left",
        ),
        (("optimizer.lr=0.01",), "converging", "converging: 61 % of the excess loss is left"),
        (
            ("optimizer.lr=0.4",),
            "diverged",
            "diverged at step 1: lr 0.4 is above the limit of this bowl, 0.3331",
        ),
        (
            ("optimizer.lr=0.3", "training.epochs=6"),
            "oscillating",
            "oscillating: every step overshoots the minimum",
        ),
        (("optimizer.lr=0.3", "training.epochs=3"), "converging", None),  # too short to tell
    ],
)
def test_verdict(sets, word, sentence):
    _, recording, landscape = learnt("slope", *sets)
    verdict = judge(recording, landscape)
    assert verdict.word == word
    assert sentence is None or verdict.sentence == sentence


def test_a_run_that_breaks_off_diverged():
    _, recording, landscape = learnt("slope", "optimizer.lr=0.4", "training.epochs=5000")
    assert judge(recording, landscape).word == "diverged"


def test_jumps_between_batches_are_not_called_overshooting():
    _, recording, landscape = learnt("validation_outliers")
    assert judge(recording, landscape).word == "converging"


def test_a_run_that_starts_at_its_minimum_has_converged():
    sets = ("dataset={kind: line, slope: 2, intercept: 1, noise: 0}",)
    start = "model={kind: linear, weight: 2, bias: 1}"
    _, recording, landscape = learnt("slope_bias", *sets, start)
    assert judge(recording, landscape).sentence == "converged: the run started at the minimum"
    assert landscape.ceiling == landscape.loss.max()


def test_a_rate_that_becomes_too_large_is_blamed_at_its_step():
    sets = ("training.epochs=40", "schedule=warmup", "optimizer={kind: sgd, lr: 0.4}")
    _, recording, landscape = learnt("slope_bias", *sets)
    verdict = judge(recording, landscape)
    assert verdict.word == "diverged"
    assert "lr 0.4 is above the limit of this bowl, 0.333" in verdict.sentence
    step = int(verdict.sentence.split(":")[0].removeprefix("diverged at step "))
    assert (recording.loss[step:] > recording.loss[0]).all()
    assert recording.loss[step - 1] <= recording.loss[0]


@pytest.mark.parametrize(
    "name", sweep(sorted(path.stem for path in CONFIGS.glob("*.yaml")), quick=4)
)
def test_the_time_and_the_verdict_mean_the_same_by_converged(name):
    """At most 1/10,000 of the excess loss, from that step on, and not one step earlier."""
    for run in runs(name):
        since, word = run.verdict.since, run.verdict.word
        assert np.isfinite(since) == (word == "converged")
        if word == "converged":
            excess = run.recording.loss - run.landscape.minimum
            step = int(since)
            assert (excess[step:] <= 1e-4 * excess[0]).all()
            assert step == 0 or excess[step - 1] > 1e-4 * excess[0]


def test_a_saturated_start_is_stuck_and_no_minimum():
    start = "model={kind: function, formula: 'tanh(x)**2', start: {x: 16}}"
    sets = ("landscape={}", "optimizer={kind: sgd, lr: 0.1}", "training.epochs=50")
    _, recording, landscape = learnt("ellipse_zigzag", *sets, start)
    assert recording.loss[0] == pytest.approx(1)
    verdict = judge(recording, landscape)
    assert verdict.word == "stuck"
    assert "plateau" in verdict.sentence


def test_a_start_close_to_the_minimum_is_not_at_it():
    """The picture is 100 times higher than the excess loss at the start: no reason to say so."""
    start = "model={kind: linear, weight: 1.00637, bias: -1.02224}"
    _, recording, landscape = learnt("slope_bias", start, "landscape={w: [-90, 90]}")
    excess = recording.loss[0] - landscape.minimum
    assert 0 < excess < 1e-8 * landscape.loss.max()
    assert "started" not in judge(recording, landscape).sentence


def test_most_of_the_loss_is_never_told_as_all_of_it():
    sets = ("training.batch_size=1", "training.epochs=1", "optimizer.lr=3e-5")
    _, recording, landscape = learnt("slope_bias", *sets)
    assert "100 %" not in judge(recording, landscape).sentence


def test_a_steep_start_with_a_tiny_rate_is_slow_and_on_no_plateau():
    """Wrong and sure of it: cross-entropy has its steepest slope there."""
    sets = ("model={kind: logistic, weight: -6, bias: -10}", "optimizer={kind: sgd, lr: 1e-9}")
    _, recording, landscape = learnt("logistic_cross_entropy", *sets, "landscape={}")
    assert np.linalg.norm(recording.grads[-1]) > 0.1
    assert judge(recording, landscape).word == "slow"


def test_a_parameter_that_is_still_away_is_named_beside_a_loss_that_is_there():
    """Nearly all of the loss was that of w, and b has half of its way to go."""
    start = "model={kind: linear, weight: -10, bias: 0}"
    sets = ("scene=slope_bias", start, "optimizer.lr=0.16", "training.epochs=4")
    _, recording, landscape = learnt("slope", *sets)
    excess = recording.loss - landscape.minimum
    assert excess[-1] < 1e-4 * excess[0]
    away = np.abs(recording.params - landscape.minima_of(recording.names)[0])
    assert (away[-1] < 0.1 * away[0]).tolist() == [True, False]
    assert judge(recording, landscape).sentence == (
        "converging: less than 0.01 % of the excess loss is left, but b is not at the minimum yet"
    )


@pytest.mark.parametrize("epochs", [6, 8, 10, 12])
def test_a_run_that_comes_back_to_where_it_began_is_not_converging(epochs):
    """Its sums of gradients are never cleared, so that it swings for ever."""
    sets = ("training.zero_grad=false", "scene=slope_bias", "dataset={kind: line, slope: -3}")
    model = "model={kind: linear, weight: 0, bias: 0}"
    _, recording, landscape = learnt("slope", *sets, model, f"training.epochs={epochs}")
    assert recording.loss[-1] < recording.loss[0] < recording.loss.max()
    assert judge(recording, landscape).word == "oscillating"
