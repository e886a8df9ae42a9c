"""Faults that are really made: one clear message, the right exit code, old files whole."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import stat
import sys
import time
from itertools import count
from pathlib import Path

import pytest

from render.draw.stage import Stage
from render.encode import ffmpeg, frame_queue
from tests.hostile.home import FORMATS, TINY, Home, fill, mounted, no_file_over
from tests.sweeps import sweep

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links, signals, shell scripts")


@pytest.fixture
def home(tmp_path, monkeypatch, capsys) -> Home:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("render.jobs.cores.cores", lambda: 1)
    made = Home(tmp_path, capsys)
    made.config()
    return made


def divide():
    raise ZeroDivisionError("by nothing")


def at_frame(monkeypatch, number, happens):
    """Something happens when the film's frame of that number is about to be drawn."""
    draw, frames = Stage.draw, count()

    def drawn(self, moment):
        if next(frames) == number:
            happens()
        return draw(self, moment)

    monkeypatch.setattr(Stage, "draw", drawn)


# A disk that is full.


def marked(*quick: str) -> list:
    """Every format; those that aren't named are left to make test-all."""
    return [pytest.param(f, marks=[pytest.mark.slow] * (f not in quick)) for f in FORMATS]


@pytest.mark.parametrize("format_", marked("csv", "json", "mp4", "png"))
def test_a_file_that_may_not_grow_is_told_and_the_old_one_stays(home, format_):
    home.old()
    with no_file_over(16):
        told = home.fails(formats=[format_])
    killed = f"({signal.strsignal(signal.SIGXFSZ)})"  # where it is ffmpeg that may not
    assert os.strerror(errno.EFBIG) in told or killed in told


@pytest.mark.parametrize("format_", marked("csv"))
def test_a_full_disk_is_told_and_the_old_film_stays(home, format_):
    with mounted(home.folder / "outputs", "size=128k") as full:
        if not full:
            pytest.skip("mounting needs root; the test before this one needs nobody")
        home.old()
        fill(home.folder / "outputs")
        home.before = home.files()
        assert os.strerror(errno.ENOSPC) in home.fails(formats=[format_])


def test_of_several_files_none_is_replaced_when_one_does_not_fit(home):
    """The table is there in full when the poster fails, and yet it isn't moved into place."""
    home.old()
    with no_file_over(1500):
        home.fails(formats=["csv", "png"])


def test_a_still_that_does_not_fit_leaves_the_old_one(home):
    home.put("outputs/film-end.png", "an old still")
    home.old()
    with no_file_over(16):
        assert os.strerror(errno.EFBIG) in home.fails("--still", "end")


# Folders that can't be written to, and links.


@pytest.mark.parametrize("out", ["file", "file/deep", "file/deeper/still"])
def test_a_file_where_a_folder_should_be_is_told(home, out):
    home.put("file", "precious")
    told = home.fails("--out", out)
    assert out in told or "file" in told
    assert (home.folder / "file").read_text() == "precious"


def test_a_folder_that_can_not_be_written_to_is_told(home):
    """Mounted read-only; by its mode where that counts; where neither can be, in /proc."""
    folder = home.folder / "locked"
    with mounted(folder, "ro") as locked:
        if not locked:
            folder.chmod(0o555)
        out = "locked" if locked or not os.access(folder, os.W_OK) else "/proc/1/films"
        told = home.fails("--out", out)
    assert out in told
    assert any(os.strerror(why) in told for why in (errno.EROFS, errno.EACCES, errno.ENOENT))


def test_a_missing_folder_is_made(home):
    assert home.run("configs/film.yaml", "--format", "csv", "--out", "a/b/c", "--quiet") == (0, "")
    assert os.listdir("a/b/c") == ["film.csv"]


def test_a_folder_that_vanishes_while_the_film_is_made_is_told(home, monkeypatch):
    at_frame(monkeypatch, 5, lambda: shutil.rmtree("outputs"))
    told = home.fails(formats=["mp4", "csv", "json"])
    assert os.strerror(errno.ENOENT) in told


def test_a_linked_folder_is_written_to_and_a_linked_file_is_replaced(home):
    Path("far").mkdir()
    Path("outputs").symlink_to("far")
    home.put("precious", "precious")
    Path("far/film.csv").symlink_to(home.folder / "precious")
    assert home.run("configs/film.yaml", "--format", "csv", "--quiet") == (0, "")
    assert Path("outputs").is_symlink()
    assert not Path("far/film.csv").is_symlink()
    assert Path("far/film.csv").read_text().startswith("run,step,")
    assert Path("precious").read_text() == "precious"


