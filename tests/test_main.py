"""What the commands do, say and return."""

import errno
import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from render.__main__ import main
from render.pipeline import Report
from render.registry import PACKAGE
from render.results import Output
from tests.config.home import write
from tests.jobs.commands import environment
from tests.jobs.fake import Studio, install


@pytest.fixture
def studio(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    studio = Studio()
    install(monkeypatch, studio)
    return studio


def usage(capsys, *argv):
    """The last line of what a wrong use is answered with."""
    with pytest.raises(SystemExit) as caught:
        main(argv)
    assert caught.value.code == 2
    return capsys.readouterr().err.splitlines()[-1]


def test_a_config_is_rendered_with_or_without_the_word(studio, tmp_path):
    write(tmp_path, "outputs: [csv]")
    assert main(["configs/film.yaml", "--quiet"]) == 0
    assert main(["render", "--quiet", "configs", "--force"]) == 0
    assert [spec.name for spec, _ in studio.made] == ["film", "film"]


def test_all_means_the_configs_folder(studio, tmp_path):
    write(tmp_path, "{}", "a.yaml")
    write(tmp_path, "{}", "b.yaml")
    assert main(["--all", "--quiet"]) == 0
    assert [spec.name for spec, _ in studio.made] == ["a", "b"]


def test_a_file_called_like_a_command_is_reached_by_its_path(studio, tmp_path):
    write(tmp_path, "{}", "check")
    assert main(["./configs/check", "--quiet"]) == 0


def test_only_names_of_options_are_read_with_underscores_as_hyphens(studio, tmp_path, capsys):
    for name in ("--my_film.yaml", "--dry_run", "a_b"):
        (tmp_path / name).write_text("outputs: [csv]")
    assert main(["--dry_run", "--out=--my_films", "a_b"]) == 0
    assert "--my_films/a_b.csv" in capsys.readouterr().out
    assert main(["--quiet", "--out=__a_b", "--", "--my_film.yaml", "--dry_run", "a_b"]) == 0
    assert [target.path.as_posix() for _, (target,) in studio.made] == [
        "__a_b/--my_film.csv",
        "__a_b/--dry_run.csv",
        "__a_b/a_b.csv",
    ]
    assert main(["--quiet", "--no_cache", "a_b", "--set", "title=--a_b", "-o=--a_b.csv"]) == 0
    ((spec, (target,)),) = studio.made[3:]
    assert (spec.title, str(target.path)) == ("--a_b", "--a_b.csv")
    line = "python -m render: error: unknown option '--my_film.yaml'"
    assert usage(capsys, "--my_film.yaml") == line


def test_options_may_stand_between_configs(studio, tmp_path):
    write(tmp_path, "{}", "a.yaml")
    write(tmp_path, "{}", "b.yaml")
    assert main(["configs/a.yaml", "--fps", "10", "configs/b.yaml", "--quiet"]) == 0
    assert [spec.film.fps for spec, _ in studio.made] == [10, 10]


def test_options_reach_the_film_and_its_files(studio, tmp_path):
    write(tmp_path, "{}")
    options = (
        "--theme paper --size 640x360 --fps 10 --seed 3 --set film.fps=12 --set optimizer.lr=-0"
    )
    argv = [
        "configs/film.yaml",
        "--format",
        "gif,csv",
        "--out",
        "here",
        *options.split(),
        "--quiet",
    ]
    assert main(argv) == 2
    assert main([*argv, "--set", "optimizer.lr=1e-2"]) == 0
    ((spec, targets),) = studio.made
    assert (spec.film.theme, spec.film.size, spec.film.fps) == ("paper", (640, 360), 12)
    assert (spec.seed, spec.optimizer.lr) == (3, 0.01)
    assert [str(target.path) for target in targets] == ["here/film.gif", "here/film.csv"]


def test_named_files_are_written_and_nothing_else(studio, tmp_path):
    write(tmp_path, "{}")
    assert main(["configs/film.yaml", "-o", "a.gif", "-o", "b/c.csv", "--quiet"]) == 0
    assert [str(target.path) for target in studio.made[0][1]] == ["a.gif", "b/c.csv"]


def test_a_named_file_is_for_one_film(studio, tmp_path, capsys):
    write(tmp_path, "{}", "a.yaml")
    write(tmp_path, "{}", "b.yaml")
    assert main(["configs", "-o", "a.gif"]) == 2
    assert capsys.readouterr().err == "-o a.gif: names the file of one film, but there are 2\n"


def test_nothing_is_made_when_one_config_is_wrong_and_all_that_are_wrong_are_told(
    studio, tmp_path, capsys
):
    write(tmp_path, "{}", "a.yaml")
    write(tmp_path, "seed: -1", "b.yaml")
    write(tmp_path, "seed: x", "c.yaml")
    assert main(["configs", "nowhere.yaml"]) == 2
    told = capsys.readouterr().err
    assert "configs/b.yaml:1:7: seed:" in told
    assert "configs/c.yaml:1:7: seed:" in told
    assert told.splitlines()[-2:] == [
        "nowhere.yaml: no such file",
        "--keep-going makes the other one of 4",
    ]
    assert studio.made == []
    assert not (tmp_path / "outputs").exists()


def test_the_films_of_the_other_configs_are_made_if_asked_for(studio, tmp_path, capsys):
    write(tmp_path, "outputs: [csv]", "a.yaml")
    write(tmp_path, "seed: x", "b.yaml")
    write(tmp_path, "outputs: [mp4]\nfilm: {duration: 2}", "c.yaml")
    assert main(["configs", "--keep-going", "--json"]) == 1
    out, err = capsys.readouterr()
    assert sorted(spec.name for spec, _ in studio.made) == ["a", "c"]
    told = [json.loads(line) for line in out.splitlines()]
    assert {film["film"]: film["result"] for film in told} == {
        "a": "made",
        "b": "refused",
        "c": "made",
    }
    assert "configs/b.yaml:1:7: seed:" in told[-1]["error"]
    assert err.startswith("configs/b.yaml:1:7: seed:")
    assert err.endswith("left out: configs/b.yaml\n")


def test_a_config_whose_files_are_impossible_is_left_out_too(studio, tmp_path, capsys):
    write(tmp_path, "film: {duration: 2}", "a.yaml")
    write(tmp_path, "outputs: [csv]", "b.yaml")
    argv = ["configs", "--still", "5s", "--dry-run"]
    assert main(argv) == 2
    assert capsys.readouterr().err == (
        "configs/a.yaml: no still at 5s: the film lasts 2 s\n"
        "--keep-going makes the other one of 2\n"
    )
    assert main([*argv, "--keep-going"]) == 1
    assert "outputs/b-5s.png" in capsys.readouterr().out


def test_there_is_nothing_to_go_on_with_where_all_are_wrong(studio, tmp_path, capsys):
    write(tmp_path, "seed: x")
    assert main(["configs", "--keep-going"]) == 2
    assert "keep-going" not in capsys.readouterr().err


def test_a_name_is_a_pattern_of_the_config(studio, tmp_path, capsys):
    write(tmp_path, "outputs: [mp4]")
    name = ["--name", "{stem}-lr{optimizer.lr}"]
    for lr in ("0.1", "0.3"):
        assert main(["configs", *name, "--set", f"optimizer.lr={lr}", "--quiet"]) == 0
    assert [target.path.name for _, (target,) in studio.made] == [
        "film-lr0.1.mp4",
        "film-lr0.3.mp4",
    ]
    assert main(["configs", "--name", "{optimizer.lrr}"]) == 2
    assert capsys.readouterr().err.startswith(
        "--name {optimizer.lrr}: unknown key 'optimizer.lrr'; did you mean 'optimizer.lr'? "
    )


def test_a_wrong_option_is_told_once_for_all_configs(studio, tmp_path, capsys):
    write(tmp_path, "{}", "a.yaml")
    write(tmp_path, "{}", "b.yaml")
    assert main(["configs", "--fps", "0"]) == 2
    told = "--fps 0: film.fps: expected a whole number from 1 to 120, found 0\n"
    assert capsys.readouterr().err == told


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        (
            "training.epochs=1000000000",
            "1,000,000,000 epochs would record 100 GB of snapshots; at most 5,000,000",
        ),
        (
            "landscape.grid=100000",
            "100,000 × 100,000 points would take 400 GB; at most 1,000",
        ),
    ],
)
def test_what_no_computer_can_hold_is_refused_before_anything_is_made(
    studio, tmp_path, capsys, setting, told
):
    write(tmp_path, "{}")
    assert main(["configs/film.yaml", "--set", setting]) == 2
    key = setting.partition("=")[0]
    assert capsys.readouterr().err == f"--set {setting}: {key}: {told}\n"
    assert studio.made == []
    assert not (tmp_path / "outputs").exists()


