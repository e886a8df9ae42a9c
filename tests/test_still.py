"""Pictures of single moments: the film's own frames, whole or not there."""

from __future__ import annotations

import itertools

import imageio.v3 as iio
import numpy as np
import pytest

from render import pipeline
from render.config.when import EVERY, When, parse_when
from render.draw.style import house_style
from render.encode.formats.png import PngFormat
from render.errors import EncodeError, RenderError
from render.pipeline import silent
from render.results import OutputFile
from tests.draw.stages import stage_of
from tests.learn.labs import lab, runs
from tests.sweeps import sweep

SMALL = ("film.size=[320, 180]", "film.duration=2", "film.fps=10")
ORBIT = ("film.camera.orbit=90",)


def still(path, time, *sets, name="slope"):
    at = EVERY if time == "steps" else parse_when(time)
    return pipeline.still(lab(name, *SMALL, *sets), at, OutputFile(PngFormat(), path), silent)


def frame(index, *sets, name="slope"):
    """The film's own, RGB."""
    with house_style():
        stage, timeline = stage_of(lab(name, *SMALL, *sets), runs(name, *SMALL, *sets))
        return stage.picture(timeline.moments[index])[..., :3]


@pytest.mark.parametrize(
    "sets", [(), pytest.param(ORBIT, marks=pytest.mark.slow)], ids=["still", "orbit"]
)
@pytest.mark.parametrize(("time", "index"), sweep([("0s", 0), ("1s", 10), ("100%", 19)]))
def test_a_still_is_the_frame_of_the_film_at_that_time(tmp_path, sets, time, index):
    report = still(tmp_path / "a.png", time, *sets)
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]
    assert (iio.imread(tmp_path / "a.png") == frame(index, *sets)).all()
    (output,) = report.outputs
    assert (output.kind, output.size_px) == ("png", (320, 180))
    assert output.bytes == (tmp_path / "a.png").stat().st_size
    assert report.message.startswith("converging")


def test_at_the_end_it_is_the_result(tmp_path):
    still(tmp_path / "a.png", "end")
    assert (iio.imread(tmp_path / "a.png") == frame(-1)).all()


@pytest.mark.parametrize("time", ["step 99", "epoch 5", "converged"])
def test_what_never_comes_has_no_still(tmp_path, time):
    name = "thermometer_raw" if time == "converged" else "slope"
    with pytest.raises(RenderError, match=f"^{time}: the run never comes to that"):
        still(tmp_path / "a.png", time, name=name)
    assert not list(tmp_path.iterdir())


def test_a_still_of_a_race(tmp_path):
    still(tmp_path / "a.png", "50%", name="optimizer_race")
    assert iio.imread(tmp_path / "a.png").shape == (180, 320, 3)


def test_a_step_is_shown_as_it_is_reached(tmp_path):
    with house_style():
        _, timeline = stage_of(lab("slope", *SMALL), runs("slope", *SMALL), When("step", 3))
    (moment,) = timeline
    assert moment.tick == pytest.approx(3, abs=1e-9)


def test_every_step_has_a_picture(tmp_path):
    report = still(tmp_path / "out" / "a.png", "steps")
    names = [f"a-{k:03}.png" for k in range(5)]
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == names
    assert [output.path.name for output in report.outputs] == names
    pictures = [iio.imread(tmp_path / "out" / name).astype(int) for name in names]
    apart = [np.abs(a - b).max() for a, b in itertools.pairwise(pictures)]
    assert min(apart) > 50
    assert (pictures[0] == frame(0)).all()
    assert (pictures[-1] == frame(-1)).all()


def test_of_thousands_of_steps_there_are_no_pictures(tmp_path):
    told = "^at most 200 steps can be drawn one by one, and this film has 201: name a time$"
    with pytest.raises(RenderError, match=told):
        still(tmp_path / "a.png", "steps", "training.epochs=201")
    assert list(tmp_path.iterdir()) == []


def test_of_pictures_that_cannot_all_be_made_none_is(tmp_path, monkeypatch):
    from render.encode.formats import png

    still(tmp_path / "a.png", "steps")
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    save, calls = png.PngFormat.save, iter(range(9))

    def failing(self, path, still):
        if next(calls) == 3:
            raise EncodeError("the disk is full")
        save(self, path, still)

    monkeypatch.setattr(png.PngFormat, "save", failing)
    with pytest.raises(EncodeError, match="full"):
        still(tmp_path / "a.png", "steps", "film.theme=paper")
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_a_still_of_nowhere_is_an_error(tmp_path):
    (tmp_path / "a.png").mkdir()
    with pytest.raises(RenderError, match="there is a folder of that name"):
        still(tmp_path / "a.png", "1s")


def test_captions_are_in_a_still_as_in_the_film(tmp_path):
    sets = ("film.size=[640, 360]", 'captions=[{at: 1s, text: "w = {w:.2f}", for: 0.5}]')
    still(tmp_path / "a.png", "1s", *sets)
    still(tmp_path / "b.png", "1.6s", *sets)
    assert (iio.imread(tmp_path / "a.png") == frame(10, *sets)).all()
    assert (iio.imread(tmp_path / "b.png") == frame(16, *sets)).all()
