"""Sudden ends at random moments of a batch: what has a film's name is that film, and whole."""

from __future__ import annotations

import os
import random
import signal
import time

import pytest

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
KILLS = 50
SEED = int(os.environ.get("KILLS_SEED", "7"))
LONGEST_S = 9.0  # about what the whole batch takes
ENDS = ("parent killed", "all killed", "a worker killed", "ctrl-c", "ctrl-c twice")


def whole(folder):
    """How many films are there; every file of theirs is what it should be."""
    for video in folder.glob("outputs/*.mp4"):
        assert frames(video) == 20, video
    for table in folder.glob("outputs/*.csv"):
        lines = table.read_text().splitlines()
        assert len(lines) == 12, table  # the columns' names, the start and ten epochs
        assert {line.count(",") for line in lines} == {lines[0].count(",")}
    return len(list(folder.glob("outputs/*.mp4")))


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
    else:
        os.killpg(process.pid, signal.SIGINT)
        if how == "ctrl-c twice":
            time.sleep(dice.uniform(0, 0.3))
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(text) for text in file.read().split()]


def command(pid):
    with open(f"/proc/{pid}/cmdline", "rb") as file:
        return file.read()


@pytest.mark.slow
@pytest.mark.skipif(not LINUX, reason="reads /proc")
def test_no_sudden_end_harms_a_film_and_the_next_run_goes_on(tmp_path, monkeypatch):
    monkeypatch.setenv("DESCENT_FILM_CACHE", str(tmp_path / "cache"))
    dice = random.Random(SEED)
    configs(tmp_path, **{name: f"seed: {i}\n{TINY}" for i, name in enumerate(NAMES)})
    there, taken_up = 0, 0
    for kill in range(KILLS):
        how = dice.choice(ENDS)
        process = start(tmp_path, "-j", "2", cache=True)
        time.sleep(dice.uniform(0.2, LONGEST_S))
        end(process, how, dice)
        before = whole(tmp_path)  # while what is left of the batch may still run
        assert before >= there, f"{how}: a film is gone"
        _, told = process.communicate(timeout=120)
        if how.startswith("ctrl-c") and process.returncode == 130:
            assert parts(tmp_path) == [], f"kill {kill}, {how}"
        nothing_runs(tmp_path, process.pid)
        assert process.returncode in {0, 130, -2, -9}, f"{how}: {told}"
        there = whole(tmp_path)
        if there == len(NAMES):
            process = start(tmp_path, "-j", "2", cache=True)
            _, told = process.communicate(timeout=120)
            assert process.returncode == 0, told
            assert parts(tmp_path) == []
            assert whole(tmp_path) == len(NAMES)
            taken_up += 1
            for file in tmp_path.glob("outputs/*"):
                file.unlink()
            there = 0
    assert taken_up >= 2