def test_an_option_wrong_for_some_configs_says_for_which(studio, tmp_path, capsys):
    write(tmp_path, "outputs: [gif]", "a.yaml")
    write(tmp_path, "outputs: [gif, csv]", "b.yaml")
    assert main(["check", "configs", "--set", "outputs.1=png"]) == 2
    assert capsys.readouterr().err == (
        "--set outputs.1=png: outputs.1: no such item; there are 1, counted from 0\n"
        "  in configs/a.yaml\n"
    )


def test_check_says_which_configs_are_fine_and_makes_nothing(studio, tmp_path, capsys):
    write(tmp_path, "{}", "a.yaml")
    write(tmp_path, "{}", "b.yaml")
    assert main(["check", "--all"]) == 0
    assert capsys.readouterr().err == "configs/a.yaml: ok\nconfigs/b.yaml: ok\n"
    assert studio.made == []


def test_wrong_use_is_answered_in_a_line(capsys):
    line = "python -m render: error: "
    assert usage(capsys) == (
        f"{line}which config? configs/slope.yaml, for example, or --all for all of configs/"
    )
    unknown = f"{line}unknown option '--them'; did you mean '--theme'?"
    assert usage(capsys, "x.yaml", "--them", "y") == unknown
    assert usage(capsys, "x.yaml", "--theme").startswith(f"{line}argument --theme: ")


