"""Stages that stay set up between the frames of a film."""

from __future__ import annotations

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import render
from render.api.warm import WarmStages
from render.draw.plan import FilmPlan
from tests.draw.stages import stage_of
from tests.learn.labs import CONFIGS

SMALL = {"size": (320, 180), "fps": 10, "cache": False}
TIMES = ("50%", "step 1", "0s", "end", "10%")


@pytest.fixture
def set_up(monkeypatch):
    """The films whose stage was set up, one entry each time."""
    names = []
    real = FilmPlan.stage

    def counted(plan):
        names.append(plan.spec.name)
        return real(plan)

    monkeypatch.setattr(FilmPlan, "stage", counted)
    return names


def film(name, *sets):
    return render.load(CONFIGS / f"{name}.yaml", sets, **SMALL)


def test_a_film_sets_its_stage_up_once(set_up):
    one = film("slope")
    for time in TIMES:
        one.frame(time)
    assert set_up == ["slope"]


@pytest.mark.parametrize(
    "sets", [(), pytest.param(("film.camera.orbit=90",), marks=pytest.mark.slow)]
)
def test_a_warm_frame_is_that_of_a_fresh_stage(sets):
    one = film("slope_bias", *sets)
    for time in TIMES:
        stage, (moment,) = stage_of(one.spec, one.runs, one._when(time))
        np.testing.assert_array_equal(one.frame(time), stage.picture(moment))


def test_only_the_last_films_keep_theirs(set_up):
    pool = WarmStages(limit=2)
    films = [film(name) for name in ("slope", "one_step", "slope")]
    for one in (*films, films[2], films[1], films[0]):
        pool.of(one, one._plan)
    assert set_up == ["slope", "one_step", "slope", "slope"]  # the first had gone


def test_a_film_that_is_gone_leaves_no_stage():
    pool, one = WarmStages(), film("slope")
    stage = weakref.ref(pool.of(one, one._plan))
    del one
    gc.collect()
    assert stage() is None


def test_threads_get_the_frames_of_their_films():
    films = [film("slope"), film("one_step")]
    alone = [[one.frame(time) for time in TIMES] for one in films]
    fresh = [film("slope"), film("one_step")]
    asked = [(which, i) for _ in range(2) for i in range(len(TIMES)) for which in (0, 1)]
    with ThreadPoolExecutor(4) as threads:
        frames = threads.map(lambda ask: fresh[ask[0]].frame(TIMES[ask[1]]), asked)
        for (which, i), frame in zip(asked, frames, strict=True):
            np.testing.assert_array_equal(frame, alone[which][i])
