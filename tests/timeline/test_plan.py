"""The timeline: what each frame shows, and when."""

from __future__ import annotations

import numpy as np
import pytest

from render.config.spec import Film
from render.scene import Beats
from render.timeline import easing
from render.timeline.camera import Camera
from render.timeline.plan import plan, reached, walk
from tests.learn.labs import learnt


def steps(duration=8.0, fps=30, lab="slope", *sets):
    _, recording, _ = learnt(lab, *sets)
    timeline = plan(Beats(), recording.steps, Film(duration=duration, fps=fps), Camera(30, 40))
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
    _, at = steps(8)
    assert (at == 0).sum() / 30 == pytest.approx(0.6, abs=0.1)
    assert (at == 4).sum() / 30 == pytest.approx(1.4, abs=0.1)


def test_holds_shrink_in_proportion_in_a_short_film():
    _, at = steps(1, 60)
    still = (at == 0).sum() + (at == 4).sum()
    assert still / 60 < 0.4
    assert (at == 0).sum() < (at == 4).sum()


def test_early_steps_get_more_time_than_late_ones():
    times = np.diff(reached(Beats(), 15, 8.0))
    assert (np.diff(times) < 0).all()
    assert 2 < times[0] / times[-1] < 4


def test_every_recorded_row_is_reached_in_turn():
    moments = reached(Beats(), 15, 8.0)
    np.testing.assert_allclose(walk(moments, moments), np.arange(16), atol=1e-9)


def test_steps_too_short_to_see_are_not_eased():
    """Thousands of steps run by evenly: slowing down at each would only stutter."""
    moments = reached(Beats(), 5000, 8.0)
    middle = (moments[100] + moments[101]) / 2
    assert walk(np.array([middle]), moments)[0] == pytest.approx(100.5)


def test_a_recording_without_steps_is_a_still():
    assert walk(np.linspace(0, 1, 5), reached(Beats(), 0, 1.0)).tolist() == [0] * 5


def test_spread_holds_first_and_last():
    timeline, _ = steps()
    spread = timeline.spread(6)
    assert len(spread) == 6
    assert (spread[0].index, spread[-1].index) == (0, 239)


@pytest.mark.parametrize(
    "ease", [easing.linear, easing.sine_in_out, lambda t: easing.blend(t, 0.5)]
)
def test_easings_run_from_0_to_1_without_turning_back(ease):
    t = np.linspace(0, 1, 101)
    assert [ease(t)[0], ease(t)[-1]] == pytest.approx([0, 1])
    assert (np.diff(ease(t)) >= 0).all()
