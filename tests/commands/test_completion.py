"""`completion`: what a shell offers after what was typed, asked of the shell itself."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from render import registry
from render.__main__ import main
from render.commands.common.grammar import grammar
from render.config.theme import theme_names

ZSH = """
compdef() { : }
compadd() { shift; print -rl -- $@ }
_describe() { print -rl -- ${${(P)2}%%:*} }
_files() { print -r -- files $@ }
_message() { : }
compset() { : }
"""


def script(capsys, shell):
    assert main(["completion", shell]) == 0
    return capsys.readouterr().out


def ran(*command, cwd):
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=cwd, timeout=60)
    assert done.stderr == ""
    return done.stdout.split()


@pytest.fixture
def home(tmp_path):
    """A folder with configs, and other files."""
    (tmp_path / "configs").mkdir()
    for name in ("configs/slope.yaml", "configs/two words.yml", "notes.txt"):
        (tmp_path / name).write_text("")
    return tmp_path


def bash(capsys, home, *words):
    """What bash offers for the last word."""
    typed = " ".join(f"'{word}'" for word in words)
    (home / "ask.sh").write_text(
        f"{script(capsys, 'bash')}\nCOMP_WORDS=({typed}); COMP_CWORD={len(words) - 1}\n"
        "function=$(complete -p \"${COMP_WORDS[0]}\" | sed 's/.*-F \\([^ ]*\\).*/\\1/')\n"
        "$function\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    return ran("bash", "--norc", "ask.sh", cwd=home)


CASES = [
    (("ch",), {"check"}),
    (("check", "--the"), {"--theme"}),
    (("check", "--theme", "n"), {"night"}),
    (("x.yaml", "--format", "m"), {"mp4"}),
    (("list", "opt"), {"optimizers"}),
    (("list", "optimizers", "ada"), {"adagrad", "adam", "adamw"}),
    (("completion", "z"), {"zsh"}),
]


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")
@pytest.mark.parametrize(("words", "offered"), CASES)
def test_bash_offers_what_fits(capsys, home, words, offered):
    assert {*bash(capsys, home, "descent-film", *words)} == offered


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")
def test_bash_offers_configs_folders_and_values_after_an_equals_sign(capsys, home):
    assert bash(capsys, home, "descent-film", "configs/s") == ["configs/slope.yaml"]
    assert bash(capsys, home, "descent-film", "check", "configs/t") == ["configs/two", "words.yml"]
    assert bash(capsys, home, "descent-film", "check", "n") == []
    assert bash(capsys, home, "descent-film", "--out", "co") == ["configs"]
    assert bash(capsys, home, "descent-film", "--theme", "=", "pa") == ["paper"]
    assert bash(capsys, home, "python", "-m", "render", "list", "opt") == ["optimizers"]
    assert bash(capsys, home, "python", "-m", "timeit", "li") == []
    assert {*registry.names("commands")} <= {*bash(capsys, home, "descent-film", "")}


@pytest.mark.skipif(not shutil.which("fish"), reason="no fish here")
@pytest.mark.parametrize(("words", "offered"), CASES)
@pytest.mark.parametrize("program", ["descent-film", "python -m render"])
def test_fish_offers_what_fits(capsys, home, words, offered, program):
    (home / "ask.fish").write_text(script(capsys, "fish"))
    typed = f"{program} {' '.join(words)}"
    ask = f"source ask.fish; complete -C '{typed}' | string replace -r '\\t.*' ''; true"
    assert {*ran("fish", "--no-config", "-c", ask, cwd=home)} == offered


@pytest.mark.skipif(not shutil.which("zsh"), reason="no zsh here")
@pytest.mark.parametrize(("words", "offered"), CASES)
def test_zsh_offers_what_fits_among_others(capsys, home, words, offered):
    """It narrows down itself what is added: here all is printed."""
    typed = " ".join(f"'{word}'" for word in ("descent-film", *words))
    ask = f"{ZSH}{script(capsys, 'zsh')}\nwords=({typed}); CURRENT=$#words; _descent_film\n"
    (home / "ask.zsh").write_text(ask)
    assert offered <= {*ran("zsh", "-f", "ask.zsh", cwd=home)}


def test_the_grammar_has_every_command_and_option():
    verbs = grammar()
    assert {*verbs} == {*registry.names("commands")}
    flags = {spelling: flag for flag in verbs["render"].flags for spelling in flag.spellings}
    assert flags["--theme"].value.words == theme_names()
    assert flags["--quiet"].value is None
    assert verbs["check"].takes.files == "configs"
    assert verbs["list"].after["optimizers"] == registry.names("learn/optimizers")


def test_a_shell_that_there_is_no_script_for_is_answered_with_those_there_are(capsys):
    assert main(["completion", "fisch"]) == 2
    assert capsys.readouterr().err == (
        "completion fisch: unknown shell 'fisch'; did you mean 'fish'? there are: bash, fish, zsh\n"
    )