@pytest.fixture
def stills(monkeypatch, studio):
    """What `film.still` was asked for."""
    asked = []

    def still(spec, at, file, progress, store, source=None):
        path = file.path
        asked.append((spec.name, str(at), str(path)))
        outputs = [Output(path, "png", 1000, (1280, 720))] * (12 if str(at) == "steps" else 1)
        return Report(spec.name, tuple(outputs), 0.5, "")

    monkeypatch.setattr("render.pipeline.still", still)
    return asked


def test_a_still_is_a_picture_and_no_film(studio, stills, tmp_path, capsys):
    write(tmp_path, "{}", "a.yaml")
    write(tmp_path, "{}", "b.yaml")
    assert main(["configs", "--still", "Step 3", "--out", "here"]) == 0
    assert stills == [("a", "step 3", "here/a-step3.png"), ("b", "step 3", "here/b-step3.png")]
    assert studio.made == []
    assert "a: here/a-step3.png (1280×720, 1 kB) in 0.5 s" in capsys.readouterr().err
    assert main(["configs/a.yaml", "--still", "2s", "-o", "c/d.PNG", "--quiet"]) == 0
    assert stills[-1] == ("a", "2s", "c/d.PNG")


def test_of_many_stills_the_first_and_the_last_are_named(stills, tmp_path, capsys):
    write(tmp_path, "{}")
    assert main(["configs/film.yaml", "--still", "steps"]) == 0
    assert stills == [("film", "steps", "outputs/film.png")]
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.count("film.png") == 2
    assert " … " in line


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            ["--still", "soon"],
            "--still soon: expected a time like 2.5s, 50%, step 3, epoch 10, converged or end;"
            " or steps or stops, for each of them",
        ),
        (["--still", "101%"], "--still 101%: a film ends at 100%, found '101%'"),
        (["--still", "9s"], "configs/film.yaml: no still at 9s: the film lasts 8 s"),
        (["--still", "end", "--format", "gif"], "gif: a still is a picture: name another format"),
        (
            ["--still", "end", "-o", "a.gif"],
            "a.gif: a still is a file of .jpg, .pdf, .png, .svg, .jpeg",
        ),
        (
            ["--still", "end", "--still", "50%", "-o", "a.png"],
            "configs/film.yaml: would write a.png twice",
        ),
    ],
)
def test_a_still_that_cannot_be_is_answered_in_a_line(stills, tmp_path, capsys, options, told):
    write(tmp_path, "{}")
    assert main(["configs/film.yaml", *options]) == 2
    assert capsys.readouterr().err == f"{told}\n"
    assert stills == []