def test_a_film_that_fails_leaves_a_linked_file_a_link(home):
    home.put("precious", "precious")
    Path("outputs").mkdir()
    Path("outputs/film.csv").symlink_to(home.folder / "precious")
    home.before = home.files()
    with no_file_over(16):
        home.fails(formats=["csv"])
    assert Path("outputs/film.csv").is_symlink()
    assert Path("precious").read_text() == "precious"


def test_a_link_to_nowhere_is_replaced(home):
    Path("outputs").mkdir()
    Path("outputs/film.csv").symlink_to("nowhere")
    assert home.run("configs/film.yaml", "--format", "csv", "--quiet") == (0, "")
    assert os.listdir("outputs") == ["film.csv"]
    assert not Path("nowhere").exists()


def test_no_film_overwrites_the_data_that_it_is_made_of(home):
    home.put("configs/film.csv", "x,y\n1,2\n2,3\n")
    home.config("dataset: {kind: csv, path: film.csv, x: x, y: y}\n")
    for words in (("--out", "configs"), ("-o", "outputs/../configs/film.csv")):
        code, told = home.run("configs/film.yaml", *words)
        assert code == 2
        assert told.startswith("configs/film.yaml: would overwrite ")
        assert told.endswith("configs/film.csv, the data of configs/film.yaml\n")
    assert Path("configs/film.csv").read_text() == "x,y\n1,2\n2,3\n"


# ffmpeg.

TOLD_BY_THE_ENCODERS_TOO = ("leaves early", "writes no file", "floods", "crashes")
FFMPEGS = {
    "fails at once": (
        "echo 'Unknown encoder' >&2; exit 3",
        "ffmpeg failed with status 3:\n    Unknown encoder",
    ),
    "leaves early": ("exit 0", "ffmpeg ended before the film did"),
    "writes no file": ("exec cat >/dev/null", "ffmpeg reported success but left no file"),
    "never reads": ("exec sleep 1000", "the encoder took no frame for 0.3 s"),
    "never ends": (
        "cat >/dev/null; echo thinking >&2; exec sleep 1000",
        "ffmpeg did not finish within 0.3 s:\n    thinking",
    ),
    "floods": (
        "head -c 3000000 /dev/zero | tr '\\0' 'x\\n' >&2; cat >/dev/null; echo the end >&2; exit 1",
        "the end",
    ),
    "is killed": (
        "head -c 400000 >/dev/null; kill -9 $$",
        "ffmpeg was killed by signal 9 (Killed)",
    ),
    "crashes": ("cat >/dev/null; kill -11 $$", "signal 11 (Segmentation fault)"),
    "steers the terminal": (
        "cat >/dev/null; printf '\\033[2J\\200\\n' >&2; exit 1",
        "failed with status 1:\n    \\x1b[2J\ufffd",
    ),
}


@pytest.mark.parametrize(
    ("script", "said"),
    sweep(
        [
            pytest.param(
                *given, id=name, marks=[pytest.mark.slow] * (name in TOLD_BY_THE_ENCODERS_TOO)
            )
            for name, given in FFMPEGS.items()
        ],
        quick=2,
    ),
)
def test_whatever_ffmpeg_does_the_film_fails_in_a_message(home, monkeypatch, script, said):
    monkeypatch.setattr(frame_queue, "TIMEOUT_S", 0.3)
    monkeypatch.setattr(ffmpeg, "FINISH_S", 0.3)
    fake = home.folder / home.put("fake-ffmpeg", f"#!/bin/sh\n{script}\n")
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(fake))
    home.config(film=TINY.replace("[160, 90]", "[320, 180]").replace("0.5", "1"))
    home.old()
    told = home.fails(formats=["mp4", "csv"])
    assert said in told
    assert len(told) < 5000


def test_the_real_ffmpeg_killed_mid_way_is_told(home, monkeypatch):
    def kill():
        for running in tuple(ffmpeg._running):
            os.kill(running._process.pid, 9)

    at_frame(monkeypatch, 5, kill)
    home.old()
    told = home.fails(formats=["mp4", "gif", "png"])
    assert "ffmpeg was killed by signal 9 (Killed)" in told


