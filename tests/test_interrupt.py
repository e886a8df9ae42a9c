"""Ctrl-C and sudden death, as they happen: nothing is left behind, nothing half-written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.jobs.commands import (
    LINUX,
    LONG,
    TINY,
    configs,
    drawing,
    encoding,
    environment,
    frames,
    nothing_runs,
    parts,
    press_ctrl_c,
    start,
    until,
    writers,
)

pytestmark = pytest.mark.skipif(not LINUX, reason="reads /proc")

AT_ONCE_S = 2.0
START_S = 3.0  # of Python, on a busy machine


def ended(process):
    """Its exit code, what it said, and how long that took."""
    started_s = time.monotonic()
    _, told = process.communicate(timeout=60)
    return process.returncode, told, time.monotonic() - started_s


def nothing_is_left(folder, process):
    nothing_runs(folder, process.pid)
    return parts(folder) == []


@pytest.mark.parametrize("films", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_ctrl_c_ends_within_two_seconds_and_leaves_nothing(tmp_path, films):
    configs(tmp_path, **dict.fromkeys("ab"[:films], LONG))
    (tmp_path / "outputs").mkdir()
    (tmp_path / "outputs" / "a.mp4").write_text("old")
    process = start(tmp_path, "-j", "2")
    until(drawing(tmp_path, films))
    press_ctrl_c(process)
    code, told, seconds = ended(process)
    assert code == 130
    assert told.endswith("interrupted\n")
    assert "Traceback" not in told
    assert seconds < AT_ONCE_S
    assert nothing_is_left(tmp_path, process)
    assert [f.name for f in (tmp_path / "outputs").iterdir()] == ["a.mp4"]
    assert (tmp_path / "outputs" / "a.mp4").read_text() == "old"


SIGNALS = {
    signal.SIGTERM: "terminated",
    signal.SIGHUP: "terminated: its terminal was closed",
    signal.SIGQUIT: "quit",
}


def in_a_batch(number: int) -> pytest.param:
    return pytest.param(number, 2, marks=pytest.mark.slow)


@pytest.mark.parametrize(
    "everyone",
    [pytest.param(False, marks=pytest.mark.slow), True],
    ids=["the process", "all processes"],
)
@pytest.mark.parametrize(
    ("number", "films"),
    [
        (signal.SIGTERM, 1),
        pytest.param(signal.SIGHUP, 1, marks=pytest.mark.slow),
        pytest.param(signal.SIGQUIT, 1, marks=pytest.mark.slow),
        *map(in_a_batch, SIGNALS),
    ],
)
def test_other_signals_that_end_a_program_leave_nothing_either(tmp_path, number, films, everyone):
    configs(tmp_path, **dict.fromkeys("ab"[:films], LONG))
    (tmp_path / "outputs").mkdir()
    (tmp_path / "outputs" / "a.mp4").write_text("old")
    process = start(tmp_path, "-j", "2")
    until(drawing(tmp_path, films))
    (os.killpg if everyone else os.kill)(process.pid, number)
    code, told, seconds = ended(process)
    assert code == 128 + number
    assert told.endswith(f"{SIGNALS[number]}\n")
    assert told.count(SIGNALS[number]) == 1
    assert "Traceback" not in told
    assert seconds < AT_ONCE_S
    assert nothing_is_left(tmp_path, process)
    assert [f.name for f in (tmp_path / "outputs").iterdir()] == ["a.mp4"]
    assert (tmp_path / "outputs" / "a.mp4").read_text() == "old"


@pytest.mark.slow
def test_under_nohup_a_film_outlives_its_terminal(tmp_path):
    configs(tmp_path, a=TINY.replace("duration: 1", "duration: 20"))
    process = start(tmp_path, before=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    until(drawing(tmp_path, 1))
    os.killpg(process.pid, signal.SIGHUP)
    assert ended(process)[0] == 0
    assert frames(tmp_path / "outputs" / "a.mp4") == 400


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGXCPU])
def test_a_terminated_worker_removes_its_parts_and_costs_no_film(tmp_path, number):
    configs(tmp_path, a=TINY, b=LONG.replace("120", "10"))
    process = start(tmp_path, "-j", "2", "--quiet")
    until(lambda: any(".b.mp4." in part.name for part in parts(tmp_path)))
    victim = next(part for part in parts(tmp_path) if ".b.mp4." in part.name)
    os.kill(int(victim.name.rsplit("-", 2)[1]), number)
    code, told, _ = ended(process)
    status = 128 + number
    message = f"b: its worker process ended with status {status}: starts again after the others\n"
    assert (code, told) == (0, message)
    assert frames(tmp_path / "outputs" / "b.mp4") == 600
    assert nothing_is_left(tmp_path, process)


@pytest.mark.slow
def test_a_second_ctrl_c_ends_at_once(tmp_path):
    configs(tmp_path, a=LONG, b=LONG)
    process = start(tmp_path, "-j", "2")
    until(drawing(tmp_path, 2))
    for pid in writers(tmp_path):
        os.kill(pid, signal.SIGSTOP)  # workers that don't answer to the first
    press_ctrl_c(process)
    time.sleep(0.3)
    press_ctrl_c(process)
    code, told, seconds = ended(process)
    assert (code, told.count("Traceback")) == (130, 0)
    assert seconds < 0.7
    assert nothing_is_left(tmp_path, process)


@pytest.mark.slow
def test_a_worker_that_does_not_answer_is_ended_by_force(tmp_path):
    configs(tmp_path, a=LONG, b=LONG)
    process = start(tmp_path, "-j", "2")
    until(drawing(tmp_path, 2))
    for pid in writers(tmp_path):
        os.kill(pid, signal.SIGSTOP)
    press_ctrl_c(process)
    code, _, seconds = ended(process)
    assert code == 130
    assert seconds < AT_ONCE_S
    assert nothing_is_left(tmp_path, process)


@pytest.mark.slow
def test_when_the_parent_is_killed_its_workers_end_and_clean_up(tmp_path):
    configs(tmp_path, a=LONG, b=LONG)
    process = start(tmp_path, "-j", "2")
    until(drawing(tmp_path, 1))
    process.kill()
    process.communicate()
    assert nothing_is_left(tmp_path, process)
    assert list((tmp_path / "outputs").iterdir()) == []


@pytest.mark.slow
def test_what_a_killed_machine_leaves_is_swept_by_the_next_run(tmp_path):
    home = configs(tmp_path, a=LONG, b=LONG)
    process = start(tmp_path, "-j", "2")
    until(drawing(tmp_path, 2))
    os.killpg(process.pid, signal.SIGKILL)  # all at once: nobody cleans up
    process.communicate()
    until(lambda: not encoding(tmp_path), "an ffmpeg lives on")
    assert parts(tmp_path)
    for name in "ab":
        (home / f"{name}.yaml").write_text(TINY)
    assert ended(start(tmp_path))[0] == 0
    assert parts(tmp_path) == []


@pytest.mark.slow
def test_a_killed_worker_costs_no_film(tmp_path):
    configs(tmp_path, a=TINY, b=LONG.replace("120", "10"), c=TINY)
    process = start(tmp_path, "-j", "2", "--quiet")
    until(lambda: any(".b.mp4." in part.name for part in parts(tmp_path)))
    victim = next(part for part in parts(tmp_path) if ".b.mp4." in part.name)
    os.kill(int(victim.name.rsplit("-", 2)[1]), signal.SIGKILL)
    code, told, _ = ended(process)
    assert told == (
        "b: its worker process was killed by signal 9, perhaps because there was too little memory:"
        " starts again after the others\n"
    )
    assert code == 0
    assert frames(tmp_path / "outputs" / "b.mp4") == 600
    assert nothing_is_left(tmp_path, process)


STUCK = """
import os, pathlib, signal, sys, time
from render.jobs.interrupt import interruptible
from render.encode.atomic import Parts

