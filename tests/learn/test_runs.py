"""Several runs in one film: their landscapes, their clock, what they hold equal, their truth."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from render.draw.panels.header import held_equal
from render.errors import TruthError
from render.learn import check
from render.timeline.clock import Clock
from tests.learn.labs import CONFIGS, lab, labelled, runs
from tests.sweeps import sweep

SEVERAL = [p.stem for p in sorted(CONFIGS.glob("*.yaml")) if len(lab(p.stem).each) > 1]


def networks_last(names):
    """The names of films, those of networks left to `make test-all`: training them takes long."""
    few = sorted(names, key=lambda name: lab(name).model.network)
    return sweep(few, quick=sum(not lab(name).model.network for name in few))


RACES = [name for name in SEVERAL if lab(name).film.runs == "race"]
GRIDS = [name for name in SEVERAL if lab(name).film.runs == "grid"]
SHARED = [name for name in GRIDS if lab(name).film.share]
OWN = [name for name in GRIDS if not lab(name).film.share]


def calm(run) -> bool:
    recording = run.recording
    return not recording.broke_off and recording.loss[-1] <= recording.loss[0]


def holds(landscape, run) -> bool:
    """Whether the whole path is in the picture."""
    inside = True
    for name, grid in zip(landscape.axes, landscape.grid, strict=True):
        if name in run.recording.names:
            places = run.recording.params[:, run.recording.names.index(name)]
            inside &= bool(grid[0] <= places.min() and places.max() <= grid[-1])
    return inside


def ranges(run) -> list[list[float]]:
    return [grid[[0, -1]].tolist() for grid in run.landscape.grid]


# Landscapes


def test_there_are_races_and_grids():
    assert len(RACES) > 10
    assert len(SHARED) > 3
    assert OWN


@pytest.mark.parametrize("name", networks_last(RACES))
def test_a_race_has_one_landscape_with_every_calm_path_in_it(name):
    first, *others = runs(name)
    assert all(run.landscape is first.landscape for run in others)
    assert any(calm(run) for run in runs(name))
    for run in runs(name):
        assert not calm(run) or holds(first.landscape, run), run.label


@pytest.mark.parametrize(
    ("lr", "epochs"),
    sweep([(0.345, 20), (0.4, 12), (0.4, 2000)]),  # the first climbs slowly, the last breaks off
)
def test_a_run_that_diverges_leaves_the_picture_of_the_others_as_it_is(lr, epochs):
    """Each step multiplies its distance by 1 − lr·h, h = 6: by −1.07 at the lower rate."""
    sets = (f"training.epochs={epochs}",)
    tame = runs("slope_bias", "sweep={optimizer.lr: [0.1, 0.3]}", *sets)
    wild = runs("slope_bias", f"sweep={{optimizer.lr: [0.1, 0.3, {lr}]}}", *sets)
    assert wild[2].verdict.word == "diverged"
    assert wild[2].recording.broke_off == (epochs == 2000)
    assert ranges(wild[2]) == ranges(tame[0])
    assert wild[0].landscape.ceiling == tame[0].landscape.ceiling
    assert not holds(wild[0].landscape, wild[2])


def test_where_all_runs_fly_off_the_picture_follows_them_a_little():
    run, _ = runs("slope_bias", "sweep={optimizer.lr: [0.4, 0.5]}", "training.epochs=2000")
    low, high = ranges(run)[0]
    assert low < -15 < 1 < high
    assert high - low < 200
    assert np.isfinite(run.landscape.loss).all()


@pytest.mark.parametrize("name", networks_last(SHARED))
def test_cells_that_share_their_scales_have_equal_ranges_and_ceilings(name):
    first, *others = runs(name)
    for run in others:
        assert run.landscape is not first.landscape
        if run.landscape.basis is None:  # each network has a plane of its own
            assert ranges(run) == ranges(first)
        if run.spec.loss == first.spec.loss:
            assert run.landscape.ceiling == first.landscape.ceiling
    assert all(holds(run.landscape, run) for run in runs(name) if calm(run))


@pytest.mark.parametrize("name", ["outliers", "broadcast_bug"])
def test_heights_of_different_losses_are_not_compared(name):
    assert len({run.landscape.ceiling for run in runs(name)}) == len(runs(name))


@pytest.mark.parametrize(
    ("name", "sets"),
    [
        *((name, ()) for name in OWN if not lab(name).model.network),
        ("learning_rates", ("film.share=false", "landscape.w=auto")),
    ],
)
def test_cells_with_scales_of_their_own_differ(name, sets):
    found = runs(name, *sets)
    assert len({str(ranges(run)) for run in found}) > 1
    assert len({run.landscape.ceiling for run in found}) > 1


# The clock


def clock(name, *sets, unit="epoch"):
    return Clock.of([run.recording for run in runs(name, *sets)], lab(name, *sets).film.clock, unit)


def test_runs_of_different_batches_tick_in_epochs():
    found = clock("batch_sizes")
    assert found == Clock(10, "epoch", 1, by_epoch=True)
    half = np.array([0.0, 0.5, 2.25, 10.0])
    for run in runs("batch_sizes"):
        pace = run.recording.per_epoch
        steps = found.rows(run.recording, half)
        np.testing.assert_allclose(steps, half * pace)
        np.testing.assert_allclose(found.shown(run.recording, steps), half)
        assert steps[-1] == run.recording.steps


def test_runs_of_different_batches_can_tick_in_steps_and_the_short_ones_wait():
    found = clock("batch_sizes", "film.clock=steps")
    assert found == Clock(600, "step")
    at = np.array([0.0, 7.5, 30.0, 599.0])
    for run in runs("batch_sizes", "film.clock=steps"):
        steps = found.rows(run.recording, at)
        np.testing.assert_array_equal(steps, np.minimum(at, run.recording.steps))


@pytest.mark.parametrize("choice", ["auto", "epochs"])
def test_runs_of_one_pace_tick_in_steps_and_count_epochs(choice):
    found = clock("pytorch_way", f"film.clock={choice}")
    assert found == Clock(600, "epoch", 60)
    (run,) = runs("pytorch_way")
    assert found.rows(run.recording, np.array(90.5)) == 90.5
    assert found.shown(run.recording, np.array(90.0)) == 1.5


def test_runs_of_one_pace_can_count_steps():
    assert clock("pytorch_way", "film.clock=steps") == Clock(600, "step")


def test_a_function_counts_steps():
    assert clock("himmelblau", unit="step") == Clock(80, "step")


RUNS = "runs={{short: {{training.epochs: {}}}, long: {{training.epochs: {}}}}}"


def test_a_run_that_ends_early_waits_at_its_end():
    sets = RUNS.format(4, 9)
    found = clock("slope", sets)
    assert found == Clock(9, "epoch")
    short, long = runs("slope", sets)
    at = np.array([3.5, 4.0, 6.7, 9.0])
    assert found.rows(short.recording, at).tolist() == [3.5, 4, 4, 4]
    assert found.rows(long.recording, at).tolist() == at.tolist()


def test_a_run_that_breaks_off_in_the_middle_of_an_epoch_has_its_last_tick_cut():
    sets = (
        "runs={wild: {optimizer.lr: 2, training.batch_size: 7}, calm: {}}",
        "training.epochs=60",
    )
    found, (wild, _) = clock("slope", *sets), runs("slope", *sets)
    assert wild.recording.broke_off
    assert found == Clock(60, "epoch", 1, by_epoch=True)
    steps = wild.recording.steps
    assert steps % wild.recording.per_epoch
    assert found.rows(wild.recording, np.array([1.0, 60.0])).tolist() == [9, steps]


# What is held equal


def told(name, *sets):
    spec, found = lab(name, *sets), runs(name, *sets)
    unit = "epoch" if spec.model.needs_data else "step"
    return held_equal(SimpleNamespace(runs=found, clock=clock(name, *sets, unit=unit)))


@pytest.mark.parametrize(
    ("name", "sets", "sentences"),
    [
        ("momentum_sweep", (), ("held equal: start, 30 epochs", "equal: start, 30 epochs")),
        ("optimizer_race", (), ("held equal: start, 40 steps", "equal: start, 40 steps")),
        ("optimizer_race", ("training.epochs=1",), ("held equal: start, 1 step",)),
        (
            "batch_sizes",
            (),
            (
                "held equal: start, 10 epochs; 10 to 600 steps",
                "held equal: start, 10 epochs",
                "equal: start, 10 epochs",
            ),
        ),
        ("slope_far_start", (), ("held equal: 4 epochs", "equal: 4 epochs")),
        ("himmelblau", (), ("held equal: 80 steps", "equal: 80 steps")),
        ("slope", (RUNS.format(4, 9),), ("held equal: start", "equal: start")),
        (
            "slope",
            ("runs={a: {training.epochs: 60}, b: {training: {epochs: 1, batch_size: 1}}}",),
            ("held equal: start, 60 steps", "equal: start, 60 steps"),
        ),
        ("slope", ("runs={a: {model.weight: 1}, b: {training.epochs: 9}}",), ()),
        # as planned: a breakdown is no difference of the setting
        (
            "slope",
            ("runs={a: {}, b: {optimizer.lr: 9}}", "training.epochs=500"),
            ("held equal: start, 500 epochs", "equal: start, 500 epochs"),
        ),
    ],
)
def test_what_is_held_equal_is_told(name, sets, sentences):
    assert told(name, *sets)[: len(sentences)] == sentences
    assert told(name, *sets) or not sentences


def test_what_is_held_equal_is_told_in_the_unit_that_is_counted():
    sets = ("runs={a: {optimizer.lr: 0.01}, b: {optimizer.lr: 0.02}}", "film.clock=steps")
    sets += ("film.layout=null", "film.essential=[]")  # the code panel is for one run
    assert told("pytorch_way", *sets)[0] == "held equal: start, 600 steps"


# The truth


def flipped():
    return labelled("flipped_bias")["the sign of b turned"]


def with_landscape(run, **changes):
    return replace(run, landscape=replace(run.landscape, **changes))


def test_truth_lets_an_exactly_flipped_surface_pass_that_says_so():
    check.check(flipped())


def test_truth_refuses_a_flipped_surface_that_does_not_say_so():
    with pytest.raises(TruthError, match="the film would be wrong"):
        check.check(with_landscape(flipped(), flipped=False))


def test_truth_refuses_a_right_surface_that_says_it_is_flipped():
    right = labelled("flipped_bias")["right"]
    with pytest.raises(TruthError, match="the film would be wrong"):
        check.check(with_landscape(right, flipped=True))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda loss: loss[::-1],  # mirrored in the picture's middle, not in b = 0
        lambda loss: loss[:, ::-1],  # in w
        lambda loss: loss * (1 + 2e-6),
        lambda loss: loss + 0.01,
    ],
)
def test_truth_refuses_a_surface_that_is_not_exactly_flipped(spoil):
    with pytest.raises(TruthError, match="the film would be wrong"):
        check.check(with_landscape(flipped(), loss=spoil(flipped().landscape.loss)))


def test_truth_refuses_a_flipped_optimum():
    run = flipped()
    turned = {**run.landscape.optimum, "b": -run.landscape.optimum["b"]}
    with pytest.raises(TruthError, match="least squares"):
        check.check(with_landscape(run, optimum=turned))
