"""What a row makes of the samples."""

from __future__ import annotations

import pytest

from tests.benchmark.films import GOALS, QUICK
from tests.benchmark.measures import MEASURES, Sample, Samples
from tests.benchmark.rows import ROWS


def row(name):
    return next(row for row in ROWS if row.name == name)


def judged(name, **samples):
    return row(name).judge(Samples(GOALS, samples))


def test_rows_have_different_names_and_need_what_can_be_measured():
    known = [measure.name for measure in MEASURES]
    assert len({row.name for row in ROWS}) == len(ROWS)
    assert len(set(known)) == len(known)
    assert {name for row in ROWS for name in row.needs} <= set(known)


def test_speeds_are_compared_by_the_best_of_each_side():
    result = judged(
        "mp4",
        film=[Sample(4, 300), Sample(2, 300), Sample(3, 300)],
        naive=[Sample(60, 300, 12), Sample(75, 300, 12)],
    )
    assert (str(result.ours), str(result.other), str(result.figure)) == (
        "150.0 fps",
        "5.0 fps",
        "30.00×",
    )
    assert result.met
    assert result.what == "1280×720, 300 frames, MP4, still camera"
    assert result.measured == "best of 3, 2; 12 of 300 frames timed"


def test_two_films_that_are_made_one_after_another_take_as_long_as_both():
    result = judged(
        "three",
        three=[Sample(3, 300)],
        naive=[Sample(60, 300)],
        naive_gif=[Sample(90, 300)],
    )
    assert result.figure.value == pytest.approx(50)
    assert not result.met


def test_a_cost_may_be_higher_up_to_its_goal():
    for race_s, met in ((1.2, True), (1.4, False)):
        result = judged("race", race=[Sample(race_s, 100)], single=[Sample(1, 100)])
        assert (result.figure.value, result.met) == (pytest.approx(race_s), met)
    assert (str(result.ours), str(result.other)) == ("14.00 ms", "10.00 ms")


def test_processes_are_compared_without_their_training():
    result = judged(
        "epochs",
        deep=[Sample(30, facts={"rest_s": 5.5}), Sample(31, facts={"rest_s": 5.0})],
        short=[Sample(5, facts={"rest_s": 4.0})],
    )
    assert result.figure.value == pytest.approx(1.25)


def test_one_film_may_be_compared_with_itself():
    film = Sample(60, 18_000, facts={"early_frame_s": 0.004, "late_frame_s": 0.00404})
    result = judged("lasting", longest=[film])
    assert (str(result.ours), str(result.other), str(result.figure)) == (
        "4.04 ms",
        "4.00 ms",
        "1.01×",
    )
    assert result.what == "a frame of the last of 10 minutes"
    assert result.met


def test_more_processes_are_compared_with_one():
    result = judged("drawers", drawers=[Sample(3, 300)], one_drawer=[Sample(6, 300)])
    assert (result.figure.value, result.met) == (pytest.approx(2), True)


def test_a_rate_has_its_goal():
    for frame_s, met in ((0.04, True), (0.06, False)):
        assert judged("huge", huge=[Sample(9, 90, facts={"frame_s": frame_s})]).met == met


def test_memory_that_a_system_can_not_measure_is_no_figure():
    result = judged("memory", long=[Sample(30)], short=[Sample(5)])
    assert (result.figure, result.met) == (None, None)
    assert result.plain()["figure"] is None


def test_limits_hold_for_one_figure():
    sample = Sample(1.2, 150, facts={"psnr_db": 45.9, "bytes": 700e3, "exact": 1, "resting": 0.99})
    names = ("gif_psnr", "gif_size", "gif_time", "gif_exact", "gif_still")
    results = [judged(name, gif=[sample]) for name in names]
    assert [result.met for result in results] == [False, True, True, True, False]
    assert [str(result.figure) for result in results] == [
        "45.9 dB",
        "700 kB",
        "1.20 s",
        "100.00 %",
        "99.00 %",
    ]


def test_texts_have_the_sizes_that_were_measured():
    samples = Samples(QUICK, {"large": [Sample(1, 15)], "naive_large": [Sample(9, 15)]})
    assert row("large").judge(samples).what == "480×270, 15 frames, MP4"
