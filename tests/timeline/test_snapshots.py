"""Runs that keep only some of their snapshots: what is written is the step, not the row."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from render.config.spec import CaptionOptions
from render.config.when import EVERY, parse_when
from render.draw.plan import compose, plan_film
from render.errors import RenderError
from render.projected import kept_steps
from render.results import Run
from render.timeline.captions import fields
from render.timeline.clock import Clock
from tests.networks import film_spec, network_runs


def plan(runs: tuple[Run, ...], *captions):
    spec = replace(film_spec(runs), captions=captions)
    return plan_film(compose(spec), runs)


def clock(runs: tuple[Run, ...], choice="auto") -> Clock:
    return Clock.of([run.recording for run in runs], choice)


@pytest.mark.parametrize("steps", [0, 1, 2, 397, 398, 399, 400, 796, 797, 5000, 123_457])
def test_kept_snapshots_are_even_and_have_both_ends(steps):
    kept = kept_steps(steps)
    assert kept[0] == 0
    assert kept[-1] == steps
    assert len(kept) <= 400
    apart = np.diff(kept)
    assert len({*apart[:-1]}) <= 1, "evenly"
    assert apart.size < 2 or 0 < apart[-1] <= apart[0]
    assert steps < 398 or len(kept) > 190, "not fewer than half of them"


def test_each_row_is_a_tick_and_is_counted_by_its_step():
    (run,) = runs = network_runs()
    found = clock(runs)
    assert run.recording.last == found.ticks == 40
    assert run.recording.steps == 200
    assert run.recording.per_epoch == 10
    for row in range(41):
        assert found.row(run.recording, row) == row
        assert found.landed(run.recording, float(row)) == row
        assert found.at(float(row)) == 5 * row
        assert found.counted(float(row)) == 5 * row // 10
    assert found.counted(39.9) == 19, "not before the snapshot lands"
    assert found.length == 20
    shown = found.shown(run.recording, np.array([0, 1.5, 40]))
    np.testing.assert_allclose(shown, [0, 0.75, 20])
    in_steps = clock(runs, "steps")
    assert (in_steps.unit, in_steps.length, in_steps.counted(2.0)) == ("step", 200, 10)


def test_in_a_race_all_runs_are_at_the_same_step():
    runs = network_runs(lrs=(0.3, 0.1), strides=(5, 8))
    found = clock(runs)
    for tick in (0.0, 1.0, 2.5, 17.3, 39.0, 40.0):
        at = [
            float(run.recording.steps_at(np.asarray(found.row(run.recording, tick))))
            for run in runs
        ]
        assert at[0] == pytest.approx(at[1])
        assert at[0] == pytest.approx(5 * tick)
        rows = [found.landed(run.recording, tick) for run in runs]
        assert rows == [int(tick + 1e-9), int(5 * tick / 8 + 1e-9)]
    assert found.in_steps(runs[0].recording)
    assert not found.in_steps(runs[1].recording)


def test_runs_of_different_batches_are_at_the_same_epoch():
    first, second = network_runs(lrs=(0.3, 0.1), strides=(5, 8))
    slow = replace(second.recording, epoch=second.recording.epoch / 2)  # 20 steps an epoch
    found = Clock.of([first.recording, slow])
    assert (found.unit, found.by_epoch, found.length) == ("epoch", True, 20)
    for tick in (0.0, 3.0, 12.7, 20.0):
        rows = [found.row(recording, tick) for recording in (first.recording, slow)]
        epochs = [r.epochs(row) for r, row in zip((first.recording, slow), rows, strict=True)]
        assert epochs[0] == pytest.approx(epochs[1], abs=1e-9)
    assert found.row(slow, 40.0) == slow.last, "it ended at epoch 10"


def test_a_time_in_steps_is_that_of_the_next_snapshot():
    runs = network_runs("film.duration=4")
    film = plan(runs)
    for text, step in (("step 0", 0), ("step 40", 40), ("step 41", 45), ("epoch 3", 30)):
        (moment,) = film.stills(parse_when(text))
        assert film.timing.clock.at(moment.tick) == step, text
        assert moment.tick == step / 5
    (end,) = film.stills(parse_when("end"))
    assert end.tick == 40
    with pytest.raises(RenderError, match=r"step 201: .* it ends at step 200"):
        film.stills(parse_when("step 201"))
    assert len(film.stills(EVERY)) == 41, "a still of each snapshot"


def test_a_step_that_is_not_kept_is_told():
    def when(text):
        return parse_when(text)

    captions = (CaptionOptions(when("step 41"), "There"), CaptionOptions(when("epoch 9"), "End"))
    film = plan(network_runs("film.duration=10"), *captions)
    (told,) = film.timing.remarks
    assert told.endswith("captions.0.at: no snapshot of step 41 is kept: it comes at step 45")
    assert film.still_remarks(when("step 44")) == (
        "no snapshot of step 44 is kept: it comes at step 45",
    )
    kept = ("step 45", "step 0", "step 200", "epoch 3", "50%", "end", "step 999")
    assert not any(film.still_remarks(when(text)) for text in kept)
    coarse = plan(network_runs(strides=(15,)))  # 15, 30, 45: one and a half epochs apart
    assert not coarse.still_remarks(when("epoch 1")), "step 15 is in epoch 1"
    assert coarse.still_remarks(when("epoch 2")) == (
        "no snapshot of epoch 2 is kept: it comes at epoch 3",
    )
    every = plan(network_runs(strides=(1,), steps=12, per_epoch=1))
    assert not every.still_remarks(when("step 7"))


def test_numbers_of_captions_are_of_steps_and_epochs():
    (run,) = runs = network_runs()
    given = fields(run, clock(runs), 13.7)
    assert (given["step"], given["epoch"]) == (65, 6)
    assert given["loss"] == run.recording.loss[13]
    assert given["distance"] == run.recording.projected.distance[13]
    assert given["accuracy"] == run.recording.projected.accuracy[13]
    assert np.isnan(given["lr_max"]), "nobody knows it"


def test_stops_name_steps():
    film = plan(network_runs("film.duration=10"))
    said = [stop.numbers for stop in film.stops]
    steps = [int(re.match(r"Step (\d+): loss", text)[1]) for text in said[1:]]
    assert said[0] == "Start: loss 1.1, accuracy 50 %"
    assert steps == [stop.step for stop in film.stops[1:]] == [5, 10, 100, 200]
    recording = film.runs[0].recording
    for stop, text in zip(film.stops[1:], said[1:], strict=True):
        loss = float(re.search(r"loss ([\d.]+)", text)[1])
        assert loss == pytest.approx(recording.loss[stop.step // 5], rel=1e-3)


def test_snapshots_that_lie_apart_are_not_narrated():
    assert plan(network_runs("film.duration=10")).timing.pacing.narrated == 0
    close = network_runs("film.duration=10", strides=(1,), steps=12, per_epoch=1)
    assert plan(close).timing.pacing.narrated > 0


def test_a_run_whose_epochs_nobody_knows_is_counted_in_steps():
    (run,) = network_runs()
    unknown = replace(run, recording=replace(run.recording, epoch=0 * run.recording.epoch))
    film = plan((unknown,))
    assert film.timing.clock.unit == "step"
    assert film.timing.clock.length == 200
