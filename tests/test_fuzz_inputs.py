"""Tables, names of files and the environment with something wrong in them: a few lines say so."""

from __future__ import annotations

import os
import random
import subprocess
import sys

import pytest

from tests.hostile.home import Home
from tests.jobs.commands import TINY, configs, environment

SEED = int(os.environ.get("FUZZ_SEED", "13"))
ROUNDS = 60
TABLE = "x,y\n" + "".join(f"{i},{2 * i + 1}\n" for i in range(30))
FOREIGN = (
    *(b"\0", b"\xff", b"\xef\xbb\xbf", b"\x1b[2J", b"\r", b"\n\n", b"'", b'"', b"{", b"[", b"&a "),
    *(b"*a", b"!!python/object:os.system ", b": ", b"\t", b"9" * 400, b"1e999", b"nan", b"-", b","),
    *("\u202e".encode(), "🎬".encode(), b"x" * 3000, b"../", b"/dev/zero", b"None", b"null", b"{}"),
)


@pytest.fixture
def home(tmp_path, monkeypatch, capsys) -> Home:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("render.jobs.cores.cores", lambda: 1)
    return Home(tmp_path, capsys)


def mutants(data: bytes, seed: int) -> list[bytes]:
    """The bytes with a few places changed, cut out, doubled or replaced by foreign ones."""
    dice, made = random.Random(seed), []
    for _ in range(ROUNDS):
        mutant = bytearray(data)
        for _ in range(dice.randint(1, 4)):
            at = dice.randrange(len(mutant) + 1)
            end = min(len(mutant), at + dice.randint(0, 30))
            match dice.randrange(4):
                case 0:
                    mutant[at:at] = dice.choice(FOREIGN)
                case 1:
                    del mutant[at:end]
                case 2:
                    mutant[at:at] = mutant[at:end]
                case 3:
                    mutant[at:end] = dice.randbytes(end - at)
        made.append(bytes(mutant))
    return made


def answered(home: Home, *words: str) -> int:
    """The exit code of a command that says only what can be printed, and no fault of ours."""
    code, told = home.run(*words)
    what = f"{words}: {told}"
    assert code in (0, 1, 2), what
    assert "Traceback" not in told, what
    assert "internal error" not in told, what
    assert all(letter.isprintable() for letter in told.replace("\n", "")), what
    assert told.count("\n") < 80, what
    return code


@pytest.mark.slow
def test_tables(home):
    home.config("dataset: {kind: csv, path: ../data.csv, x: x, y: y}\n")
    codes = []
    for mutant in mutants(TABLE.encode(), SEED):
        home.put("data.csv", mutant)
        codes.append(answered(home, "configs/film.yaml", "--format", "csv", "--quiet", "--force"))
    assert {0, 1} <= {*codes}


NAMES = (
    *("", ".", "..", "/", "//", "-", "--", "-x", "nowhere", "no/where", "/dev/null", "/dev/zero"),
    *("a\nb", "\x1b[2J", "\u202ex", os.fsdecode(b"\xff"), "x" * 300, "x/" * 3000, "~", "*"),
    *("film.yaml/x", "film", "FILM.YAML", "film.yaml ", "configs", "configs/", "circle", "pipe"),
    *("https://example.org/film.yaml", "C:\\film.yaml", "{stem}", "%s", "$(id)", "`id`", "'", '"'),
)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["check", "list", "new", "verify"])
def test_names_of_files_for_every_command(home, command, monkeypatch):
    configs(home.folder, film="film: {fps: 1}\n")
    (home.folder / "circle").symlink_to("circle")
    os.mkfifo("pipe")
    before = sorted(os.listdir())
    for name in NAMES:
        if command == "new" and name == "film":
            continue
        answered(home, command, "--quiet", "--", name)
    left = sorted(os.listdir())
    assert [name for name in before if name not in left] == []


ENVIRONMENTS = {
    "backend": {"MPLBACKEND": "bogus"},
    "settings that are none": {"MATPLOTLIBRC": "rc"},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_environments(tmp_path, name):
    configs(tmp_path, film=TINY.replace("mp4", "png"))
    (tmp_path / "rc").write_bytes(b"font.size: \xff\n")
    command = [sys.executable, "-m", "render", "configs", "--quiet"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=environment() | ENVIRONMENTS[name],
        capture_output=True,
        timeout=300,
        check=False,
    )
    told = done.stderr.decode("utf-8", "replace")
    assert done.returncode == 0, told
    assert "Traceback" not in told
    assert sorted(path.name for path in (tmp_path / "outputs").iterdir()) == [
        "film.csv",
        "film.png",
    ]


def test_settings_in_the_current_folder_that_can_not_be_read_are_named(tmp_path):
    """Matplotlib looks there first, whatever it is told."""
    configs(tmp_path, film=TINY.replace("mp4", "png"))
    (tmp_path / "matplotlibrc").write_bytes(b"font.size: \xff\n")
    done = subprocess.run(
        [sys.executable, "-m", "render", "configs", "--quiet"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == (
        f"film: {tmp_path / 'matplotlibrc'}: is not UTF-8, and Matplotlib reads its settings from"
        " it: rename it\n"
    )
    assert not list(tmp_path.glob("outputs/*"))
