"""`completion`: what a shell offers after what was typed, asked of the shell itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from shlex import quote

import pytest

from render import registry
from render.__main__ import main
from render.commands.common.shells.base import commands
from render.config.theme import theme_names
from tests.jobs.commands import environment

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
    found = bash(capsys, home, "descent-film", "check", "configs/t")
    assert found == ["configs/two\\", "words.yml"]  # quoted, where readline doesn't
    assert bash(capsys, home, "descent-film", "check", "n") == []
    assert bash(capsys, home, "descent-film", "--out", "co") == ["configs"]
    assert bash(capsys, home, "descent-film", "--theme", "=", "pa") == ["paper"]
    assert bash(capsys, home, "python", "-m", "render", "list", "opt") == ["optimizers"]
    assert bash(capsys, home, "python", "-m", "timeit", "li") == []
    assert {*registry.names("commands")} <= {*bash(capsys, home, "descent-film", "")}


HOSTILE = [
    'z")); esac; }; touch pwn; x(("',
    "$(touch pwn)",
    "`touch pwn`",
    "; touch pwn;",
    "'; touch pwn; '",
    "\\'; touch pwn; \\'",
    "it's",
    'say "so"',
    "two words",
    "back\\slash",
    "co:lon",
    "-dash",
    "star*",
    "~",
    "$HOME",
    "a\nb",
    "a\tb",
    "!!",
    "{a,b}",
    "#hash",
    "größe",
]


@pytest.fixture
def hostile(home, monkeypatch):
    """A folder whose configs and scenes have names that a shell would read as code."""
    (home / "scenes").mkdir()
    for name in HOSTILE:
        (home / "configs" / f"{name}.yaml").write_text("{}")
        (home / "scenes" / f"{name}.py").write_text("")
    monkeypatch.chdir(home)
    return home


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_no_name_of_a_file_is_in_a_script(capsys, hostile, shell):
    there = script(capsys, shell)
    (hostile / "configs" / "mine.yaml").write_text("{}")
    (hostile / "scenes" / "mine.py").write_text("")
    os.chdir(hostile.parent)
    assert script(capsys, shell) == there
    assert "mine" not in there
    assert "pwn" not in there


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")
@pytest.mark.parametrize("listed", ["configs", "scenes"])
def test_bash_runs_nothing_of_a_name_and_puts_it_on_the_line_quoted(capsys, hostile, listed):
    (hostile / "ask.sh").write_text(
        f"eval {quote(script(capsys, 'bash'))}\n"
        f"COMP_WORDS=(descent-film list {listed} ''); COMP_CWORD=3; _descent_film\n"
        'eval "typed=(${COMPREPLY[*]})"\nprintf "%s\\0" "${typed[@]}"\n'
    )
    done = subprocess.run(
        ["bash", "--norc", "ask.sh"], capture_output=True, text=True, check=True, cwd=hostile
    )
    assert done.stderr == ""
    assert {*HOSTILE} <= {*done.stdout.split("\0")}
    assert not (hostile / "pwn").exists()


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")
@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals here")
@pytest.mark.parametrize(
    ("typed", "argument"),
    [
        ("list configs \\$\\(t", "$(touch pwn)"),
        ("list configs it", "it's"),
        ("check configs/\\$\\(t", "configs/$(touch pwn).yaml"),
        ("check configs/it", "configs/it's.yaml"),
    ],
)
def test_tab_in_a_real_bash_completes_a_name_and_runs_nothing(capsys, hostile, typed, argument):
    """Bash on a pseudo-terminal, in which the program prints its last argument into a file."""
    import pty

    (hostile / "rc").write_text(
        f'{script(capsys, "bash")}\ndescent-film() {{ printf %s "${{@: -1}}" > got; }}\n'
        "bind 'set bell-style none'\nPS1='ready '\n"
    )
    command = ["bash", "--noprofile", "--rcfile", "rc", "-i"]
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(hostile)
        os.execvp("bash", command)
    try:
        os.write(terminal, f"descent-film {typed}\t\nexit\n".encode())
        with suppress(OSError):  # the terminal closes with bash
            while os.read(terminal, 1024):
                pass
    finally:
        os.close(terminal)
        os.waitpid(process, 0)
    assert (hostile / "got").read_text() == argument
    assert not (hostile / "pwn").exists()


@pytest.mark.skipif(not shutil.which("zsh"), reason="no zsh here")
@pytest.mark.parametrize("listed", ["configs", "scenes"])
def test_zsh_runs_nothing_of_a_name(capsys, hostile, listed):
    stubs = ZSH.replace("print -rl -- $@", "printf '%s\\0' $@")
    (hostile / "ask.zsh").write_text(
        f"{stubs}\neval {quote(script(capsys, 'zsh'))}\n"
        f"words=(descent-film list {listed} ''); CURRENT=4; _descent_film\n"
    )
    done = subprocess.run(
        ["zsh", "-f", "ask.zsh"], capture_output=True, text=True, check=True, cwd=hostile
    )
    assert done.stderr == ""
    assert {*HOSTILE} <= {*done.stdout.split("\0")}
    assert not (hostile / "pwn").exists()


@pytest.mark.skipif(not shutil.which("fish"), reason="no fish here")
@pytest.mark.parametrize("listed", ["configs", "scenes"])
def test_fish_runs_nothing_of_a_name(capsys, hostile, listed):
    (hostile / "ask.fish").write_text(
        f"{script(capsys, 'fish')}\ncomplete -C 'descent-film list {listed} '\n"
        f"complete -C 'descent-film list {listed} -'\n"
    )
    done = subprocess.run(
        ["fish", "--no-config", "ask.fish"], capture_output=True, text=True, cwd=hostile, check=True
    )
    assert done.stderr == ""
    in_lines = {name for name in HOSTILE if not {*name} & {*"\n\t"}}  # a tab begins a remark
    assert in_lines <= {*done.stdout.splitlines()}
    assert not (hostile / "pwn").exists()


def test_a_name_that_is_no_utf_8_is_no_error(home, monkeypatch):
    monkeypatch.chdir(home)
    try:
        (home / "configs" / os.fsdecode(b"\xff.yaml")).write_text("{}")
    except OSError:
        pytest.skip("this system has no such names")
    for words in (["completion", "bash"], ["list", "configs"], ["list", "configs", "--json"]):
        done = subprocess.run(
            [sys.executable, "-m", "render", *words],
            capture_output=True,
            check=False,
            env=environment(),
        )
        assert (done.returncode, done.stderr) == (0, b"")
        done.stdout.decode()


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


def test_the_scripts_have_every_command_and_option():
    found = commands()
    assert {*found} == {*registry.names("commands")}
    options = {s: option for option in found["render"].options for s in option.spellings}
    assert options["--theme"].value.words == theme_names()
    assert options["--quiet"].value is None
    assert found["check"].argument.files == "configs"
    assert found["list"].following["optimizers"].words == registry.names("learn/optimizers")


def test_a_shell_that_there_is_no_script_for_is_answered_with_those_there_are(capsys):
    assert main(["completion", "fisch"]) == 2
    assert capsys.readouterr().err == (
        "completion fisch: unknown shell 'fisch'; did you mean 'fish'? there are: bash, fish, zsh\n"
    )