@pytest.mark.parametrize("kind", ["missing", "a folder", "no program", "not executable"])
def test_without_an_ffmpeg_the_message_says_what_to_do(home, monkeypatch, kind):
    path = home.folder / "an-ffmpeg"
    if kind == "a folder":
        path.mkdir()
    elif kind != "missing":
        home.put("an-ffmpeg", "no program")
        path.chmod(0o755 if kind == "no program" else 0o644)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(path))
    home.old()
    told = home.fails(formats=["mp4"])
    assert told.startswith(f"can't start ffmpeg ({path}): ")
    assert told.endswith("; IMAGEIO_FFMPEG_EXE may name another")


def test_no_ffmpeg_at_all_says_what_to_do_and_only_video_needs_one(home, monkeypatch):
    def nothing():
        raise RuntimeError("No ffmpeg exe could be found.")

    monkeypatch.setattr("imageio_ffmpeg.get_ffmpeg_exe", nothing)
    assert "pip install --force-reinstall imageio-ffmpeg" in home.fails(formats=["gif"])
    assert home.run("configs/film.yaml", "--format", "png,csv,json", "--quiet") == (0, "")


# What is drawn, and by whom.


def test_a_panel_that_breaks_at_frame_40_is_one_line(home, monkeypatch):
    at_frame(monkeypatch, 40, divide)
    home.config(film=TINY.replace("0.5", "2.5"))
    home.old()
    told = home.fails(formats=["mp4", "gif", "png", "csv", "json"])
    assert told == "internal error: ZeroDivisionError: by nothing (--debug shows where)"


SLOPE = "from dataclasses import replace\nfrom scenes.slope import compose as usual\n"
SLOPE += "from render.scene import Beats, Panel\n\n"
USUAL = SLOPE + "def compose(spec):\n    scene = usual(spec)\n"
SCENES = {
    "a syntax error": ("def compose(:\n", ":1: SyntaxError: "),
    "a name error": ("def compose(spec):\n\n    return oops\n", ":3: NameError: "),
    "a wrong import": ("import nothing_of_the_sort\n", ":1: ModuleNotFoundError: "),
    "an error when read": ("raise ValueError('a\\nb \\x1b[2J')\n", r":1: ValueError: a b \x1b[2J"),
    "an exit": ("import sys\nsys.exit(0)\n", ":2: SystemExit: 0"),
    "an exit inside": ("def compose(spec):\n    raise SystemExit\n", ":2: SystemExit: no message"),
    "no end": ("def compose(spec):\n    return compose(spec)\n", ":2: RecursionError: "),
    "a wrong return": ("def compose(spec):\n    return 3\n", ": compose(spec) must return a Scene"),
    "nothing in it": ("", ": there is no compose(spec) in it"),
    "not text": (b"\0\0", ": SyntaxError: "),
    "an unknown panel": (
        f"{USUAL}    return replace(scene, panels={{**scene.panels, 'L': Panel('los')}})\n",
        ": panels 'L': unknown panel 'los'; did you mean 'loss'? there are: ",
    ),
    "an unknown option": (
        f"{USUAL}    return replace(scene, panels={{**scene.panels, 'H': Panel('header', "
        "{'big': 1})})\n",
        ": panels 'H': header.big: unknown key; there are no options here",
    ),
    "no panel": (
        f"{USUAL}    return replace(scene, panels={{'a': 'loss'}})\n",
        ": panels 'a': expected a Panel, found 'loss'",
    ),
    "no panels": (f"{USUAL}    return replace(scene, panels=None)\n", ": panels: expected a mapp"),
    "a run that there isn't": (
        f"{USUAL}    return replace(scene, panels={{'H': Panel('header', run=7)}})\n",
        ": panels 'H': run 7: the film's runs are 0 to 0",
    ),
    "an unknown letter": (
        f"{USUAL}    return replace(scene, wide=('HH ZZ',))\n",
        ": wide 'HH ZZ': there is no panel 'Z'",
    ),
    "uneven rows": (
        f"{USUAL}    return replace(scene, tall=('HHH S',))\n",
        ": tall 'HHH S': its rows are not of one length",
    ),
    "a panel around another": (
        f"{USUAL}    return replace(scene, wide=('SDS',))\n",
        ": wide 'SDS': S fills no rectangle",
    ),
    "no mosaic": (f"{USUAL}    return replace(scene, wide=())\n", ": wide: expected at least one"),
    "an empty mosaic": (f"{USUAL}    return replace(scene, wide=(' ',))\n", ": wide ' ': expected"),
    "mosaics of nothing": (f"{USUAL}    return replace(scene, wide=None)\n", ": wide: expected a"),
    "a beat of no time": (
        f"{USUAL}    return replace(scene, beats=Beats(float('nan')))\n",
        ": beats.open_s: expected seconds, found nan",
    ),
    "stretches that go back": (
        f"{USUAL}    return replace(scene, beats=Beats(1, 1, ((5, 1), (2, 1))))\n",
        ": beats.stretches: expected (tick, seconds), each tick after the one before, found (2, 1)",
    ),
}


