"""The stops of a film: where they are, what they say, and how long they are held."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from render.draw.plan import FilmPlan, compose, plan_film
from render.errors import RenderError
from render.timeline.stops import Stop
from tests.learn.labs import CONFIGS, lab, runs

PLAIN = ("captions=[]", "film.auto_captions=false")


def planned(name: str, *sets: str) -> FilmPlan:
    return plan_film(compose(lab(name, *sets)), runs(name, *sets))


def stops(name: str, *sets: str) -> tuple[Stop, ...]:
    return planned(name, *sets).stops


def frames(name: str, *sets: str) -> list[int]:
    return [stop.frame for stop in stops(name, *sets)]


def steps(name: str, *sets: str) -> list[int]:
    return [stop.step for stop in stops(name, *sets)]


def test_a_film_stops_where_each_narrated_step_is_over():
    plan = planned("slope", *PLAIN)
    moments = plan.timeline.moments
    first, *inner, last = plan.stops
    assert (first.frame, first.step, last.frame) == (0, 0, 239)
    assert [stop.step for stop in inner] == [1, 2, 3]  # the last one is over at the end
    (run,) = runs("slope", *PLAIN)
    for stop in inner:
        before, here = moments[stop.frame - 1], moments[stop.frame]
        assert here.tick == stop.step  # a recorded step, not one on its way
        assert (before.phase, here.phase) == ("zero_grad", "forward")
        reached_s = plan.timing.pacing.reached_s[stop.step]
        assert stop.time_s - 1 / 30 < reached_s <= stop.time_s + 1e-9
        # Its figures are those of the row that the dot is at.
        clock = plan.timing.clock
        assert clock.landed(run.recording, here.tick, here.phase) == stop.step
        assert clock.row(run.recording, here.tick) == stop.step


def test_what_is_said_at_a_stop_are_the_recorded_numbers():
    first, one, *_, last = stops("slope", *PLAIN)
    assert first.words == "Start: w = −10, loss 147.4"
    assert one.words == "Step 1: w = −5.794, loss 23.55"
    assert last.words == "Converging: 0.065 % of the excess loss is left"
    assert last.numbers == "Step 4: w = −3.172, loss 0.1041"


def test_a_caption_is_a_stop_where_it_appears_and_is_said_once():
    texts = (
        "{at: 0s, text: Begin}, {at: 1.3s, text: Middle, for: 9},"
        " {at: step 2, text: 'Two {w:.1f}', for: 9}, {at: end, text: Over}"
    )
    found = stops("slope", f"captions=[{texts}]")
    assert [stop.words for stop in found] == [
        "Begin",
        "Middle",
        "Step 1: w = −5.794, loss 23.55",
        "Two −4.1",
        "Step 3: w = −3.441, loss 0.6088",
        "Over",
    ]
    assert found[1].frame == 39  # 1.3 s
    # The second step is over where its caption appears: one stop, at which it can be read.
    held = frames("slope", "captions=[{at: end, text: Over}]")  # the end of both is read
    assert found[3].frame == held[2]


def test_the_words_of_the_config_choose_them():
    captions = "captions=[{at: 1.3s, text: Middle}]"
    assert steps("slope", captions, "film.stops=steps") == [0, 1, 2, 3, 4]
    assert frames("slope", captions, "film.stops=captions") == [0, 39, 239]
    assert frames("slope", captions, "film.stops=none") == [0, 239]


def test_named_times_are_those_frames_in_the_order_of_the_film():
    found = frames("slope", "film.stops=[50%, step 3, 2s]")
    middle_s = 0.5 * 239 / 30
    assert found == [0, 60, int(np.ceil(middle_s * 30)), frames("slope", *PLAIN)[3], 239]


def test_the_start_and_the_end_can_be_named_too():
    assert frames("slope", "film.stops=[0s, 100%]") == [0, 239]


MANY = ("training.epochs=2000", "optimizer.lr=0.001", "film.duration=20", *PLAIN)


def test_a_long_run_stops_at_powers_of_ten():
    plan = planned("slope", "film.pace=log", *MANY)
    ticks = [moment.tick for moment in plan.timeline.moments]
    for stop, power in zip(plan.stops[1:-1], (1, 10, 100, 1000), strict=True):
        assert ticks[stop.frame - 1] < power <= ticks[stop.frame]
        assert stop.step == int(ticks[stop.frame])
    assert frames("slope", "film.pace=log", "film.stops=steps", *MANY) == [
        stop.frame for stop in plan.stops
    ]


def test_after_its_narrated_steps_a_long_run_stops_at_powers_of_ten_too():
    plan = planned("slope", *MANY)
    narrated = plan.timing.pacing.narrated
    assert narrated == 3
    ticks = [moment.tick for moment in plan.timeline.moments]
    assert [stop.step for stop in plan.stops[:4]] == [0, 1, 2, 3]
    for stop, power in zip(plan.stops[4:-1], (10, 100, 1000), strict=True):
        assert ticks[stop.frame - 1] < power <= ticks[stop.frame]


def test_many_narrated_steps_are_thinned_evenly():
    sets = ("training.epochs=40", "film.duration=90", *PLAIN)
    found = steps("slope", *sets)
    assert found == [0, *range(2, 41, 2)]
    assert len(found) <= 24


def test_a_race_counts_the_steps_of_its_fastest_run():
    plan = planned("batch_vs_sgd", *PLAIN)
    assert plan.stops[-1].step == max(run.recording.steps for run in plan.runs)
    assert plan.stops[0].words == f"Start: {len(plan.runs)} runs"
    assert [stop.words for stop in plan.stops[1:-1]] == [
        f"Epoch {10**power}" for power in range(len(plan.stops) - 2)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("config", sorted(path.stem for path in CONFIGS.glob("*.yaml")))
def test_every_film_has_a_few_stops_that_part_its_frames(config):
    plan = planned(config)
    found = plan.stops
    assert 2 <= len(found) <= 24
    assert (found[0].frame, found[-1].frame) == (0, len(plan.timeline) - 1)
    gaps = [(b.frame - a.frame) / plan.timeline.fps for a, b in pairwise(found)]
    assert min(gaps) > 0.2
    assert all(stop.words for stop in found)
    assert all(stop.first == stop.frame == stop.last for stop in found)


def test_a_part_of_a_film_begins_and_ends_with_a_stop():
    whole = stops("slope", *PLAIN)
    part = stops("slope", *PLAIN, "film.frames=[30, 160]")
    inner = [stop for stop in whole if 30 < stop.frame < 160]
    assert [stop.frame for stop in part] == [0, *(s.frame - 30 for s in inner), 130]
    assert [stop.words for stop in part[1:-1]] == [stop.words for stop in inner]
    assert part[0].words == "Step 0: w = −10, loss 147.4"
    assert part[-1].words == part[-1].numbers  # not the verdict: the film isn't over


def test_a_hold_repeats_the_frame_of_each_stop_and_nothing_else():
    plain, held = planned("slope", *PLAIN), planned("slope", *PLAIN, "film.stops.hold_s=0.5")
    places = [stop.frame for stop in plain.stops]
    expected = [i for i in range(240) for _ in range(16 if i in places else 1)]
    assert [moment.index for moment in held.timeline.moments] == expected
    assert [held.timeline.moments[stop.frame].index for stop in held.stops] == places
    assert all(stop.last - stop.frame == 15 for stop in held.stops)
    for stop, before in zip(held.stops, plain.stops, strict=True):
        assert (stop.words, stop.step) == (before.words, before.step)


def test_without_a_hold_no_frame_changes():
    plan = planned("slope", *PLAIN, "film.stops={hold_s: 0, whole_seconds: false}")
    assert plan.timeline is plan.whole_film


def test_stops_at_whole_seconds_wait_for_them():
    plain = planned("slope", *PLAIN)
    plan = planned("slope", *PLAIN, "film.stops.whole_seconds=true")
    assert [stop.time_s for stop in plan.stops] == [0, 3, 5, 7, 10]
    shown = [moment.index for moment in plan.timeline.moments]
    assert [*dict.fromkeys(shown)] == [*range(240)]
    assert [shown[stop.frame] for stop in plan.stops] == [stop.frame for stop in plain.stops]
    # No second is waited that need not be.
    assert all(stop.frame - stop.first < 30 for stop in plan.stops)


def test_times_move_with_the_holds_before_them():
    plan = planned("slope", *PLAIN, "film.stops.hold_s=1").stop_plan
    one = plan.stops[1]
    before_s = one.moment / 30
    assert plan.held_s(0) == 0
    assert plan.held_s(before_s) == pytest.approx(before_s + 1)  # after the start's hold
    assert plan.held_s(before_s + 1 / 30) == pytest.approx(before_s + 1 / 30 + 2)
    assert plan.held_s(8) == pytest.approx(8 + len(plan.stops))


def test_a_film_too_long_with_its_holds_is_refused():
    sets = ("film.fps=120", "film.duration=120", "film.stops={at: steps, hold_s: 60}")
    with pytest.raises(RenderError, match=r"^film\.stops: with its holds .* at most 20,000$"):
        stops("slope", *sets)


def test_two_steps_in_one_frame_are_refused_by_their_names():
    message = r"^film\.stops\.1: step 1999 is at frame (\d+), as step 1998 is: one frame can have"
    with pytest.raises(RenderError, match=message):
        stops("slope", *MANY, "film.stops=[step 1998, step 1999]")


def test_a_step_after_the_planned_end_is_refused_and_one_that_was_not_reached_left_out():
    batches = ("training.batch_size=20", "captions=[]")
    with pytest.raises(RenderError, match=r"^film\.stops\.1: step 99: the run ends at step 12$"):
        stops("slope", *batches, "film.stops=[step 3, step 99]")
    assert steps("slope", "film.stops=[step 2, converged]") == [0, 2, 4]
    early = ("optimizer.lr=1e80", "training.epochs=9", "captions=[]")
    assert runs("slope", *early)[0].recording.steps < 9
    assert 9 not in steps("slope", *early, "film.stops=[step 9]")
