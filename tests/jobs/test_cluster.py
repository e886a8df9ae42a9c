"""A real dask scheduler with two workers, as processes on loopback; one of them is killed."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time

import pytest

from tests.jobs.commands import TINY, configs, environment, start, until

distributed = pytest.importorskip("distributed")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def dask(folder, *words):
    """A dask process in a folder of its own, where there are no configs."""
    folder.mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-m", "distributed.cli." + words[0], *words[1:]],
        cwd=folder,
        env={**environment(), "OMP_NUM_THREADS": "1", "TMPDIR": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=(folder / "log").open("w"),
    )


@pytest.fixture
def cluster(tmp_path):
    """Its address and its two workers."""
    port = str(free_port())
    address = f"tcp://127.0.0.1:{port}"
    local = ["--host", "127.0.0.1", "--no-dashboard"]
    processes = [dask(tmp_path / "scheduler", "dask_scheduler", "--port", port, *local)]
    options = [address, *local, "--no-nanny", "--nthreads", "2"]
    for number in range(2):
        processes.append(dask(tmp_path / f"worker{number}", "dask_worker", *options))
    yield address, processes[1:]
    for process in processes:
        process.kill()
        process.wait()


def facts(file):
    return json.loads(file.read_text())


@pytest.mark.slow
def test_a_cluster_makes_the_same_films_even_when_it_loses_a_worker(tmp_path, cluster):
    address, workers = cluster
    names = [f"film{i}" for i in range(6)]
    texts = {name: f"seed: {i}\n{TINY}".replace("csv]", "json]") for i, name in enumerate(names)}
    configs(tmp_path, **texts)
    process = start(tmp_path, "--scheduler", address, "--out", "far")
    far = tmp_path / "far"
    until(lambda: list(far.glob("*.json")))
    assert len(list(far.glob("*.json"))) < len(names)
    workers[0].send_signal(signal.SIGKILL)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 0, told
    near = start(tmp_path, "--out", "near")
    near.communicate()
    for name in names:
        one, other = (facts(tmp_path / out / f"{name}.json") for out in ("near", "far"))
        assert one["film"]["frames_hash"] == other["film"]["frames_hash"]
        assert one == other
    assert sorted(os.listdir(far)) == sorted(os.listdir(tmp_path / "near"))


@pytest.mark.slow
def test_ctrl_c_leaves_the_cluster_and_ends(tmp_path, cluster):
    address, workers = cluster
    configs(tmp_path, **{f"film{i}": TINY.replace("1}", "60}") for i in range(4)})
    process = start(tmp_path, "--scheduler", address)
    until(lambda: list(tmp_path.glob("worker?/descent-film-*/made/*/.*.part")))
    process.send_signal(signal.SIGINT)
    started_s = time.monotonic()
    _, told = process.communicate(timeout=30)
    assert process.returncode == 130, told
    assert time.monotonic() - started_s < 2
    assert "Traceback" not in told
    assert all(worker.poll() is None for worker in workers)


@pytest.mark.slow
def test_a_scheduler_that_is_not_there_is_told_within_seconds(tmp_path):
    configs(tmp_path, a=TINY)
    address = f"tcp://127.0.0.1:{free_port()}"
    started_s = time.monotonic()
    process = start(tmp_path, "--scheduler", address)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 1
    assert re.fullmatch(rf"scheduler '{address}': doesn't answer: .*\n", told), told
    assert time.monotonic() - started_s < 20
    assert not (tmp_path / "outputs").exists()


@pytest.mark.slow
def test_a_cluster_without_workers_is_waited_for_and_that_is_said(tmp_path):
    configs(tmp_path, a=TINY.replace("mp4, ", ""))
    port = str(free_port())
    address = f"tcp://127.0.0.1:{port}"
    local = ["--host", "127.0.0.1", "--no-dashboard"]
    scheduler = dask(tmp_path / "scheduler", "dask_scheduler", "--port", port, *local)
    workers = []
    try:
        process = start(tmp_path, "--scheduler", address)
        told = process.stderr.readline()
        assert told == f"scheduler '{address}': has no workers yet; waiting for one\n"
        options = [address, *local, "--no-nanny", "--nthreads", "1"]
        workers.append(dask(tmp_path / "worker", "dask_worker", *options))
        _, told = process.communicate(timeout=60)
        assert process.returncode == 0, told
    finally:
        for other in [scheduler, *workers]:
            other.kill()
            other.wait()


@pytest.mark.slow
def test_a_scheduler_that_dies_is_told_in_a_line_for_each_film(tmp_path):
    configs(tmp_path, **{f"film{i}": TINY.replace("1}", "60}") for i in range(2)})
    port = str(free_port())
    address = f"tcp://127.0.0.1:{port}"
    local = ["--host", "127.0.0.1", "--no-dashboard"]
    scheduler = dask(tmp_path / "scheduler", "dask_scheduler", "--port", port, *local)
    options = [address, *local, "--no-nanny", "--nthreads", "1"]
    worker = dask(tmp_path / "worker", "dask_worker", *options)
    try:
        process = start(tmp_path, "--scheduler", address, "--quiet")
        until(lambda: list(tmp_path.glob("worker/descent-film-*/made/*/.*.part")))
        scheduler.kill()
        _, told = process.communicate(timeout=60)
    finally:
        for other in (scheduler, worker):
            other.kill()
            other.wait()
    assert process.returncode == 1
    assert sorted(told.splitlines()) == [
        "2 of 2 films failed: film0, film1",
        *(f"film{i}: its task was cancelled: perhaps the scheduler has ended" for i in range(2)),
    ]
