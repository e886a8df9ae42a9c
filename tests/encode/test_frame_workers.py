"""Frames that several processes draw are the same, in the same order, whatever goes wrong."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from render import pipeline, registry
from render.config.when import When
from render.draw.stage import Stage
from render.encode import ffmpeg, frame_workers
from render.encode.frame_workers import can_fork, drawing_frames, workers_for
from render.errors import RenderError
from render.jobs import learner, run
from render.jobs.progress import NoProgress
from render.results import OutputFile
from tests.draw.stages import staged
from tests.learn.labs import lab

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has safe forks")

SMALL = ("film.size=[160, 90]", "film.duration=1", "film.fps=14")
TURNING = (*SMALL, "film.camera.orbit=90")
BY_WORKERS = {2: ("mp4", "gif", "png"), 3: ("html", "svg")}


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    """Workers for films of a few frames, and none of them is left behind."""
    monkeypatch.setattr(frame_workers, "MIN_FRAMES", 2)
    yield
    assert multiprocessing.active_children() == []


def made(folder: Path, processes: int, *kinds: str) -> dict[str, bytes]:
    """The files of a film, by their names."""
    formats = [registry.member("encode/formats", kind)() for kind in kinds]
    files = [OutputFile(one, folder / f"film{one.suffix}") for one in formats]
    folder.mkdir(exist_ok=True)
    pipeline.make(lab("slope_bias", *TURNING), files, pipeline.silent, processes=processes)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_all_files_are_the_same_for_any_number_of_processes(tmp_path, monkeypatch):
    forks = []
    start = frame_workers.FrameWorkers.start
    monkeypatch.setattr(
        frame_workers.FrameWorkers, "start", lambda *given: (forks.append(1), start(*given))
    )
    # The page, the drawing and the poster are made by the process that drew no frame.
    alone = made(tmp_path / "1", 1, "mp4", "gif", "png", "html", "svg")
    two, three = (made(tmp_path / str(n), n, *kinds) for n, kinds in BY_WORKERS.items())
    assert len(forks) == 5
    assert set(two) | set(three) == set(alone)
    assert len(alone) == 5
    for others in (two, three):
        assert others == {name: alone[name] for name in others}


def test_a_still_is_the_frame_that_another_process_drew(tmp_path):
    poster = made(tmp_path, 2, "png")["film.png"]
    file = OutputFile(registry.member("encode/formats", "png")(), tmp_path / "still.png")
    pipeline.still(lab("slope_bias", *TURNING), When("%", 100), file, pipeline.silent)
    assert file.path.read_bytes() == poster


def test_what_grows_is_there_in_whichever_process_draws_it(monkeypatch):
    stage, timeline = staged("slope_bias", *SMALL)
    alone = [stage.picture(moment) for moment in reversed(timeline.moments)][::-1]
    monkeypatch.setattr(frame_workers, "workers_for", lambda timeline, processes: processes)
    taken = []
    with drawing_frames(staged("slope_bias", *SMALL)[0], timeline, 3) as draw:
        draw(lambda pixels: taken.append(pixels.copy()))
    assert len(taken) == len(alone) == 14
    assert all(map(np.array_equal, taken, alone))


def in_the_worker(monkeypatch, at, act):
    """Let a process that draws the frame of this number do something else."""
    parent, draw = os.getpid(), Stage.draw

    def drawn(stage, moment):
        if os.getpid() != parent and moment.index == at:
            act()
        draw(stage, moment)

    monkeypatch.setattr(Stage, "draw", drawn)


def test_a_worker_that_is_killed_is_one_error_and_leaves_nothing(tmp_path, monkeypatch):
    in_the_worker(monkeypatch, 5, lambda: os.kill(os.getpid(), signal.SIGKILL))
    with pytest.raises(RenderError, match="a process that drew frames was killed by signal 9"):
        made(tmp_path, 2, "mp4", "gif")
    assert [*tmp_path.iterdir()] == []


def test_a_frame_that_fails_is_the_error_that_it_is(tmp_path, monkeypatch):
    def fail():
        raise RenderError("no font here has this letter")

    in_the_worker(monkeypatch, 13, fail)
    with pytest.raises(RenderError) as caught:
        made(tmp_path, 2, "mp4")
    assert str(caught.value) == "no font here has this letter"
    assert [*tmp_path.iterdir()] == []


def test_an_error_that_can_not_be_sent_is_told_in_words(tmp_path, monkeypatch):
    def fail():
        raise type("LocalError", (Exception,), {})("of 7 kinds")

    in_the_worker(monkeypatch, 3, fail)
    with pytest.raises(RuntimeError, match="LocalError: of 7 kinds"):
        made(tmp_path, 2, "mp4")


def test_an_interrupt_ends_the_workers():
    stage, timeline = staged("slope_bias", *TURNING)
    with pytest.raises(KeyboardInterrupt), drawing_frames(stage, timeline, 2) as draw:  # noqa: PT012
        assert len(multiprocessing.active_children()) == 2

        def take(pixels):
            raise KeyboardInterrupt

        draw(take)


def test_where_a_fork_is_refused_this_process_draws(tmp_path, monkeypatch):
    def refuse(*given):
        raise BlockingIOError

    monkeypatch.setattr(frame_workers.FrameWorkers, "start", refuse)
    assert set(made(tmp_path, 4, "png")) == {"film.png"}


def test_only_a_turning_camera_and_enough_frames_are_worth_a_worker():
    still, turning = (staged("slope_bias", *sets)[1] for sets in (SMALL, TURNING))
    assert [workers_for(turning, n) for n in (1, 2, 5, 100)] == [1, 2, 5, 7]
    assert workers_for(turning.part(0, 2), 2) == 1
    assert workers_for(still, 2) == 1


def test_there_are_no_forks_where_they_could_wait_for_ever(monkeypatch):
    assert can_fork()
    seen = []
    other = threading.Thread(target=lambda: seen.append(can_fork()))
    other.start()
    other.join()
    assert seen == [False]
    with monkeypatch.context() as patched:
        patched.setattr(ffmpeg, "_running", {object()})
        assert not can_fork()
    monkeypatch.setitem(multiprocessing.current_process()._config, "daemon", True)
    assert not can_fork()


def test_films_side_by_side_are_drawn_by_one_process_each(monkeypatch):
    asked = []

    def run_job(job, progress, debug, processes=1):
        asked.append((job, processes))

    class Job:
        spec = lab("slope_bias")

    monkeypatch.setattr(run, "run_job", run_job)
    monkeypatch.setattr(learner, "_is_faster", lambda job: False)
    [*run.in_workers(4)([(0, one := Job())], NoProgress())]
    [*run.in_workers(1)([(0, two := Job()), (1, three := Job())], NoProgress())]
    assert asked == [(one, 4), (two, 1), (three, 1)]


@pytest.mark.slow
def test_workers_end_with_a_parent_that_is_killed(tmp_path):
    code = """
import time
from render.jobs.cores import limit_threads
limit_threads()
from tests.draw.stages import staged
from render.encode import frame_workers
frame_workers.MIN_FRAMES = 2
stage, timeline = staged("slope_bias", "film.size=[160, 90]", "film.camera.orbit=90")
with frame_workers.drawing_frames(stage, timeline, 2) as draw:
    import multiprocessing
    print(*(child.pid for child in multiprocessing.active_children()), flush=True)
    draw(lambda pixels: time.sleep(60))
"""
    home = Path(__file__).parents[2]
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=home
    )
    assert parent.stdout is not None
    children = [int(word) for word in parent.stdout.readline().split()]
    assert len(children) == 2
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline_s = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in children):
        assert time.monotonic() < deadline_s
        time.sleep(0.05)
