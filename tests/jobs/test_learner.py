"""A single film's runs are learnt in a fork: the same numbers, the same errors, nothing left."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from render.cache.store import MemoryStore, Store
from render.config.load import load
from render.errors import RenderError
from render.jobs import learner as learner_module
from render.jobs.learner import Learner
from render.pipeline import learn
from tests.jobs.trouble import job

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")
CONFIG = Path(__file__).parents[2] / "configs" / "slope.yaml"
COLD = """
import sys
from render.jobs import learner
from render.__main__ import main
learner.cores = lambda: 2
typed = [sys.argv[1], "--still", "50%", "--size", "320x180", "--quiet", "--out"]
assert main([*typed, sys.argv[2]]) == 0
assert main([*typed, sys.argv[3], "--theme", "paper"]) == 0
assert "torch" not in sys.modules and "matplotlib" in sys.modules
"""


def test_a_fork_alone_imports_torch_and_learns_the_same_to_the_last_bit(tmp_path):
    folders = [tmp_path / name for name in ("cache", "night", "paper")]
    environment = {**os.environ, "DESCENT_FILM_CACHE": str(folders[0]), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", COLD, CONFIG, *folders[1:]]
    subprocess.run(list(map(str, command)), check=True, env=environment)
    here = MemoryStore.beside(Store())
    learn(load(CONFIG), here)
    there = Store(folders[0])
    assert {stage for stage, _ in here.entries} == {"data", "recording", "landscape"}
    assert all(there.read(*place) == body for place, body in here.entries.items())
    assert all(len([*folder.glob("*.png")]) == 1 for folder in folders[1:])


def forked(tmp_path, monkeypatch, learning):
    """A learner whose fork does something else, with the progress that it has reported."""
    told = []
    monkeypatch.setattr(learner_module, "_learn", learning)
    spec = job("film", "fail", tmp_path).spec
    return Learner(spec, Store(), lambda *step: told.append(step), lambda: None), told


def test_what_the_fork_reports_and_finds_arrives_in_order(tmp_path, monkeypatch):
    def learning(pipe, ended, ours, spec, disk):
        store = learner_module._Sending(pipe=pipe, unsent="recording")
        pipe.send(("training", 0, 4))
        store.write("recording", "b", b"left there")
        store.write("data", "a", b"numbers" * 100_000)
        pipe.send(("training", 4, 4))
        store.write("landscape", "c", b"heights")

    learner, told = forked(tmp_path, monkeypatch, learning)
    entries = {}
    assert learner.entry(entries, "data", "a") == b"numbers" * 100_000
    assert told == [("training", 0, 4)]
    assert learner.entry(entries, "landscape", "c") == b"heights"
    assert told == [("training", 0, 4), ("training", 4, 4)]
    assert learner.entry(entries, "recording", "b") is None  # so it is learnt here
    learner.stop()


def test_an_error_of_the_fork_is_raised_here(tmp_path, monkeypatch):
    def learning(pipe, ended, ours, spec, disk):
        pipe.send(RenderError("the loss is not finite at the start"))

    learner, _ = forked(tmp_path, monkeypatch, learning)
    with pytest.raises(RenderError, match=r"^the loss is not finite at the start$"):
        learner.entry({}, "data", "a")
    learner.stop()


@pytest.mark.parametrize("end", ["killed", "out of files"])
def test_what_a_fork_leaves_undone_is_learnt_here(end, tmp_path, monkeypatch):
    def learning(pipe, ended, ours, spec, disk):
        os._exit(9)

    def refuse(*arguments):
        raise OSError(24, os.strerror(24))

    learner, _ = forked(tmp_path, monkeypatch, learning)
    if end == "out of files":
        monkeypatch.setattr("multiprocessing.context.ForkContext.Pipe", refuse)
    assert learner.entry({}, "data", "a") is None
    assert learner.entry({}, "recording", "b") is None
    learner.stop()


def test_a_fork_ends_with_its_film(tmp_path, monkeypatch):
    def learning(pipe, ended, ours, spec, disk):
        for one in ours:
            one.close()
        pipe.send(("training", os.getpid(), 0))
        learner_module._exit_with_parent(ended)
        time.sleep(60)

    learner, told = forked(tmp_path, monkeypatch, learning)
    monkeypatch.setattr(learner, "_progress", lambda *step: (told.append(step), learner.stop()))
    started_s = time.monotonic()
    assert learner.entry({}, "data", "a") is None
    assert time.monotonic() - started_s < learner_module.EXIT_S
    with pytest.raises(ProcessLookupError):
        os.kill(told[0][1], 0)


def test_only_a_film_of_its_own_on_several_cores_is_forked(tmp_path, monkeypatch):
    film = job("film", "fail", tmp_path)
    monkeypatch.setattr(learner_module, "cores", lambda: 2)
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    assert learner_module._is_faster(replace(film, source=None))
    assert not learner_module._is_faster(replace(film, source=lambda *given: ()))
    monkeypatch.setattr(learner_module, "cores", lambda: 1)
    assert not learner_module._is_faster(film)
    monkeypatch.setitem(sys.modules, "torch", object())
    monkeypatch.setattr(learner_module, "cores", lambda: 2)
    assert not learner_module._is_faster(film)
