"""A file system that fails once, anywhere: a film's files are all new or all old, or it is told."""

from __future__ import annotations

import errno
import os
import random
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.hostile.faulty import Faulty, built

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="LD_PRELOAD, /proc"),
]

FAULTS = 50
SWAP_CALLS = 30
SEED = int(os.environ.get("FAULTS_SEED", "5"))
ERRORS = (errno.EIO, errno.ENOSPC, errno.EACCES, errno.EPERM, errno.EROFS, errno.EDQUOT)
FILM = "film: {size: [160, 90], fps: 10, duration: 1}\ntraining: {epochs: 2}\nseed: SEED\n"
FORMATS = ("mp4", "csv", "json", "frames", "png")
NAMES = ("film.mp4", "film.csv", "film.json", "film_frames", "film.png")
OPTIONS = ("--format", ",".join(FORMATS), "--no-cache", "--quiet")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("faults")


@pytest.fixture(scope="module")
def faulty(home, tmp_path_factory):
    library = built(tmp_path_factory.mktemp("library"))
    if library is None:
        pytest.skip("needs a C compiler, cc")
    with Faulty(library, home) as process:
        yield process


def content(path: Path) -> dict[str, bytes]:
    """The bytes of a file, or of a folder's files."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return {file.name: file.read_bytes() for file in files}


def there(folder: Path) -> dict[str, dict[str, bytes]]:
    return {name: content(folder / name) for name in NAMES if (folder / name).exists()}


def hidden(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


def put(home: Path, seed: int) -> str:
    (home / "film.yaml").write_text(FILM.replace("SEED", str(seed)))
    return "film.yaml"


def put_films(folder: Path, films: dict[str, dict[str, bytes]]) -> None:
    """The files of a film that was made before, beside a file of the user."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    for name, files in films.items():
        if [*files] == [name]:
            (folder / name).write_bytes(files[name])
            continue
        (folder / name).mkdir()
        for inside, data in files.items():
            (folder / name / inside).write_bytes(data)


def check_fault(faulty, home, at, error, films):
    """A film replaces another, and call number `at` fails; returns whether anything did."""
    old, new = films
    what = f"call {at}, {errno.errorcode[error]}"
    folder = home / "faulty"
    put_films(folder, old)
    words = (put(home, 2), *OPTIONS, "--out", str(folder))
    code, told, calls = faulty.run(words, at, error, "/faulty/")
    now = there(folder)
    assert "internal error" not in told, (what, told)
    assert "Traceback" not in told, (what, told)
    if code == 0:
        assert now == new, what
    elif "these are new: " in told:
        listed = re.findall(r"(film[._]\w+) \(the old one is ", told)
        assert all(now.get(name) != old[name] for name in listed), (what, told)
        assert all(now.get(name) == old[name] for name in NAMES if name not in listed), what
    else:
        assert code == 1, (what, told)
        assert now == old, (what, told)
        assert os.strerror(error) in told, (what, told)
    assert (folder / "mine.txt").read_text() == "mine", what
    if hidden(folder):  # it could not be removed: the next run does that
        assert faulty.run(words)[0] == 0, what
        assert there(folder) == new, what
        assert hidden(folder) == [], what
    return calls >= at


@pytest.fixture(scope="module")
def films(faulty, home):
    """Two films, and how many calls it takes to replace one by the other."""
    made = []
    for seed in (1, 2):
        words = (put(home, seed), *OPTIONS, "--out", str(home / "usual"))
        code, told, calls = faulty.run(words, place="/usual/")
        assert (code, told) == (0, "")
        made.append(there(home / "usual"))
    assert {*made[0]} == {*NAMES}
    assert all(made[0][name] != made[1][name] for name in NAMES)
    return made, calls


def test_no_fault_of_the_disk_mixes_two_films(faulty, home, films):
    both, calls = films
    dice = random.Random(SEED)
    places = dice.sample(range(1, calls + 1), FAULTS)
    met = [check_fault(faulty, home, at, dice.choice(ERRORS), both) for at in places]
    assert sum(met) > 0.9 * FAULTS


def test_a_fault_in_any_step_of_the_swap_is_undone(faulty, home, films):
    """The last calls of all: lists, links, renames, removals."""
    both, calls = films
    for at in range(calls - SWAP_CALLS, calls + 1):
        check_fault(faulty, home, at, errno.EIO, both)
