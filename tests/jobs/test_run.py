"""Films are made one after another, and what becomes of each is told."""

import errno
import os
from io import StringIO
from pathlib import Path

import pytest

from render.config.load import load
from render.errors import EncodeError
from render.jobs.plan import OutputRequest, plan
from render.jobs.progress import Lines, Silent
from render.jobs.run import in_process, run_jobs
from tests.config.home import write
from tests.jobs.fake import Studio, install


@pytest.fixture
def studio(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    studio = Studio()
    install(monkeypatch, studio)
    return studio


@pytest.fixture
def jobs(tmp_path):
    specs = [load(write(tmp_path, "outputs: [csv]", f"{name}.yaml")) for name in "abc"]
    return plan(specs, OutputRequest())


def test_every_film_is_made_and_its_folder_too(studio, jobs, tmp_path):
    assert run_jobs(jobs, Silent()) == 0
    assert [spec.name for spec, _ in studio.made] == ["a", "b", "c"]
    assert studio.made[0][1][0].path == Path("outputs/a.csv")
    assert (tmp_path / "outputs").is_dir()


def test_a_failing_film_does_not_stop_the_others(studio, jobs, capsys):
    studio.faults["b"] = EncodeError("ffmpeg failed: no space left")
    assert run_jobs(jobs, Silent()) == 1
    assert [spec.name for spec, _ in studio.made] == ["a", "c"]
    assert capsys.readouterr().err == ("b: ffmpeg failed: no space left\n1 of 3 films failed: b\n")


def test_a_fault_of_ours_is_one_line_unless_asked(studio, jobs, capsys):
    studio.faults["a"] = ZeroDivisionError("division\nby zero")
    assert run_jobs(jobs[:1], Silent(), internal_hint=" (--debug shows where)") == 1
    told = capsys.readouterr().err
    assert told == "a: internal error: ZeroDivisionError: division by zero (--debug shows where)\n"
    run_jobs(jobs[:1], Silent(), in_process(debug=True))
    assert "Traceback" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_named(studio, jobs, capsys, tmp_path):
    (tmp_path / "outputs").write_text("a file")
    assert run_jobs(jobs[:1], Silent()) == 1
    assert capsys.readouterr().err == f"a: outputs: {os.strerror(errno.EEXIST)}\n"


def test_an_interruption_ends_everything(studio, jobs):
    studio.faults["a"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        run_jobs(jobs, Silent())
    assert studio.made == []


def test_a_log_has_a_line_for_each_stage_and_each_quarter_of_a_long_one(studio, jobs):
    log = StringIO()
    run_jobs(jobs[:1], Lines(log))
    assert log.getvalue().splitlines() == [
        "a: training",
        "a: frames",
        "a: frames 25 %",
        "a: frames 50 %",
        "a: frames 75 %",
        "a: frames 100 %",
        "a: outputs/a.csv (8.0 s, 1280×720, 0.4 MB) in 4.1 s",
    ]


def test_several_films_are_summed_up_in_the_order_of_their_configs(studio, jobs):
    studio.faults["b"] = EncodeError("ffmpeg failed: no space left")
    log = StringIO()
    assert run_jobs(jobs, Lines(log), fail_fast=True) == 1
    told = log.getvalue().partition("\n\n")[2].splitlines()
    assert [line.split()[:2] for line in told[1:4]] == [
        ["a", "made"],
        ["b", "failed"],
        ["c", "stopped"],
    ]
    assert told[4].startswith("3 films: 1 made, 1 failed, 1 stopped in ")
    assert told[5] == "1 of 3 films failed: b"


def test_who_interrupts_is_told_how_far_it_came(studio, jobs):
    studio.faults["b"] = KeyboardInterrupt()
    log = StringIO()
    with pytest.raises(KeyboardInterrupt):
        run_jobs(jobs, Lines(log))
    assert log.getvalue().endswith("\n1 of 3 films are done; the same command makes the rest\n")
