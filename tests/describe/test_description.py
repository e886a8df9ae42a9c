"""The alternative text: what is in it are the recorded numbers."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from render.config.scene_file import compose
from render.describe.description import (
    ahead,
    leader,
    number_text,
    sentences,
)
from render.phrases import counted, listed
from tests.draw.reading import number
from tests.learn.labs import CONFIGS, lab, runs

NUMBER = r"(−?\d+(?:\.\d+)?(?:·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?)"
QUICK = {"slope", "slope_bias", "learning_rates", "optimizer_race", "two_points_diverge"}
ALL = [
    pytest.param(p.stem, marks=() if p.stem in QUICK else pytest.mark.slow)
    for p in sorted(CONFIGS.glob("*.yaml"))
]


def description(name: str, *sets: str) -> tuple[str, ...]:
    spec = lab(name, *sets)
    return sentences(spec, runs(name, *sets), compose(spec))


def numbers(pattern: str, text: str) -> list[float]:
    """The numbers in a text, where the pattern has #."""
    match = re.search(pattern.replace("#", NUMBER), text)
    assert match, (pattern, text)
    return [number(found) for found in match.groups()]


def near(values) -> object:
    return pytest.approx(list(values), rel=5e-4)


@pytest.mark.parametrize("name", ["slope", "slope_bias", "two_points_diverge"])
def test_the_numbers_are_the_recording_s(name):
    text, (run,) = " ".join(description(name)), runs(name)
    recording = run.recording
    for index, parameter in enumerate(recording.names):
        ends = recording.params[[0, -1], index]
        assert numbers(rf"\b{parameter} goes from # to #", text) == near(ends)
        at = numbers(rf"minimum is at .*?\b{parameter} = #", text)
        assert at == near([run.landscape.optimum[parameter]])
    assert numbers("loss goes from # to #", text) == near(recording.loss[[0, -1]])
    assert numbers("lowest possible is #", text) == near([run.landscape.minimum])
    assert numbers("learning rate of #", text) == near([recording.lr[0]])
    assert numbers(r"for # epochs", text) == [recording.epoch[-1]]
    assert run.verdict.sentence[1:] in text


def test_a_single_run_is_described_whole():
    assert description("slope")[:2] == (
        "Animation “Learning the slope”: gradient descent fits a linear model to 60 points; a dot"
        " descends the loss surface over w and b while the prediction moves to the data.",
        "It is trained with sgd at a learning rate of 0.1 for 4 epochs, with b = 0 held.",
    )


def test_a_function_has_neither_data_nor_epochs():
    text = " ".join(description("rosenbrock"))
    assert "looks for the lowest point of the rosenbrock function" in text
    assert "data" not in text
    assert "epoch" not in text


def test_a_rate_that_changes_has_both_its_ends():
    name, sets = "slope", ("schedule={kind: exponential, gamma: 0.5}",)
    rates = runs(name, *sets)[0].recording.lr
    text = description(name, *sets)[1]
    assert numbers("goes from # to #", text) == near([rates[0], rates[np.isfinite(rates)][-1]])


def test_batches_are_counted_as_steps_of_an_epoch():
    assert "for 4 epochs of 6 steps each" in description("slope", "training.batch_size=10")[1]


def test_a_race_names_every_run_and_who_is_ahead():
    race = runs("rosenbrock")
    text = description("rosenbrock")
    for run in race:
        recording = run.recording
        ends = numbers(rf"{run.label} \([^)]*\) goes from x1 = # .*? to x1 = #", text[2])
        assert ends == near(recording.params[[0, -1], 0])
    best = min(race, key=lambda run: run.recording.loss[-1])
    assert text[-1].startswith(f"At the end {best.label} is ahead with a loss of ")
    assert numbers("loss of #", text[-1]) == near([best.recording.loss[-1]])


def test_runs_on_different_data_are_not_compared():
    assert description("anscombe")[-1].startswith("At the end set IV ends lowest, with a loss of ")


def test_a_film_without_a_surface_mentions_none():
    text = description("slope", "film.layout=[data loss]")
    assert text[0].endswith("60 points; the prediction moves to the data.")
    assert description("slope", "film.layout=[loss]")[0].endswith(" to 60 points.")


def test_of_many_runs_each_has_its_loss_and_two_are_described():
    race, text = runs("learning_rates"), description("learning_rates")
    for run in race:
        last = numbers(rf"{re.escape(run.label)} # \({run.verdict.word}\)", text[1])
        assert last == near([run.recording.loss[-1]])
    assert text[2].startswith("Of them, lr 0.2 (")
    assert "; lr 0.34 (" in text[2]


def test_runs_with_equal_ends_are_level_and_those_beyond_the_numbers_are_last():
    first, second = (replace_loss(runs("slope")[0], 0.5) for _ in range(2))
    assert leader([first, second]) == "At the end slope and slope are level with a loss of 0.5"
    broken = replace_loss(first, 0.1, broke_off=True)
    assert ahead([broken, first]) == [first, broken]
    assert leader([broken, first]) == "At the end slope is ahead with a loss of 0.5"
    assert leader([broken, broken]) == "At the end no run is ahead: all have diverged"


def replace_loss(run, last: float, broke_off: bool = False):
    loss = np.append(run.recording.loss[:-1], last)
    return replace(run, recording=replace(run.recording, loss=loss, broke_off=broke_off))


@pytest.mark.parametrize("name", ALL)
def test_every_film_is_described_in_two_to_six_sentences_of_plain_words(name):
    text = description(name)
    assert 2 <= len(text) <= 6
    for sentence in text:
        assert re.fullmatch(r"[^\n\r\t]+\.", sentence)
        assert "  " not in sentence
        assert "nan" not in sentence.split()


def test_numbers_and_lists_are_written_as_they_are_read():
    assert number_text(-10.0) == "−10"
    assert number_text(2.164e-19) == "2.164·10⁻¹⁹"
    assert counted(1, "step") == "1 step"
    assert counted(1200, "step") == "1,200 steps"
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