@pytest.mark.parametrize(("text", "said"), SCENES.values(), ids=SCENES)
def test_a_fault_in_a_scene_is_told_with_its_file_and_line(home, text, said):
    scene = home.folder / home.put("scenes/mine.py", text)
    home.config("scene: mine\n")
    home.old()
    told = home.fails(formats=["png"])
    assert told.startswith(f"{scene}{said}")
    assert "\n" not in told
    assert [file.name for file in scene.parent.iterdir()] == ["mine.py"]


def test_a_scene_is_run_as_it_is_now_however_quickly_it_was_changed(home):
    """Of the same second and length: Python's own import would run what it compiled before."""
    scene = home.folder / home.put("scenes/mine.py", f"{USUAL}    return scn11\n")
    home.config("scene: mine\n")
    when = scene.stat()
    assert "'scn11'" in home.fails(formats=["png"])
    home.put("scenes/mine.py", f"{USUAL}    return scn22\n")
    os.utime(scene, ns=(when.st_atime_ns, when.st_mtime_ns))
    assert "'scn22'" in home.fails(formats=["png"])


def test_a_scene_that_exits_ends_no_other_film(home):
    home.put("scenes/mine.py", "raise SystemExit(0)\n")
    home.config("scene: mine\n")
    home.config(name="later")
    code, told = home.run("configs", "--format", "csv,png", "-j", "1", "--quiet")
    assert code == 1
    assert told.count("film: ") == 1
    assert told.endswith("1 of 2 films failed: film\n")
    assert home.outputs() == ["later.csv", "later.png"]


# Files that are not what they were when the config was read.

DATA = "x,y\n1,2\n2,3\n3,5\n"
MOVED = {
    "data deleted": ("data.csv", None, "data.csv: "),
    "data emptied": ("data.csv", "", "data.csv:1: expected the names of the columns"),
    "data of other columns": ("data.csv", "a,b\n1,2\n", "data.csv:1: no column 'x'"),
    "data with a text": ("data.csv", "x,y\n1,2\none,2\n", "data.csv:3: row 2, column 'x': expecte"),
    "a theme deleted": ("configs/look.yaml", None, "look.yaml: no such file"),
    "a theme broken": ("configs/look.yaml", "data: {\n", "look.yaml:2:1: a '[' or '{' is never"),
    "a theme of nothing": ("configs/look.yaml", "dat: '#112233'\n", "look.yaml:1:1: dat: unknown"),
    "a scene deleted": ("scenes/mine.py", None, "no scene 'mine': there are "),
    "a scene broken": ("scenes/mine.py", "oops\n", "mine.py:1: NameError: name 'oops' is not"),
}


@pytest.mark.parametrize(("name", "text", "said"), MOVED.values(), ids=MOVED)
def test_what_is_deleted_or_changed_before_it_is_used_is_told(home, monkeypatch, name, text, said):
    from render import pipeline

    home.put("data.csv", DATA)
    home.put("configs/look.yaml", "like: paper\n")
    home.put("scenes/mine.py", f"{USUAL}    return scene\n")
    home.config(
        "scene: mine\ndataset: {kind: csv, path: ../data.csv, x: x, y: y}\n"
        "model: {bias: {value: 0, frozen: true}}\n",  # the scene is for one trained parameter
        film=TINY.replace("0.5", "0.5, theme: look.yaml"),
    )
    home.old()
    make = pipeline.make

    def later(*given):
        (home.folder / name).unlink()
        if text is not None:
            home.put(name, text)
        return make(*given)

    monkeypatch.setattr(pipeline, "make", later)
    assert said in home.fails(formats=["png"])


def test_a_config_deleted_after_it_was_read_is_not_missed(home, monkeypatch):
    from render import pipeline

    make = pipeline.make

    def later(*given):
        shutil.rmtree("configs")
        return make(*given)

    monkeypatch.setattr(pipeline, "make", later)
    assert home.run("configs/film.yaml", "--format", "png,json", "--quiet") == (0, "")


# Names.

