"""The naive film shows the recorded numbers, and all the frames it was asked for."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from tests.benchmark import naive
from tests.encode.films import decoded


@pytest.fixture(scope="module")
def learnt():
    return naive.learn(20)


@pytest.fixture(scope="module")
def still(learnt):
    return naive.stage(*learnt, (320, 180), orbit=False)


@pytest.mark.parametrize("frame", [0, 7, 19])
def test_a_frame_shows_its_own_step_in_every_panel(learnt, still, frame):
    dataset, recording = learnt
    _, update = still
    path, dot, path_below, dot_below, line, losses = update(frame)
    w, b = recording.params[frame]
    loss = np.mean((w * dataset.x + b - dataset.y) ** 2)
    assert [part.item() for part in map(np.asarray, dot.get_data_3d())] == pytest.approx(
        [w, b, loss]
    )
    assert [part.item() for part in dot_below.get_data()] == pytest.approx([w, b])
    assert line.get_ydata() == pytest.approx(w * dataset.x + b)
    assert losses.get_ydata() == pytest.approx(recording.loss[: frame + 1])
    assert len(path.get_data_3d()[0]) == len(path_below.get_xdata()) == frame + 1
    assert line.axes.get_title() == f"epoch {frame}   loss {loss:.4f}"


def test_it_takes_one_step_of_plain_gradient_descent_a_frame(learnt):
    dataset, recording = learnt
    assert recording.steps == 20
    (w, b), x = recording.params[0], dataset.x
    off = w * x + b - dataset.y
    expected = [w - naive.LR * 2 * np.mean(off * x), b - naive.LR * 2 * np.mean(off)]
    assert recording.params[1] == pytest.approx(expected)


def test_the_camera_turns_only_where_it_orbits(learnt, still):
    orbiting = naive.stage(*learnt, (320, 180), orbit=True)
    for (figure, update), degrees in ((still, 0), (orbiting, 5)):
        azims = [(update(frame), figure.axes[0].azim)[1] for frame in (0, 10)]
        assert azims[1] - azims[0] == degrees


@pytest.mark.slow
def test_it_writes_as_many_frames_as_are_timed_from_all_of_the_film(tmp_path):
    cost = naive.make(tmp_path / "naive.mp4", 40, 2, (160, 90), orbit=True)
    film = decoded(tmp_path / "naive.mp4").astype(int)
    assert film.shape == (2, 90, 160, 3)
    assert np.abs(film[1] - film[0]).mean() > 1
    assert (cost.timed, cost.each_s > 0, cost.fixed_s >= 0) == (2, True, True)
    assert cost.seconds(40) == pytest.approx(cost.fixed_s + 40 * cost.each_s)
    naive.make(tmp_path / "naive.gif", 40, 2, (160, 90), orbit=False)
    with Image.open(tmp_path / "naive.gif") as image:
        assert image.n_frames == 2
