"""How many films are made at once."""

import os

import pytest

from render.jobs import cores as room
from render.jobs.cores import cores


@pytest.mark.parametrize(
    ("text", "count"),
    [("200000 100000", 2), ("50000 100000", 1), ("max 100000", 8), ("9900000 100000", 8), ("", 8)],
)
def test_a_container_gets_its_share_of_the_cores(tmp_path, monkeypatch, text, count):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(8)), raising=False)
    monkeypatch.setattr(room, "QUOTA", tmp_path / "cpu.max")
    room.QUOTA.write_text(text)
    assert cores() == count


def test_a_process_bound_to_one_core_makes_one_film_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {3}, raising=False)
    monkeypatch.setattr(room, "QUOTA", tmp_path / "nowhere")
    assert cores() == 1


@pytest.mark.skipif(os.name != "posix", reason="ulimit")
@pytest.mark.parametrize(("limit", "count"), [(256, 47), (64, 1), (8, 1), (1_000_000, 249_983)])
def test_a_worker_costs_four_of_the_files_that_may_be_open(monkeypatch, limit, count):
    import resource

    monkeypatch.setattr(resource, "getrlimit", lambda what: (limit, limit))
    monkeypatch.setattr(os, "listdir", lambda folder: [""] * 36)
    assert room.affordable_workers() == count
