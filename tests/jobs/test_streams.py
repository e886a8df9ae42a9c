"""Whatever a text has in it and wherever the streams lead: films are made, results are whole."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from render.__main__ import main
from render.jobs.progress import Bar
from render.jobs.streams import ENCODING, OutputError, Unfailing, log, say, say_json
from tests.jobs.commands import LINUX, environment
from tests.sweeps import sweep

TINY = "film: {size: [160, 90], fps: 10, duration: 0.5}\ntraining: {epochs: 2}\noutputs: [csv]\n"
NASTY = "a\x1b[2Jb\u202ec\x9bd\udcffe\rf\x07\u2028g\x7f"


def run(shell: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[bytes]:
    """A line of a shell in which `R` is the command."""
    line = f'R() {{ "{sys.executable}" -m render "$@"; }}; {shell}'
    return subprocess.run(
        ["sh", "-c", line], cwd=cwd, env=environment() | env, capture_output=True, check=False
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> str:
    """A cache with the training of these films, so that no process has to import torch."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "a.yaml").write_text(TINY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DESCENT_FILM_CACHE", str(folder / "cache"))
        assert main([str(folder / "a.yaml"), "--out", str(folder), "--quiet"]) == 0
    return str(folder / "cache")


@pytest.fixture
def home(tmp_path, trained, monkeypatch):
    monkeypatch.setenv("DESCENT_FILM_CACHE", trained)
    (tmp_path / "configs").mkdir()
    for name in ("a", "b"):
        (tmp_path / "configs" / f"{name}.yaml").write_text(TINY)
    return tmp_path


FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")


@pytest.mark.skipif(sys.platform == "win32", reason="sh")
@pytest.mark.parametrize(
    "streams",
    sweep(
        [
            "2>&-",
            ">&- 2>&- <&-",
            pytest.param("2>/dev/full", marks=FULL),
            pytest.param(">/dev/full 2>/dev/full", marks=FULL),
            "2>&1 | :",
        ],
        quick=3,
    ),
)
def test_films_are_made_whatever_becomes_of_their_log(home, streams):
    done = run(f"R configs -j 1 {streams}", home)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert sorted(os.listdir(home / "outputs")) == ["a.csv", "b.csv"]


@FULL
def test_films_whose_results_cannot_be_told_are_made_and_it_is_said_once(home):
    done = run("R configs -j 1 --json --quiet >/dev/full", home)
    assert done.stderr.decode().startswith("standard output: can't be written: ")
    assert done.stderr.count(b"\n") == 1
    assert done.returncode == 1
    assert sorted(os.listdir(home / "outputs")) == ["a.csv", "b.csv"]


@pytest.mark.slow
@FULL
@pytest.mark.parametrize("command", ["--help", "--version", "list", "schema", "check --help"])
def test_a_result_that_cannot_be_printed_is_an_error_in_a_line(home, command):
    done = run(f"R {command} >/dev/full", home)
    assert done.returncode == 1
    assert done.stderr.decode().startswith("standard output: can't be written: ")
    assert done.stderr.count(b"\n") == 1
    assert run(f"R {command} >&-", home).stderr == b""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="sh")
@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp1252"])
def test_letters_that_an_encoding_lacks_are_escaped_in_every_commands_help(home, encoding):
    done = run("R --help && R list && R new --help", home, **{ENCODING: encoding})
    assert (done.returncode, done.stderr) == (0, b"")
    assert "\\u2026" in done.stdout.decode(encoding) or encoding == "cp1252"


@pytest.mark.slow
@pytest.mark.skipif(not LINUX, reason="names that are no UTF-8")
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "ascii"])
def test_names_that_are_no_utf_8_stop_no_batch_and_json_is_json(home, encoding):
    (home / "configs" / os.fsdecode(b"\xff.yaml")).write_text(TINY)
    (home / "configs" / "gr\u00f6\u00dfe \u202e\U0001f600.yaml").write_text(TINY)
    done = run("R configs -j 1 --json --quiet", home, **{ENCODING: encoding})
    assert (done.returncode, done.stderr) == (0, b"")
    films = {json.loads(line)["film"] for line in done.stdout.decode(encoding).splitlines()}
    assert films == {"a", "b", "\udcff", "gr\u00f6\u00dfe \u202e\U0001f600"}


def test_nothing_that_does_not_print_reaches_a_terminal(capsys):
    log(NASTY)
    say(NASTY)
    say_json({NASTY: [NASTY, "\U0001f600\U000e0001"]})
    told = capsys.readouterr()
    lines = [*told.err.splitlines(), *told.out.splitlines()]
    assert len(lines) == 3
    assert all(line.isprintable() for line in lines)
    assert json.loads(lines[2]) == {NASTY: [NASTY, "\U0001f600\U000e0001"]}


@pytest.mark.skipif(sys.platform == "win32", reason="sh")
@pytest.mark.parametrize(
    "words",
    [
        "'{n}.yaml'",
        "check '{n}.yaml'",
        "--dry-run 'configs/{n}.yaml'",
        "verify '{n}.json'",
        "list '{n}'",
        "list configs '{n}'",
        "list configs",
        "list scenes",
        "list configs --json",
        "new '{n}'",
        "new x --like '{n}'",
        "completion '{n}'",
        "completion bash",
        "cache '{n}'",
        "cache --'{n}'",
        "doctor --out '{n}'",
        "'{n}'",
        "configs/a.yaml --theme '{n}'",
        "configs/a.yaml --set '{n}=1'",
        "configs/a.yaml --still '{n}'",
        "configs/a.yaml -o '{n}'",
        "configs/a.yaml --name '{n}'",
        "configs/a.yaml --for '{n}'",
        "configs/a.yaml -j '{n}'",
        "configs/a.yaml --format '{n}'",
        "configs/a.yaml --scheduler '{n}'",
    ],
)
@pytest.mark.slow
def test_no_command_prints_what_a_terminal_would_obey(home, words):
    name = "n\x1b[2J\x9b31m\u202e\x07"
    (home / "configs" / f"{name}.yaml").write_text(f'title: "\\e]0;{"x"}\\a"\n{TINY}')
    (home / "scenes").mkdir()
    (home / "scenes" / f"{name}.py").write_text('"""\x1b[31mred."""')
    done = run(f"R {words.format(n=name)}", home)
    text = (done.stdout + done.stderr).decode()
    assert "Traceback" not in text
    assert "internal error" not in text
    assert text.replace("\n", "").isprintable()


class Broken(io.StringIO):
    """A terminal that has gone."""

    def isatty(self):
        return True

    def write(self, text):
        raise OSError(5, os.strerror(5))


def test_bars_on_a_terminal_that_has_gone_disturb_no_film(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    bar = Bar(Broken())
    with bar.batch(2) as advance, bar.film("a") as step:
        for done in range(5):
            step("frames", done, 4)
        advance()
        bar.line("made")
    bar.error("failed")
    assert Unfailing(Broken()).write("abc") == 3


def test_a_log_that_fails_is_given_up_and_a_result_is_not(monkeypatch):
    monkeypatch.setattr(sys, "stdout", Broken())
    log("text", Broken())
    with pytest.raises(OutputError, match="standard output: can't be written: "):
        say("text")
    closed = io.StringIO()
    closed.close()
    log("text", closed)
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    log("text")
    say("text")
    say_json(1)
