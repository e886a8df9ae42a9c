"""Films in processes of their own: a worker's death is one film's trouble and no one else's."""

import contextlib
import multiprocessing
import sys
import time

import pytest

from render.jobs import workers as workers_module
from render.jobs.progress import Silent
from tests.jobs.trouble import job

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")


def outcomes(folder, *films, workers=1):
    jobs = list(enumerate(job(f"film{i}", does, folder) for i, does in enumerate(films)))
    return dict(workers_module.worker_outcomes(jobs, Silent(), workers))


def test_a_worker_stays_for_the_next_film(tmp_path):
    found = outcomes(tmp_path, "fail", "fail")
    assert found[0].error == found[1].error
    assert found[0].error.startswith("in process ")


def test_a_worker_that_dies_is_tried_once_more_and_then_told(tmp_path, capsys):
    found = outcomes(tmp_path, "kill", "exit", "fail", workers=2)
    assert found[0].error == (
        "its worker process was killed by signal 9, perhaps because there was too little memory"
    )
    assert found[1].error == "its worker process ended with status 3"
    assert found[2].error.startswith("in process ")
    assert sorted(capsys.readouterr().err.splitlines()) == [
        f"film0: {found[0].error}: starts again after the others",
        f"film1: {found[1].error}: starts again after the others",
    ]
    assert list((tmp_path / "outputs").iterdir()) == []
    assert multiprocessing.active_children() == []


def test_a_film_whose_worker_died_by_chance_is_made_the_second_time(tmp_path, capsys):
    found = outcomes(tmp_path, "kill once")
    assert found[0].error.startswith("in process ")
    assert capsys.readouterr().err.count("\n") == 1


def test_who_stops_listening_stops_all_that_run(tmp_path):
    jobs = [(0, job("long", "hang", tmp_path)), (1, job("short", "fail", tmp_path))]
    with contextlib.closing(workers_module.worker_outcomes(jobs, Silent(), 2)) as films:
        assert next(films)[0] == 1
        started_s = time.monotonic()
    assert time.monotonic() - started_s < workers_module.EXIT_S + 0.5
    assert multiprocessing.active_children() == []
    assert list((tmp_path / "outputs").iterdir()) == []
