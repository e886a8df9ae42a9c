"""Drawing leaves none of our settings behind, in whatever thread, and caches are bounded."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import _lru_cache_wrapper
from importlib import import_module
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.animation import AbstractMovieWriter

import render
import render.draw
from render.draw.animation import styled_animation
from render.draw.style import HOUSE, UNTOUCHED, house_style
from render.draw.wording import MAX_TEXTS, Wording
from tests.draw.stages import staged
from tests.learn.labs import CONFIGS

HOSTILE = {
    "font.family": ["serif"],
    "text.hinting": "force_autohint",
    "savefig.bbox": "tight",
    "path.simplify": False,
    "animation.bitrate": 7,
}
FILMS = ("slope", "optimizer_race")
TIMES = ("step 1", "40%", "end")


@pytest.fixture
def settings():
    """Settings of the user's that are not ours; they must be there afterwards too."""
    with mpl.rc_context(HOSTILE):
        before = dict(mpl.rcParams)
        yield before
        assert dict(mpl.rcParams) == before


def film(name):
    return render.load(CONFIGS / f"{name}.yaml", size=(320, 180), cache=False)


def test_ours_are_on_inside_and_the_users_are_back_outside(settings):
    with house_style():
        assert mpl.rcParams["font.family"] == ["Inter"]
        with house_style({"svg.fonttype": "none"}):
            assert mpl.rcParams["svg.fonttype"] == "none"
        assert mpl.rcParams["svg.fonttype"] == "path"
        assert mpl.rcParams["text.hinting"] == "none"
        assert mpl.rcParams["animation.bitrate"] == 7


def test_the_users_settings_are_back_after_an_exception(settings):
    with pytest.raises(ZeroDivisionError), house_style(), house_style():
        1 / 0  # noqa: B018


def test_a_setting_changed_by_another_thread_meanwhile_keeps_its_value():
    with mpl.rc_context(HOSTILE):
        with house_style():
            change = threading.Thread(
                target=mpl.rcParams.update, args=({"text.hinting": "native"},)
            )
            change.start()
            change.join()
        assert mpl.rcParams["text.hinting"] == "native"
        assert mpl.rcParams["font.family"] == ["serif"]


def test_every_setting_is_ours_or_one_that_changes_no_picture():
    assert {*HOUSE} <= {*mpl.rcParamsDefault}
    assert all(key.startswith(UNTOUCHED) for key in {*mpl.rcParamsDefault} - {*HOUSE})


@pytest.mark.slow
def test_frames_of_two_films_in_four_threads_are_those_drawn_alone(settings):
    alone = {(name, time): film(name).frame(time) for name in FILMS for time in TIMES}
    films = [film(FILMS[i % 2]) for i in range(4)]
    with ThreadPoolExecutor(4) as pool:
        tasks = [
            [pool.submit(films[i].frame, time) for time in (*TIMES, *reversed(TIMES))]
            for i in range(4)
        ]
        for i, frames in enumerate(tasks):
            for time, frame in zip((*TIMES, *reversed(TIMES)), frames, strict=True):
                np.testing.assert_array_equal(frame.result(), alone[FILMS[i % 2], time])


def test_a_stage_asked_by_four_threads_gives_each_its_own_frame(settings):
    stage, timeline = staged("slope", "film.size=[320, 180]")
    moments = [*timeline.spread(6), *reversed(timeline.spread(6))]
    alone = [stage.picture(moment) for moment in moments]
    with ThreadPoolExecutor(4) as pool:
        for frame, expected in zip(pool.map(stage.picture, moments), alone, strict=True):
            np.testing.assert_array_equal(frame, expected)


def test_files_made_in_two_threads_are_those_made_alone(settings, tmp_path):
    def made(name, folder):
        report = film(name).save(tmp_path / folder / "a.gif", frames=(0, 9))
        return report.outputs[0].path.read_bytes()

    alone = {name: made(name, f"alone-{name}") for name in FILMS}
    with ThreadPoolExecutor(2) as pool:
        tasks = {name: pool.submit(made, name, f"beside-{name}") for name in FILMS}
    for name in FILMS:
        assert tasks[name].result() == alone[name]


def test_saving_with_a_writer_of_matplotlibs_gives_the_settings_back(settings):
    class Counting(AbstractMovieWriter):
        frames = 0

        def setup(self, fig, outfile, dpi=None):
            self.fig = fig

        def grab_frame(self, **savefig_kwargs):
            self.frames += 1
            assert mpl.rcParams["animation.bitrate"] == 7

        def finish(self):
            pass

    writer = Counting(fps=10)
    stage, timeline = staged("slope", "film.size=[160, 90]")
    never = lambda *_: 1 / 0  # noqa: E731
    styled_animation(stage, timeline, never, never).save("nowhere", writer=writer)
    assert writer.frames == len(timeline)


def test_every_cache_of_a_module_has_a_bound():
    folder = Path(render.draw.__file__).parent
    names = [
        ".".join(("render.draw", *file.relative_to(folder).with_suffix("").parts))
        for file in folder.rglob("*.py")
        if file.stem != "__init__"
    ]
    caches = [
        (name, cached)
        for name in names
        for cached in vars(import_module(name)).values()
        if isinstance(cached, _lru_cache_wrapper)
        if cached.__module__.startswith("render.draw")
    ]
    assert len(caches) >= 5
    for name, cached in caches:
        assert cached.cache_info().maxsize is not None, (name, cached)


def test_a_wording_keeps_so_many_texts_and_no_more():
    wording = Wording({"loss": "Verlust"})
    for number in range(MAX_TEXTS + 10):
        assert wording.translated(f"loss {number}") == f"Verlust {number}"
    assert wording._cached.cache_info().currsize == MAX_TEXTS
