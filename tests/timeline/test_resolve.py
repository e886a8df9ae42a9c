"""When a time as written is in a film."""

from __future__ import annotations

import numpy as np
import pytest

from render.config.spec import FilmOptions
from render.config.when import EVERY, parse_when
from render.results import judge
from render.scene import Beats
from render.timeline.clock import Clock
from render.timeline.pace import pacing, positions
from render.timeline.resolve import seconds, stills
from tests.learn.labs import learnt


def film(lab="slope", *sets, **film):
    """Course, clock, recording and length of a film, and the step from which it has converged."""
    _, recording, landscape = learnt(lab, *sets)
    shot = FilmOptions(**film)
    clock = Clock.of([recording])
    course = pacing(Beats(), shot, np.ones(clock.ticks))
    return course, clock, recording, shot.last_s, judge(recording, landscape).since


def at(text, *known):
    return seconds(parse_when(text), *known)


def test_seconds_and_shares_are_of_the_film():
    known = film()
    assert at("2.5s", *known) == 2.5
    assert at("50%", *known) == pytest.approx(known[3] / 2)
    assert at("100%", *known) == at("99s", *known) == pytest.approx(8 - 1 / 30)


@pytest.mark.parametrize("lab", ["slope", "slope_bias"])
def test_at_a_step_the_dot_is_there(lab):
    known = film(lab)
    times = [at(f"step {k}", *known) for k in range(known[2].steps + 1)]
    assert times[0] == 0
    ticks, _, _ = positions(np.array(times), known[0])
    np.testing.assert_allclose(ticks, np.arange(known[2].steps + 1), atol=1e-9)


def test_an_epoch_has_its_steps():
    sets = ("training.batch_size=10",)
    known = film("slope", *sets)
    assert known[2].per_epoch > 1
    assert at("epoch 2", *known) == at(f"step {2 * known[2].per_epoch}", *known)
    assert at("epoch 1.5", *known) == pytest.approx(
        np.interp(1.5 * known[2].per_epoch, np.arange(known[2].steps + 1), known[0].reached_s)
    )


def test_a_clock_of_epochs_reaches_a_step_within_one():
    _, slow, _ = learnt("slope")
    _, quick, _ = learnt("slope", "training.batch_size=10")
    clock = Clock.of([slow, quick])
    assert clock.by_epoch
    course = pacing(Beats(), FilmOptions(), np.ones(clock.ticks))
    whole = seconds(parse_when("epoch 2"), course, clock, quick, 8)
    assert whole == seconds(parse_when("epoch 2"), course, clock, slow, 8) == course.reached_s[2]
    assert seconds(parse_when("step 3"), course, clock, quick, 8) < course.reached_s[1]


def test_what_never_comes_has_no_time():
    known = film()
    end = at("end", *known)
    assert end == known[0].reached_s[-1] < known[3]
    assert at("step 5", *known) == at("epoch 99", *known) == np.inf
    assert at("step 4", *known) == end


def test_a_run_has_converged_when_little_is_left_for_good():
    known = film("slope_bias", "training.epochs=60")
    recording, minimum = known[2], learnt("slope_bias", "training.epochs=60")[2].minimum
    excess = recording.loss - minimum
    step = int(np.flatnonzero(excess <= 1e-4 * excess[0])[0])
    assert 0 < step < recording.steps
    assert at("converged", *known) == at(f"step {step}", *known)


def test_a_run_that_does_not_converge_has_no_time_for_it():
    for sets in ((), ("optimizer.lr=0.4",), ("optimizer.lr=0.001",)):
        assert at("converged", *film("slope", *sets)) == np.inf


def test_a_run_without_steps_is_at_its_start():
    from dataclasses import replace

    _, recording, _ = learnt("slope")
    rows = ("params", "grads", "loss", "batch_loss", "lr", "epoch")
    still = replace(recording, **{name: getattr(recording, name)[:1] for name in rows})
    clock = Clock.of([still])
    course = pacing(Beats(), FilmOptions(), np.zeros(0))
    for text in ("step 0", "end"):
        assert 0 <= seconds(parse_when(text), course, clock, still, 8) <= 8
    assert seconds(parse_when("step 3"), course, clock, still, 8) == np.inf


def test_stills_are_of_a_time_or_of_every_tick():
    known = film("slope_bias")
    assert stills(parse_when("2s"), *known).tolist() == [2.0]
    times = stills(EVERY, *known)
    assert len(times) == known[1].ticks + 1
    assert times.tolist() == [at(f"step {k}", *known) for k in range(known[1].ticks + 1)]
