"""The timeline: what each frame shows, and when."""

from __future__ import annotations

import numpy as np
import pytest

from render.config.spec import FilmOptions
from render.scene import Beats
from render.timeline.camera import Camera, still
from render.timeline.pace import NAMES, blend, linear, pacing, positions, sine_in_out
from render.timeline.plan import plan
from tests.learn.labs import learnt


def steps(duration=8.0, fps=30, lab="slope", *sets):
    _, recording, _ = learnt(lab, *sets)
    film = FilmOptions(duration=duration, fps=fps)
    paced = pacing(Beats(), film, np.ones(recording.steps))
    timeline = plan(paced, film, still(Camera(30, 40)))
    return timeline, np.array([moment.tick for moment in timeline])


@pytest.mark.parametrize(
    ("duration", "fps", "frames"), [(8, 30, 240), (0.5, 30, 15), (2.5, 24, 60)]
)
def test_a_film_has_exactly_its_frames(duration, fps, frames):
    timeline, _ = steps(duration, fps)
    assert len(timeline) == frames
    assert [m.index for m in timeline] == list(range(frames))
    assert [m.time_s for m in timeline] == pytest.approx(np.arange(frames) / fps)


@pytest.mark.parametrize("duration", [0.5, 1, 8, 60])
def test_it_opens_on_the_start_and_ends_on_the_result(duration):
    _, at = steps(duration)
    assert at[0] == 0
    assert at[-1] == 4
    assert (np.diff(at) >= 0).all()


def test_holds_have_their_length_in_a_film_of_ordinary_length():
    paced = pacing(Beats(), FilmOptions(duration=8), np.ones(4))
    assert paced.reached_s[0] == pytest.approx(0.6, abs=0.05)
    assert 8 - paced.reached_s[-1] == pytest.approx(1.4, abs=0.1)


def test_holds_shrink_in_proportion_in_a_short_film():
    paced = pacing(Beats(), FilmOptions(duration=1, fps=60), np.ones(4))
    opens, closes = paced.reached_s[0], 1 - paced.reached_s[-1]
    assert opens + closes < 0.4
    assert opens < closes


def test_four_steps_in_eight_seconds_are_all_narrated():
    timeline, _ = steps(8)
    phases = [moment.phase for moment in timeline]
    order = [
        phase for phase, before in zip(phases, [None, *phases], strict=False) if phase != before
    ]
    assert [phase for phase in order if phase] == [*NAMES] * 4
    for moment in timeline:
        if moment.phase in ("forward", "loss", "backward", "zero_grad"):
            assert moment.tick == int(moment.tick)  # the dot moves in the update alone


def test_of_fifteen_steps_the_first_are_narrated_and_the_others_shrink():
    paced = pacing(Beats(), FilmOptions(duration=8), np.ones(15))
    times = np.diff(paced.reached_s)
    assert 1 <= paced.narrated <= 3
    assert times[0] > 2 * times[paced.narrated]
    assert (np.diff(times[paced.narrated :]) < 0).all()


def test_runs_side_by_side_are_not_narrated():
    assert pacing(Beats(), FilmOptions(), np.ones(4), narrate=False).narrated == 0


def test_paces_share_out_the_time_as_they_say():
    far = np.array([8.0, 4.0, 2.0, 1.0])

    def times(pace, lengths=far):
        return np.diff(pacing(Beats(), FilmOptions(pace=pace), lengths).reached_s)

    assert np.ptp(times("constant")) == pytest.approx(0)
    assert times("arc_length") / times("arc_length")[-1] == pytest.approx(far)
    decades = np.cumsum(times("log", np.ones(999)))
    assert decades[8] == pytest.approx(decades[98] - decades[8], rel=1e-6)  # epochs 1–10, 10–100


def test_a_scene_s_beats_come_before_the_pace():
    beats = Beats(0, 0, stretches=((2, 3.0), (10, 1.0)))
    reached = pacing(beats, FilmOptions(duration=4), np.ones(10)).reached_s
    assert reached[2] == pytest.approx(3, abs=0.05)
    assert reached[10] == pytest.approx(4, abs=0.05)
    longer = pacing(beats, FilmOptions(duration=4), np.ones(18)).reached_s
    assert np.diff(longer)[10:] == pytest.approx(np.diff(longer)[5])  # at the last one's speed


def test_every_tick_is_reached_in_turn():
    paced = pacing(Beats(), FilmOptions(), np.ones(15))
    ticks, _, _ = positions(paced.reached_s, paced)
    np.testing.assert_allclose(ticks, np.arange(16), atol=1e-9)


def test_steps_too_short_to_see_are_not_eased():
    """Thousands of steps run by evenly: slowing down at each would only stutter."""
    paced = pacing(Beats(), FilmOptions(), np.ones(5000))
    middle = paced.reached_s[100:102].mean()
    assert positions(np.array([middle]), paced)[0][0] == pytest.approx(100.5)


def test_a_recording_without_steps_is_a_still():
    paced = pacing(Beats(), FilmOptions(duration=1), np.zeros(0))
    assert positions(np.linspace(0, 1, 5), paced)[0].tolist() == [0] * 5


def test_spread_holds_first_and_last():
    timeline, _ = steps()
    spread = timeline.spread(6)
    assert len(spread) == 6
    assert (spread[0].index, spread[-1].index) == (0, 239)


@pytest.mark.parametrize("ease", [linear, sine_in_out, lambda t: blend(t, 0.5)])
def test_easings_run_from_0_to_1_without_turning_back(ease):
    t = np.linspace(0, 1, 101)
    assert [ease(t)[0], ease(t)[-1]] == pytest.approx([0, 1])
    assert (np.diff(ease(t)) >= 0).all()