def test_a_still_that_fails_is_exit_code_1(studio, tmp_path, capsys):
    (tmp_path / "film.yaml").write_text("training: {epochs: 300}\nfilm: {size: [160, 90]}\n")
    assert main(["film.yaml", "--still", "steps", "--quiet"]) == 1
    told = "at most 200 steps can be drawn one by one, and this film has 300: name a time"
    assert capsys.readouterr().err == f"film: {told}\n"


def test_a_failed_film_is_exit_code_1(studio, tmp_path):
    write(tmp_path, "{}")
    studio.faults["film"] = RuntimeError("x")
    assert main(["configs/film.yaml"]) == 1


def test_an_interruption_is_exit_code_130_and_a_line(studio, tmp_path, capsys):
    write(tmp_path, "{}")
    studio.faults["film"] = KeyboardInterrupt()
    assert main(["configs/film.yaml", "--quiet"]) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_a_fault_of_ours_shows_no_traceback_unless_asked(tmp_path, capsys, monkeypatch):
    path = str(write(tmp_path, "{}"))

    def divide(*_):
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr("render.config.load.load", divide)
    assert main(["check", path]) == 1
    told = "internal error: ZeroDivisionError: by nothing (--debug shows where)\n"
    assert capsys.readouterr().err == told
    assert main(["check", path, "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_quiet_films_are_silent(studio, tmp_path, capsys):
    write(tmp_path, "{}")
    main(["configs/film.yaml", "--quiet"])
    assert capsys.readouterr() == ("", "")


def test_a_reader_who_leaves_is_no_disaster(tmp_path):
    for number in range(300):
        write(tmp_path, "{}", f"{number}.yaml")
    read, written = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "render", "check", str(tmp_path / "configs")]
    try:
        assert subprocess.run(command, stderr=written, check=False).returncode == 1
    finally:
        os.close(written)


ANYWHERE = {
    "command": "import sys; from render.__main__ import main; sys.exit(main(['check', 'a.yaml']))",
    "load": "import render; render.load({})",
    "batch": "import render; render.batch([{}])",
}


def last_line(code: str, folder: Path, package: Path) -> str:
    """What a program that ends with an error says last."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=environment() | {"PYTHONPATH": str(package)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    return done.stderr.splitlines()[-1].removeprefix("render.errors.RenderError: ")


@pytest.mark.parametrize("way", ANYWHERE)
def test_from_an_archive_and_in_a_folder_that_is_gone_it_says_so(tmp_path, way):
    package = tmp_path / "film.zip"
    with zipfile.ZipFile(package, "w") as archive:
        for file in sorted(PACKAGE.rglob("*.py")):
            archive.write(file, file.relative_to(PACKAGE.parent))
    where = package / PACKAGE.name
    told = last_line(ANYWHERE[way], tmp_path, package)
    assert told == f"{where}: is in an archive: unpack it, or install the package"
    gone = f"import os; os.rmdir(os.getcwd()); {ANYWHERE[way]}"
    (tmp_path / "gone").mkdir()
    told = last_line(gone, tmp_path / "gone", PACKAGE.parent)
    reason = os.strerror(errno.ENOENT)
    assert told == f"the current folder can't be used: {reason}: cd to another"


def test_without_its_packages_or_in_an_old_python_it_says_which(tmp_path):
    """As on the next day, in a terminal in which the environment isn't active."""
    here, root = sys.executable, PACKAGE.parent
    (tmp_path / "a.yaml").write_text("{outputs: [png]}")
    for package, typed in (("xxhash", ["list"]), ("yaml", ["check", "."]), ("PIL", ["a.yaml"])):
        run = f"import sys; sys.modules[{package!r}] = None; from render.__main__ import main; "
        run += f"sys.exit(main({typed!r}))"
        told = last_line(run, tmp_path, root)
        assert f"this Python ({here}) has no package {package!r}: " in told
        assert not [*tmp_path.glob("outputs/*")]
    least = tomllib.loads((root / "pyproject.toml").read_text())["project"]["requires-python"]
    told = last_line("import sys; sys.version_info = (3, 10, 9); import render", tmp_path, root)
    assert told == (
        f"ImportError: descent-film needs Python {least.removeprefix('>=')} or newer; "
        f"this is 3.10 ({here})"
    )
