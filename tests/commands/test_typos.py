"""Slips on the command line itself."""

from __future__ import annotations

import pytest

from render.__main__ import main


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["chek", "configs/"], "chek: no such command or config; did you mean 'check'?"),
        (["docter"], "docter: no such command or config; did you mean 'doctor'?"),
        (["mountains.yaml"], "mountains.yaml: no such file"),
        (["empty"], "empty: no configs in this folder (*.yaml, *.yml)"),
        (["zero.yaml"], "zero.yaml:1:1: the file is empty"),
        (["binary.yaml"], "binary.yaml:1:1: not UTF-8: save the file in that encoding"),
        (["-o", "film.mp5", "good.yaml"], None),
    ],
)
def test_what_is_no_config_is_answered_in_a_line(here, capsys, typed, told):
    (here / "empty").mkdir()
    (here / "zero.yaml").write_bytes(b"")
    (here / "good.yaml").write_text("{}")
    (here / "binary.yaml").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert main(typed) == 2
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert told is None or said == f"{told}\n"


def test_a_config_called_like_a_typo_is_rendered(here, capsys):
    (here / "chek").write_text("sede: 1")
    assert main(["chek"]) == 2
    assert capsys.readouterr().err.startswith("chek:1:1: sede: unknown key; did you mean 'seed'?")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["check", "--them", "x", "a.yaml"], "unknown option '--them'; did you mean '--theme'?"),
        (["--forse", "a.yaml"], "unknown option '--forse'; did you mean '--force'?"),
        (["--sets=3", "a.yaml"], "unknown option '--sets'; did you mean '--set'?"),
        (["a.yaml", "--frobnicate"], "unknown option '--frobnicate'"),
        (["list", "losses", "mae", "mse"], "'mse' is one word too many"),
        (
            ["a.yaml", "--theme", "paper", "--theme=night"],
            "argument --theme: is given twice, as paper and as night",
        ),
        (
            ["a.yaml", "--frames", "0-9", "--frames", "20-29"],
            "argument --frames: is given twice, as 0-9 and as 20-29",
        ),
        (["new"], "which name? `new my_film` writes my_film.yaml"),
        (["completion"], "which shell? one of bash, fish, zsh"),
    ],
)
def test_a_wrong_option_is_answered_with_the_nearest(capsys, typed, told):
    with pytest.raises(SystemExit) as caught:
        main(typed)
    assert caught.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1].endswith(f"error: {told}")


def test_an_option_without_its_value_is_named(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["check", "a.yaml", "--set"])
    assert caught.value.code == 2
    assert "error: argument --set: " in capsys.readouterr().err.splitlines()[-1]


def test_a_config_that_is_named_without_its_folder_is_found(here, capsys):
    (here / "configs").mkdir()
    (here / "configs" / "my_film.yaml").write_text("{}")
    for typed in (["my_film"], ["check", "my_film.yaml"], ["my_flim"]):
        assert main(typed) == 2
        told = f"{typed[-1]}: no such file; did you mean configs/my_film.yaml?\n"
        assert capsys.readouterr().err.replace("\\", "/") == told


def test_an_installed_config_can_be_copied(here, capsys):
    assert main(["slope"]) == 2
    copies = "`python -m render new slope --like slope` copies the installed config of that name"
    assert capsys.readouterr().err == f"slope: no such file; {copies}\n"