with interruptible(), Parts() as parts:
    parts.beside(pathlib.Path("film.mp4")).write_text("half")
    for _ in range(int(sys.argv[1])):
        try:
            os.kill(os.getpid(), int(sys.argv[2]))
            time.sleep(0.2)
        except KeyboardInterrupt:
            pass  # as some libraries do
    time.sleep(60)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("presses", "within_s", "number", "words"),
    [
        (1, 2.5, signal.SIGINT, "interrupted"),
        (2, 1.0, signal.SIGINT, "interrupted"),
        (1, 2.5, signal.SIGTERM, "terminated"),
        (1, 1.0, signal.SIGQUIT, "quit"),
    ],
)
def test_a_ctrl_c_that_somebody_swallows_ends_the_process_all_the_same(
    tmp_path, presses, within_s, number, words
):
    started_s = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", STUCK, str(presses), str(int(number))],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (128 + number, f"{words}\n")
    assert time.monotonic() - started_s < within_s + START_S
    assert list(tmp_path.iterdir()) == []


OWN_SCENE = """
from render.draw.stage import Stage
from scenes.slope import compose as usual

def compose(spec):
    draw, drawn = Stage.draw, []
    def breaking(self, moment):
        drawn.append(moment)
        if spec.seed == 40 and len(drawn) > 40:
            raise ZeroDivisionError("in a panel")
        return draw(self, moment)
    Stage.draw = breaking
    return usual(spec)
"""


@pytest.mark.slow
def test_what_goes_wrong_with_one_film_is_no_other_films_trouble(tmp_path):
    """A panel that breaks at frame 40, a config and data deleted while another film is made."""
    film = "film: {size: [160, 90], fps: 60, duration: 1}\noutputs: [mp4, csv]\n"
    data = "dataset: {kind: csv, path: ../gone.csv, x: a, y: b}\n"
    home = configs(
        tmp_path,
        a=LONG.replace("120", "10"),
        z_breaks=film + "scene: mine\nseed: 40\n",
        config_gone=film,
        data_gone=film + data,
    )
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes" / "mine.py").write_text(OWN_SCENE)
    (tmp_path / "gone.csv").write_text("a,b\n1,2\n2,3\n")
    process = start(tmp_path, "-j", "1")
    until(drawing(tmp_path, 1))
    (home / "config_gone.yaml").unlink()
    (tmp_path / "gone.csv").unlink()
    code, told, _ = ended(process)
    assert code == 1
    assert "z_breaks: internal error: ZeroDivisionError: in a panel (--debug shows where)\n" in told
    assert "data_gone: configs/../gone.csv: " in told
    assert "2 of 4 films failed: data_gone, z_breaks\n" in told
    made = {file.name for file in (tmp_path / "outputs").iterdir()}
    assert made == {f"{name}.{end}" for name in ("a", "config_gone") for end in ("mp4", "csv")}
    assert frames(tmp_path / "outputs" / "config_gone.mp4") == 60
    assert nothing_is_left(tmp_path, process)
