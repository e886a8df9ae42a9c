"""Sudden ends at random moments: what has a film's name is that film, and whole."""

from __future__ import annotations

import os
import random
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from render.encode import containers
from tests.jobs.commands import (
    LINUX,
    TINY,
    configs,
    frames,
    nothing_runs,
    parts,
    start,
)

NAMES = tuple("abcdef")
KILLS = int(os.environ.get("KILLS", "100"))
SEED = int(os.environ.get("KILLS_SEED", "7"))
ENDS = (
    "parent killed",
    "all killed",
    "a worker killed",
    "ctrl-c",
    "ctrl-c twice",
    "terminated",
    "all terminated",
    "hung up",
)
TOLD = {
    "ctrl-c": 130,
    "ctrl-c twice": 130,
    "terminated": 143,
    "all terminated": 143,
    "hung up": 129,
}
PICTURES = 20


@dataclass(frozen=True)
class Work:
    """A command that is ended again and again until it has made its films."""

    names: tuple[str, ...]
    options: tuple[str, ...]
    kinds: tuple[str, ...]  # of each film's files, or of its folder
    longest_s: float  # about what it takes

    def whole(self, folder: Path) -> int:
        """How many films are there; every file of theirs is what it should be."""
        for video in folder.glob("outputs/*.mp4"):
            assert frames(video) == PICTURES, video
        for table in folder.glob("outputs/*.csv"):
            lines = table.read_text().splitlines()
            assert len(lines) == 12, table  # the columns' names, the start and ten epochs
            assert {line.count(",") for line in lines} == {lines[0].count(",")}
        for pictures in folder.glob("outputs/*_frames"):
            files = sorted(pictures.iterdir())
            assert [f.suffix for f in files] == [".png"] * PICTURES + [".tex", ".json"], pictures
            for file in files[:PICTURES]:
                containers.check(file, containers.png, (160, 90), 1)
        return len(list(folder.glob(f"outputs/*{self.kinds[0]}")))


WORKS = {
    "a batch": Work(NAMES, ("-j", "2"), (".mp4", ".csv"), 9.0),
    "a film": Work(("a",), (), (".mp4", ".csv"), 4.0),
    "a film in frames": Work(("a",), ("--format", "frames,csv"), ("_frames", ".csv"), 4.0),
    "a batch in frames": Work(
        NAMES[:3], ("-j", "2", "--format", "frames,mp4"), ("_frames", ".mp4"), 7.0
    ),
}


def end(process, how, dice):
    """Make it happen."""
    if how == "parent killed":
        process.kill()
    elif how == "all killed":
        os.killpg(process.pid, signal.SIGKILL)
    elif how == "a worker killed":
        workers = [pid for pid in children(process.pid) if b"spawn_main" in command(pid)]
        if workers:
            os.kill(dice.choice(workers), signal.SIGKILL)
    elif how == "terminated":
        process.terminate()
    elif how == "all terminated":
        os.killpg(process.pid, signal.SIGTERM)
    elif how == "hung up":
        os.killpg(process.pid, signal.SIGHUP)
    else:
        os.killpg(process.pid, signal.SIGINT)
        if how == "ctrl-c twice":
            time.sleep(dice.uniform(0, 0.3))
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(text) for text in file.read().split()]
    except OSError:  # it has ended
        return []


def command(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read()
    except OSError:
        return b""


@pytest.mark.slow
@pytest.mark.skipif(not LINUX, reason="reads /proc")
def test_no_sudden_end_harms_a_film_and_the_next_run_goes_on(tmp_path, monkeypatch):
    monkeypatch.setenv("DESCENT_FILM_CACHE", str(tmp_path / "cache"))
    dice = random.Random(SEED)
    there = dict.fromkeys(WORKS, 0)
    for number, (name, work) in enumerate(WORKS.items()):
        (tmp_path / name).mkdir()
        texts = {film: f"seed: {10 * number + i}\n{TINY}" for i, film in enumerate(work.names)}
        configs(tmp_path / name, **texts)
    for kill in range(KILLS):
        name, how = dice.choice([*WORKS]), dice.choice(ENDS)
        work, folder = WORKS[name], tmp_path / name
        left = parts(folder)  # by one that was killed: a run that is ended early leaves them
        process = start(folder, *work.options, cache=True)
        time.sleep(dice.uniform(0.2, work.longest_s))
        end(process, how, dice)
        what = f"kill {kill}, {name}, {how}"
        before = work.whole(folder)  # while what is left of the batch may still run
        assert before >= there[name], f"{what}: a film is gone"
        _, told = process.communicate(timeout=120)
        assert "Traceback" not in told or process.returncode < 0, f"{what}: {told}"
        if TOLD.get(how) == process.returncode:
            assert [part for part in parts(folder) if part not in left] == [], what
        nothing_runs(folder, process.pid)
        allowed = {0, 130, 143, 129, -signal.SIGINT, -signal.SIGKILL, -signal.SIGTERM}
        assert process.returncode in allowed | {-signal.SIGHUP}, f"{what}: {told}"
        there[name] = work.whole(folder)
        if there[name] == len(work.names):
            there[name] = taken_up(work, folder, what)


def taken_up(work, folder, what):
    """The same command makes or keeps all films, and removes what was left; then they go."""
    process = start(folder, *work.options, cache=True)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 0, f"{what}: {told}"
    assert parts(folder) == [], what
    assert work.whole(folder) == len(work.names), what
    for file in folder.glob("outputs/*"):
        if file.is_dir():
            for one in file.iterdir():
                one.unlink()
            file.rmdir()
        else:
            file.unlink()
    return 0
