"""Drafts, parts of films, configs from a pipe, and what is said of films before and after."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from render.__main__ import main
from render.config.load import load
from render.errors import ConfigError, RenderError
from tests.config.home import write
from tests.jobs.fake import Studio, install


@pytest.fixture
def studio(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    studio = Studio()
    install(monkeypatch, studio)
    return studio


def pipe(monkeypatch, text):
    raw = text if isinstance(text, bytes) else text.encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))


def lines(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize(
    ("film", "size"),
    [
        ("{}", (854, 480)),
        ("{size: [1920, 1080], fps: 60}", (854, 480)),
        ("{size: [1080, 1920]}", (480, 854)),
        ("{size: [1080, 1080]}", (480, 480)),
    ],
)
def test_a_draft_is_small_and_has_the_shape_of_the_film(studio, tmp_path, film, size):
    write(tmp_path, f"film: {film}\noutputs: [mp4, {{kind: gif, size: auto}}]\n")
    assert main(["configs/film.yaml", "--draft", "--quiet"]) == 0
    assert (studio.made[0][0].film.size, studio.made[0][0].film.fps) == (size, 15)


def test_size_and_rate_have_the_last_word_over_a_draft_and_set_over_them(tmp_path):
    path = write(tmp_path, "film: {fps: 60}")
    spec = load(path, ["film.fps=7"], {"draft": "", "size": "640x360", "fps": "12"})
    assert (spec.film.size, spec.film.fps) == ((640, 360), 7)
    assert load(path, [], {"draft": "", "size": "640x360"}).film.fps == 15


def test_a_draft_lies_over_what_suits_a_place(tmp_path):
    path = write(tmp_path, "{}")
    spec = load(path, [], {"for": "shorts", "draft": ""})
    assert (spec.film.size, spec.film.fps) == ((480, 854), 15)


def test_a_draft_of_what_is_wrong_tells_what_is_wrong(tmp_path):
    path = write(tmp_path, "film: 3")
    with pytest.raises(ConfigError, match="film: expected a mapping"):
        load(path, [], {"draft": ""})


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("0-240", "film.frames: the film has 240 frames, 0 to 239, found 0-240"),
        ("7-7", "film.frames: one frame is no film but a still: expected two or more, found 7-7"),
        (
            "60-0",
            "film.frames: the first frame comes after the last: expected 0-60, found 60-0",
        ),
        ("7", "expected A-B, like 0-59"),
        ("a-b", "expected A-B, like 0-59"),
        ("-3-4", "expected A-B, like 0-59"),
    ],
)
def test_frames_that_there_are_not(studio, tmp_path, capsys, asked, told):
    write(tmp_path, "{}")
    assert main(["configs/film.yaml", f"--frames={asked}"]) == 2
    assert capsys.readouterr().err == f"--frames {asked}: {told}\n"


def test_frames_and_a_still_contradict_one_another(studio, tmp_path, capsys):
    write(tmp_path, "{}")
    assert main(["configs/film.yaml", "--frames", "0-9", "--still", "end"]) == 2
    told = "--frames: is a part of a film, and --still makes none: leave one out\n"
    assert capsys.readouterr().err == told


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--name", "a", "-o", "b.mp4"], "--name: is for files that -o doesn't name"),
        (["--keep-going", "--fail-fast"], "--keep-going: contradicts --fail-fast"),
    ],
)
def test_options_that_contradict_one_another(studio, tmp_path, capsys, options, told):
    write(tmp_path, "{}")
    assert main(["configs/film.yaml", *options]) == 2
    assert capsys.readouterr().err == f"{told}: leave one out\n"


@pytest.mark.parametrize("typed", ["--dry_run", "--dry-run"])
def test_option_names_take_underscores_and_hyphens(studio, tmp_path, capsys, typed):
    write(tmp_path, "film: {auto_captions: true}")
    argv = ["configs/film.yaml", typed, "--no_cache", "--set", "film.auto_captions=false"]
    assert main([*argv, "--format", "csv"]) == 0
    assert studio.made == []
    assert "outputs/film.csv" in capsys.readouterr().out.replace("\\", "/")


def test_a_dry_run_says_what_would_be_made_and_makes_nothing(studio, tmp_path, capsys):
    write(tmp_path, "film: {duration: 2}\noutputs: [mp4, {kind: gif, size: [640, 360]}]", "a.yaml")
    write(tmp_path, "outputs: [csv]", "b.yaml")
    assert main(["configs", "--dry-run", "--fps", "10"]) == 0
    out, err = capsys.readouterr()
    assert out.replace("\\", "/").splitlines() == [
        "film  frames  seconds  size      result  files",
        "a     20      2.0      1280×720  new     outputs/a.mp4, outputs/a.gif 640×360",
        "b                                new     outputs/b.csv",
    ]
    assert err == ""
    assert studio.made == []
    assert not (tmp_path / "outputs").exists()


def test_a_dry_run_tells_programs_the_same(studio, tmp_path, capsys):
    write(tmp_path, "{}")
    assert main(["configs/film.yaml", "--dry-run", "--json", "--still", "end"]) == 0
    (told,) = lines(capsys)
    assert (told["film"], told["result"]) == ("film", "new")
    assert "frames" not in told
    assert [Path(file["file"]).name for file in told["files"]] == ["film-end.png"]
    assert main(["configs/film.yaml", "--dry-run", "--json", "--still", "steps"]) == 0
    (told,) = lines(capsys)
    assert [Path(file["file"]).name for file in told["files"]] == ["film-000.png"]


def test_each_film_is_a_line_for_programs_as_it_is_finished(studio, tmp_path, capsys):
    for name in "abc":
        write(tmp_path, "outputs: [mp4]", f"{name}.yaml")
    studio.faults["b"] = RenderError("the disk is full")
    assert main(["configs", "--json", "--frames", "0-29"]) == 1
    out, err = capsys.readouterr()
    told = [json.loads(line) for line in out.splitlines()]
    assert [film["film"] for film in told] == ["a", "b", "c"]
    assert [film["result"] for film in told] == ["made", "failed", "made"]
    assert [film["error"] for film in told] == [None, "the disk is full", None]
    assert (told[0]["frames"], told[0]["fps"], told[0]["duration"]) == (30, 30, 1)
    (file,) = told[0]["files"]
    assert (file["kind"], file["bytes"], file["size"]) == ("mp4", 412_345, [1280, 720])
    assert "b: the disk is full" in err


def test_a_config_may_come_through_a_pipe(studio, tmp_path, monkeypatch):
    (tmp_path / "cars.csv").write_text("speed,dist\n4,2\n7,4\n8,16\n")
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes" / "mine.py").write_text("")
    data = "{kind: csv, path: cars.csv, x: speed, y: dist}"
    pipe(monkeypatch, f"dataset: {data}\nscene: mine\n")
    assert main(["-", "--quiet", "--format", "mp4"]) == 0
    ((spec, targets),) = studio.made
    assert (spec.name, spec.scene) == ("stdin", "mine")
    assert [target.path for target in targets] == [Path("outputs/stdin.mp4")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "title: a\noptimizer: {lrr: 1}\n",
            "<stdin>:2:13: optimizer.lrr: unknown key; did you mean 'lr'? allowed: lr, lr_scale,"
            " momentum, nesterov, weight_decay\n  2 | optimizer: {lrr: 1}\n    |             ^^^\n",
        ),
        ("", "<stdin>:1:1: the file is empty\n"),
        (b"title: \xff", "<stdin>:1:8: not UTF-8: save the file in that encoding\n"),
        (b"#" * 1_000_001, "<stdin>: larger than 1,000,000 bytes: not a config\n"),
    ],
)
def test_what_is_wrong_in_a_pipe_is_told_with_its_place(
    studio, tmp_path, monkeypatch, capsys, text, told
):
    pipe(monkeypatch, text)
    assert main(["check", "-"]) == 2
    assert capsys.readouterr().err == told


def test_check_lists_problems_for_programs(studio, tmp_path, capsys):
    write(tmp_path, "seed: x\nfilm: {fps: 0}\n", "a.yaml")
    write(tmp_path, "title: [", "b.yaml")
    argv = ["check", "configs", "c.yaml", "--json", "--set", "optimizer.lr=no"]
    assert main(argv) == 2
    told = json.loads(capsys.readouterr().out)
    found = [(p["file"], p["line"], p["column"], p["option"], p["key"]) for p in told]
    a, b = (str(Path("configs", name)) for name in ("a.yaml", "b.yaml"))
    assert found == [
        (a, 1, 7, None, "seed"),
        (a, 2, 13, None, "film.fps"),
        (a, None, None, "--set optimizer.lr=no", "optimizer.lr"),
        (b, 2, 1, None, None),
        ("c.yaml", None, None, None, None),
    ]
    assert told[1]["message"] == "expected a whole number from 1 to 120, found 0"
    assert told[-1]["message"] == "no such file"


def test_check_lists_nothing_where_nothing_is_wrong(studio, tmp_path, capsys):
    write(tmp_path, "{}")
    assert main(["check", "configs", "--json", "--quiet"]) == 0
    assert capsys.readouterr() == ("[]\n", "")


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["--dry-run"], "--watch: makes one draft at a time, in this process: leave --dry-run out"),
        (["-j", "2"], "--watch: makes one draft at a time, in this process: leave -j out"),
    ],
)
def test_what_cannot_be_watched(studio, tmp_path, capsys, argv, told):
    write(tmp_path, "{}")
    assert main(["configs/film.yaml", "--watch", *argv]) == 2
    assert capsys.readouterr().err == f"{told}\n"


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["nowhere.yaml"], "nowhere.yaml: no such file\n"),
        (
            ["configs/film.yaml", "--fps", "0"],
            "--fps 0: film.fps: expected a whole number from 1 to 120, found 0\n",
        ),
        (
            ["configs/film.yaml", "--still", "9s"],
            f"{Path('configs', 'film.yaml')}: no still at 9s: the film lasts 8 s\n",
        ),
    ],
)
def test_what_no_save_can_mend_is_not_waited_for(studio, tmp_path, capsys, argv, told):
    write(tmp_path, "{}")
    assert main([*argv, "--watch"]) == 2
    assert capsys.readouterr().err == told


def test_a_pipe_cannot_be_watched(studio, capsys):
    assert main(["-", "--watch"]) == 2
    told = "--watch -: standard input can't be saved again: name a file\n"
    assert capsys.readouterr().err == told


SMALL = ["--size", "320x180", "--fps", "10", "--set", "film.duration=1", "--no-cache", "--quiet"]


def test_a_part_of_a_film_has_the_same_pixels_and_all_of_its_numbers(tmp_path):
    import numpy as np

    from render.draw.style import house_style
    from tests.draw.stages import stage_of
    from tests.learn.labs import lab, runs

    sets = ("film.size=[320, 180]", "film.fps=10", "film.duration=1", "film.camera.orbit=90")
    part = (*sets, "film.frames=[3, 7]")
    with house_style():
        stage, whole = stage_of(lab("slope", *sets), runs("slope", *sets))
        wanted = [stage.picture(moment) for moment in whole.moments[3:8]]
        stage, there = stage_of(lab("slope", *part), runs("slope", *part))
        found = [stage.picture(moment) for moment in there]
    assert np.array_equal(found, wanted)
    assert len(found) == 5

    config = str(Path(__file__).parent.parent.parent / "configs" / "slope.yaml")
    argv = [config, *SMALL, "--format", "mp4,csv,json", "--out", str(tmp_path)]
    assert main([*argv, "--frames", "3-7"]) == 0
    facts = json.loads((tmp_path / "slope-frames3-7.json").read_text(encoding="utf-8"))
    assert (facts["film"]["frames"], facts["film"]["duration"]) == (5, 0.5)
    assert facts["config"]["film"]["frames"] == [3, 7]
    assert len((tmp_path / "slope-frames3-7.csv").read_text().splitlines()) == 6
    assert (
        main(["verify", str(tmp_path / "slope-frames3-7.json"), "--config", config, "--quiet"]) == 0
    )


def test_what_is_there_already_is_foreseen(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DESCENT_FILM_CACHE", str(tmp_path / "cache"))
    config = str(Path(__file__).parent.parent.parent / "configs" / "slope.yaml")
    argv = [config, "--format", "csv", "--out", str(tmp_path), "--json", "--quiet"]

    def result(*more):
        assert main([*argv, *more]) == 0
        return lines(capsys)[0]["result"]

    assert result("--dry-run") == "new"
    assert result() == "made"
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.csv")}
    assert result("--dry-run") == "unchanged"
    assert result() == "unchanged"
    assert result("--dry-run", "--set", "title=Another") == "training from cache"
    assert result("--dry-run", "--set", "optimizer.lr=0.2") == "new"
    assert result("--dry-run", "--force") == "new"
    assert {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.csv")} == before


def test_a_dry_run_loads_neither_torch_nor_matplotlib():
    config = Path(__file__).parent.parent.parent / "configs" / "slope.yaml"
    code = (
        "import sys; from render.__main__ import main; "
        f"assert main([{str(config)!r}, '--dry-run']) == 0; "
        "assert not {'torch', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
