"""Films in processes of their own: a worker's death is one film's trouble and no one else's."""

import contextlib
import errno
import gc
import multiprocessing
import os
import pickle
import sys
import threading
import time
from types import ModuleType

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


@pytest.mark.parametrize("most", [0, 1, 2])
def test_where_the_system_refuses_more_workers_fewer_make_all_films(tmp_path, monkeypatch, most):
    """`most` can be started: then there are no more processes, as under `ulimit -u`."""
    told, started, start = [], [], workers_module._start_worker

    class Told(Silent):
        def line(self, text):
            told.append(text)

    def refusing(debug):
        if len(started) >= most:
            raise workers_module.NoWorkerError(os.strerror(errno.EAGAIN))
        started.append(start(debug))
        return started[-1]

    monkeypatch.setattr(workers_module, "_start_worker", refusing)
    jobs = list(enumerate(job(f"film{i}", "fail", tmp_path) for i in range(5)))
    found = dict(workers_module.worker_outcomes(jobs, Told(), 4))
    assert sorted(found) == [0, 1, 2, 3, 4]
    makers = {outcome.error for outcome in found.values()}
    assert len(makers) <= max(1, most)
    assert (makers == {f"in process {os.getpid()}"}) == (most == 0)
    films = "2 films at once" if most == 2 else "one film at a time"
    assert told == [f"makes only {films}: {os.strerror(errno.EAGAIN)}"]
    assert multiprocessing.active_children() == []


def test_a_refused_worker_keeps_no_file_open(monkeypatch):
    def refused(self):
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(workers_module.SPAWN.Process, "start", refused)
    before = len(os.listdir("/dev/fd"))
    for _ in range(3):
        with pytest.raises(workers_module.NoWorkerError):
            workers_module._start_worker(False)
    gc.collect()
    assert len(os.listdir("/dev/fd")) == before


class Own:
    """A class of a script, which other threads pickle while workers are started."""


def test_the_script_is_itself_again_after_batches_in_threads_and_meanwhile(tmp_path, monkeypatch):
    main = ModuleType("__main__")
    main.__file__, main.Own = str(tmp_path / "script.py"), Own
    monkeypatch.setattr(Own, "__module__", "__main__")
    monkeypatch.setitem(sys.modules, "__main__", main)
    faults = []

    def batch(number):
        outcomes(tmp_path / str(number), "fail")

    def script():
        while any(thread.is_alive() for thread in threads):
            try:
                assert pickle.loads(pickle.dumps(Own())).__class__ is Own
            except Exception as fault:
                faults.append(fault)

    threads = [threading.Thread(target=batch, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    script()
    assert faults == []
    assert sys.modules["__main__"] is main
