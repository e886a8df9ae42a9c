"""The command, as it is typed."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from render.errors import RenderError
from render.pipeline import learn
from tests.benchmark.__main__ import main
from tests.benchmark.films import spec
from tests.benchmark.report import Measured, Stage, table
from tests.benchmark.rows import ROWS, Figure, Goal, Result
from tests.draw.stages import stage_of
from tests.learn.labs import lab

# What needs no process of its own: a few seconds. The others import torch nine times.
HERE = ["mp4", "encoder", "race", "gif_psnr", "gif_size", "gif_time", "gif_exact", "gif_still"]


def results(capsys, *argv):
    """The JSON it prints."""
    assert main(["--quick", "--json", *argv]) == 0
    printed = capsys.readouterr()
    return json.loads(printed.out), printed.err


def numbers(row):
    return [row[side]["value"] for side in ("ours", "other", "figure") if row[side] is not None]


@pytest.mark.slow
def test_rows_are_really_measured(capsys):
    measured, progress = results(capsys, "--only", ",".join(HERE))
    assert [row["name"] for row in measured["rows"]] == HERE
    for row in measured["rows"]:
        assert all(math.isfinite(n) and n > 0 for n in numbers(row)), row
        assert row["met"] is None  # the goals are for larger films
    assert measured["differing_frames"] == [15, 15]
    assert measured["stages"] == []
    assert "benchmark: round 1 of 1: naive\n" in progress


@pytest.mark.slow
def test_everything_is_really_measured(capsys):
    measured, progress = results(capsys, "--quiet")
    assert [row["name"] for row in measured["rows"]] == [row.name for row in ROWS]
    values = [n for row in measured["rows"] for n in numbers(row)]
    values += [stage["seconds"] for stage in measured["stages"]]
    assert all(math.isfinite(n) and n > 0 for n in values)
    assert len(measured["stages"]) == 7
    assert progress == ""


def test_a_row_that_there_is_not_is_refused(capsys):
    assert main(["--only", "mp4,orbitt"]) == 2
    message = capsys.readouterr().err
    assert message.startswith("--only orbitt: unknown row 'orbitt'")
    assert "orbit" in message.partition("orbitt'")[2]


def test_a_film_that_fails_ends_it_in_a_line(monkeypatch, capsys):
    from tests.benchmark import __main__ as command

    def failing(bench):
        raise RenderError("no ffmpeg found")

    monkeypatch.setattr(command, "warm_up", failing)
    assert main(["--quick", "--quiet"]) == 1
    assert capsys.readouterr().err == "benchmark: no ffmpeg found\n"


@pytest.mark.parametrize("name", ["slope", "slope_bias", "optimizer_race"])
def test_the_fixed_films_learn_what_the_shipped_ones_do(name):
    ours, shipped = spec(name, 300, (1280, 720)), lab(name)
    for one, other in zip(ours.each, shipped.each, strict=True):
        for part in ("seed", "dataset", "model", "loss", "optimizer", "training", "scene"):
            assert getattr(one, part) == getattr(other, part)


@pytest.mark.parametrize("name", ["slope", "slope_bias", "optimizer_race", "one_optimizer"])
def test_the_fixed_films_never_rest(name):
    fixed = spec(name, 300, (1280, 720))
    _, timeline = stage_of(fixed, learn(fixed))
    assert len(timeline) == 300
    assert np.diff([moment.tick for moment in timeline]).min() > 1e-4
    assert {moment.phase for moment in timeline} == {None}


def test_the_table_has_its_columns_beneath_one_another():
    results = (
        Result(
            "mp4", "a film", Figure(31.26, "×"), Goal(30, True), Figure(1234.5, "fps"),
            Figure(4.75, "fps"), "naive", "best of 3",
        ),
        Result("still", "cold", Figure(2.51, "s"), Goal(2.5, False), measured="best of 1"),
        Result("memory", "memory", None, Goal(1.05, False)),
    )  # fmt: skip
    stages = (Stage("training", "training", 0.5), Stage("drawing", "drawing", 2.0, 300))
    text = table(Measured("2 cores", 0.25, (299, 300), results, stages))
    lines = text.splitlines()
    assert lines[0] == "2 cores; load when it began 0.25; 299 of the 300 frames of the film differ"
    head = next(line for line in lines if line.startswith("what"))
    film = next(line for line in lines if line.startswith("a film"))
    assert " ".join(film.split()) == "a film 1,234.5 fps naive 4.8 fps 31.26× ≥ 30 yes best of 3"
    assert film.index("yes") == head.index("met")
    assert film.index("naive") == head.index("against")
    cold = next(line for line in lines if line.startswith("cold"))
    assert " ".join(cold.split()) == "cold 2.51 s ≤ 2.5 NO best of 1"
    assert "not known here" in next(line for line in lines if line.startswith("memory"))
    drawing = next(line for line in lines if line.startswith("drawing"))
    assert drawing.split() == ["drawing", "2.00", "150.0"]
    assert all(line == line.rstrip() for line in lines)
