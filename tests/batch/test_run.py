"""Films are made one after another, and what becomes of each is told."""

from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest

from render.batch.jobs import Wanted, plan
from render.batch.progress import Lines, Silent
from render.batch.run import closing, run
from render.config.load import load
from render.errors import EncodeError
from render.film import Report
from render.manifest import Output
from tests.batch.fake import Studio, install
from tests.config.home import write


@pytest.fixture
def studio(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    studio = Studio()
    install(monkeypatch, studio)
    return studio


@pytest.fixture
def jobs(tmp_path):
    specs = [load(write(tmp_path, "outputs: [csv]", f"{name}.yaml")) for name in "abc"]
    return plan(specs, Wanted())


def test_every_film_is_made_and_its_folder_too(studio, jobs, tmp_path):
    assert run(jobs, Silent()) == 0
    assert [spec.name for spec, _ in studio.made] == ["a", "b", "c"]
    assert studio.made[0][1][0].path == Path("outputs/a.csv")
    assert (tmp_path / "outputs").is_dir()


def test_a_failing_film_does_not_stop_the_others(studio, jobs, capsys):
    studio.faults["b"] = EncodeError("ffmpeg failed: no space left")
    assert run(jobs, Silent()) == 1
    assert [spec.name for spec, _ in studio.made] == ["a", "c"]
    assert capsys.readouterr().err == ("b: ffmpeg failed: no space left\n1 of 3 films failed: b\n")


def test_a_fault_of_ours_is_one_line_unless_asked(studio, jobs, capsys):
    studio.faults["a"] = ZeroDivisionError("division\nby zero")
    assert run(jobs[:1], Silent()) == 1
    told = capsys.readouterr().err
    assert told == "a: internal error: ZeroDivisionError: division by zero (--debug shows where)\n"
    run(jobs[:1], Silent(), debug=True)
    assert "Traceback" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_named(studio, jobs, capsys, tmp_path):
    (tmp_path / "outputs").write_text("a file")
    assert run(jobs[:1], Silent()) == 1
    assert capsys.readouterr().err == "a: outputs: File exists\n"


def test_an_interruption_ends_everything(studio, jobs):
    studio.faults["a"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        run(jobs, Silent())
    assert studio.made == []


def test_the_closing_line_names_the_files_with_duration_size_and_bytes():
    film = Output(Path("outputs/slope.mp4"), "mp4", 412_345, (1280, 720), 8.0)
    poster = replace(film, path=Path("outputs/slope.png"), duration_s=None, bytes=41_234)
    table = replace(poster, path=Path("outputs/slope.csv"), size_px=None, bytes=812)
    assert closing(Report("slope", (film, poster, table), 4.06, "")) == (
        "slope: outputs/slope.mp4 (8.0 s, 1280×720, 0.4 MB), "
        "outputs/slope.png (1280×720, 41 kB), outputs/slope.csv (812 B) in 4.1 s"
    )


def test_what_the_film_has_to_say_comes_below():
    assert closing(Report("slope", (), 4.06, "diverged")).endswith("in 4.1 s\n  diverged")


def test_a_log_has_a_line_for_each_stage_and_each_quarter_of_a_long_one(studio, jobs):
    log = StringIO()
    run(jobs[:1], Lines(log))
    assert log.getvalue().splitlines() == [
        "a: training",
        "a: frames",
        "a: frames 25 %",
        "a: frames 50 %",
        "a: frames 75 %",
        "a: frames 100 %",
        "a: outputs/a.csv (8.0 s, 1280×720, 0.4 MB) in 4.1 s",
    ]