NAMES = ["GD: slope", "-x", "a%03d", "o'k", "ünï", "two words", "n" * 200, "a\nb", "{x}$y$[bold]"]
NAMES += ["\x1b[2Jred", "\u202egnp", "a\\b", ".", os.fsdecode(b"not-utf-8-\xff")]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name[:20]))
def test_any_name_is_only_a_name(home, name):
    try:
        home.config("title: A film\n", name)
    except OSError:
        pytest.skip("this system has no such names")
    code, told = home.run(f"configs/{name}.yaml", "--format", "csv,json")
    assert code == 0
    assert all(letter.isprintable() for letter in told.replace("\n", ""))
    assert home.outputs() == sorted(f"{name}.{end}" for end in ("csv", "json"))
    code, told = home.run("check", f"configs/{name}.yaml")
    assert code == 0
    assert all(letter.isprintable() for letter in told.replace("\n", ""))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name[:20]))
def test_films_of_any_name_are_made_and_verified(home, name):
    try:
        home.config("title: A film\n", name)
    except OSError:
        pytest.skip("this system has no such names")
    formats = ("csv", "gif", "json", "mp4", "png")
    words = (f"configs/{name}.yaml", "--format", ",".join(formats), "--quiet")
    assert home.run(*words) == (0, "")
    assert home.outputs() == sorted(f"{name}.{end}" for end in formats)
    assert home.run("verify", f"outputs/{name}.json", "--quiet") == (0, "")


def test_a_name_that_begins_with_a_hyphen_is_reached_by_its_path_or_after_two(home, monkeypatch):
    home.config(name="-x")
    monkeypatch.chdir("configs")
    assert home.run("--format", "csv", "--quiet", "--", "-x.yaml") == (0, "")
    assert home.run("./-x.yaml", "--format", "csv", "--quiet") == (0, "")
    assert os.listdir("outputs") == ["-x.csv"]


# Configs that are no files.


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/dev/zero", "/dev/zero: larger than 1,000,000 bytes: not a config\n"),
        ("/dev/null", "/dev/null:1:1: the file is empty\n"),
        ("pipe", "pipe:1:1: the file is empty\n"),
        ("folder.yaml", "folder.yaml: no configs in this folder (*.yaml, *.yml)\n"),
        ("circle.yaml", f"circle.yaml: can't be read: {os.strerror(errno.ELOOP)}\n"),
    ],
)
def test_a_config_that_is_no_file_is_refused_at_once(home, path, said):
    os.mkfifo("pipe")
    Path("folder.yaml").mkdir()
    Path("circle.yaml").symlink_to("circle.yaml")
    started_s = time.monotonic()
    assert home.run("check", path) == (2, said)
    assert time.monotonic() - started_s < 2


def test_a_pipe_with_a_writer_is_a_config(home):
    ear, mouth = os.pipe()
    os.write(mouth, TINY.encode())
    os.close(mouth)
    path = f"/dev/fd/{ear}"
    assert home.run(path, "--format", "csv,json", "--quiet", "-j", "1") == (0, "")
    os.close(ear)
    assert home.outputs() == [f"{ear}.csv", f"{ear}.json"]


# The cache.


def test_a_cache_that_is_a_file_or_full_stops_no_film(home, monkeypatch):
    cache = home.folder / "cache"
    with mounted(cache, "size=128k") as full:
        if full:
            fill(cache)
            monkeypatch.setenv("DESCENT_FILM_CACHE", str(cache))
            assert home.run("configs/film.yaml", "--format", "csv", "--quiet") == (0, "")
            assert not list(cache.rglob("*.part"))
    home.put("file", "precious")
    for place in ("file", "file/deep"):
        monkeypatch.setenv("DESCENT_FILM_CACHE", place)
        assert home.run("configs/film.yaml", "--format", "csv", "--quiet") == (0, "")
    assert home.outputs() == ["film.csv"]
    assert Path("file").read_text() == "precious"


@pytest.mark.parametrize(
    "damage", [None, *(pytest.param(d, marks=pytest.mark.slow) for d in (b"", b"\0" * 5000))]
)
def test_a_damaged_cache_is_made_again_and_the_film_is_the_same(home, monkeypatch, damage):
    monkeypatch.setenv("DESCENT_FILM_CACHE", str(home.folder / "cache"))
    words = ("configs/film.yaml", "--format", "csv,json", "--quiet")
    assert home.run(*words) == (0, "")
    before = {path.name: path.read_bytes() for path in Path("outputs").iterdir()}
    shutil.rmtree("outputs")
    entries = [path for path in Path("cache").rglob("*") if path.is_file()]
    assert entries
    for path in entries:
        data = path.read_bytes()
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]) if damage is None else damage)
    assert home.run(*words) == (0, "")
    assert {path.name: path.read_bytes() for path in Path("outputs").iterdir()} == before
