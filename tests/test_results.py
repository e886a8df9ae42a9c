"""How a run ended, by the rule of the design."""

from __future__ import annotations

import pytest

from render.results import judge
from tests.learn.labs import learnt


@pytest.mark.parametrize(
    ("sets", "word", "sentence"),
    [
        ((), "converging", "converging: 0.065 % of the excess loss is left"),
        (("training.epochs=15",), "converged", "converged: 1.1e-10 % of the excess loss is left"),
        (("optimizer.lr=0.01",), "converging", "converging: 61 % of the excess loss is left"),
        (
            ("optimizer.lr=0.4",),
            "diverged",
            "diverged at step 1: lr 0.4 is above 2/λmax = 0.3331",
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
    assert "lr 0.4 is above 2/λmax = 0.333" in verdict.sentence
    step = int(verdict.sentence.split(":")[0].removeprefix("diverged at step "))
    assert (recording.loss[step:] > recording.loss[0]).all()
    assert recording.loss[step - 1] <= recording.loss[0]
