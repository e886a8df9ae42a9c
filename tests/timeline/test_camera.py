"""Where the camera is at every time of a film."""

from __future__ import annotations

import numpy as np
import pytest

from render.config.spec import CameraOptions, Keyframe
from render.config.when import When, parse_when
from render.timeline import pace
from render.timeline.camera import Camera, camera_path, keyframed, orbit, still

VIEW = Camera(30.0, -60.0, 1.0)


def poses(look, *times_s):
    return [(c.elev, c.azim, c.zoom) for c in look(np.array(times_s, float))]


def test_a_still_camera_is_one_pose():
    assert still(VIEW)(np.arange(3.0)) == [VIEW] * 3


def test_an_orbit_turns_evenly_and_by_so_much_in_all():
    look = orbit(VIEW, 90, 8)
    assert poses(look, 0, 2, 4, 8) == [
        (30, -60, 1),
        (30, pytest.approx(-37.5), 1),
        (30, pytest.approx(-15), 1),
        (30, pytest.approx(30), 1),
    ]
    assert poses(orbit(VIEW, -90, 8), 8)[0][1] == pytest.approx(-150)


def test_an_orbit_may_be_eased():
    azim = [p[1] for p in poses(orbit(VIEW, 90, 8, pace.sine_in_out), 0, 1, 4, 8)]
    assert azim == pytest.approx([-60, -60 + 90 * (0.5 - 0.5 * np.cos(np.pi / 8)), -15, 30])


def test_between_keyframes_the_camera_moves_and_before_and_after_it_rests():
    frames = [Keyframe(When("end"), azim=0.0), Keyframe(When("end"), azim=40.0, zoom=2.0)]
    look = keyframed(VIEW, frames, [2, 4], pace.linear)
    assert poses(look, 0, 2, 3, 4, 9) == [
        (30, 0, 1),
        (30, 0, 1),
        (30, 20, 1.5),
        (30, 40, 2),
        (30, 40, 2),
    ]


def test_it_is_slow_at_both_ends_of_a_way():
    frames = [Keyframe(When("end"), azim=0.0), Keyframe(When("end"), azim=40.0)]
    azim = [p[1] for p in poses(keyframed(VIEW, frames, [0, 4]), 0, 1, 2, 3, 4)]
    assert azim == pytest.approx([0, 40 * (0.5 - 0.5 * np.cos(np.pi / 4)), 20, 34.142135, 40])


def test_what_a_keyframe_leaves_out_stays_as_it_was():
    frames = [
        Keyframe(When("end"), elev=50.0),
        Keyframe(When("end")),
        Keyframe(When("end"), azim=0),
    ]
    look = keyframed(VIEW, frames, [1, 2, 3], pace.linear)
    assert poses(look, 1, 2, 2.5, 3) == [(50, -60, 1), (50, -60, 1), (50, -30, 1), (50, 0, 1)]


def test_keyframes_go_by_their_times_and_of_two_at_a_time_the_later_counts():
    frames = [Keyframe(When("end"), azim=float(azim)) for azim in (30, 0, 10)]
    look = keyframed(VIEW, frames, [4, 2, 2], pace.linear)
    assert poses(look, 0, 2, 3, 4) == [(30, 0, 1), (30, 10, 1), (30, 20, 1), (30, 30, 1)]


def test_a_lone_keyframe_is_a_pose():
    look = keyframed(VIEW, [Keyframe(When("end"), elev=70.0)], [3])
    assert poses(look, 0, 3, 8) == [(70, -60, 1)] * 3


def test_the_config_decides_how_the_camera_moves():
    def seen(options, *times_s):
        return poses(camera_path(options, VIEW, lambda at: at.count, 8), *times_s)

    assert seen(CameraOptions(zoom=2.0), 0, 8) == [(30, -60, 2)] * 2
    assert seen(CameraOptions(orbit=80.0), 0, 2, 8) == [(30, -60, 1), (30, -40, 1), (30, 20, 1)]
    eased = seen(CameraOptions(orbit=80.0, ease="sine_in_out"), 2)[0][1]
    assert eased == pytest.approx(-60 + 80 * (0.5 - 0.5 * np.cos(np.pi / 4)))
    frames = (Keyframe(parse_when("0s"), azim=0.0), Keyframe(parse_when("4s"), azim=40.0))
    assert seen(CameraOptions(keyframes=frames, zoom=2.0), 2) == [(30, pytest.approx(20), 2)]
    assert seen(CameraOptions(keyframes=frames, ease="linear"), 1) == [(30, 10, 1)]
    assert seen(CameraOptions(keyframes=frames), 1)[0][1] < 7
