"""Nothing that a user owns is ever deleted: foreign files lie everywhere, and are counted after.

They lie in each folder that we write to, sweep or clear, under names that look as much like ours
as they can, and are older than all that is removed for its age.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from render.__main__ import main
from render.cache.folder import MAGIC
from render.encode.part_names import host_id
from render.registry import names
from tests.sweeps import sweep

SLOW = pytest.mark.slow
FILM = "film: {size: [160, 90], fps: 10, duration: 0.5}\ntraining: {epochs: 2}\n"
FORMATS = ["mp4,frames,json,html", pytest.param(",".join(names("encode/formats")), marks=SLOW)]
DEAD = f"{host_id()}-{2**22 + 7}"  # this machine's, of a process that there can't be
LONG_AGO_S = 1e9
HASH = "0123456789abcdef" * 4
NAMES = (
    # in the folder of the films
    "notes.txt",
    "0001.png",
    "12345.png",
    "slides.tex",
    "film.mp4.part",
    ".film.mp4.part",
    ".film.mp4.old",
    ".film.mp4.swap",
    f".film.mp4.{DEAD}.part",
    f".film.mp4.{DEAD}-c0ffee.part",
    f".film.mp4.{DEAD}-c0ffee.old",
    f".descent-film.{DEAD}-c0ffee.swap",
    f".film.mp4.{DEAD}-c0ffeec0ffee.part",
    f".film.mp4.{DEAD}-c0ffeec0ffee.old",
    f".descent-film.{DEAD}-c0ffeec0ffee.swap",
    f".film.mp4.01234567-{2**22 + 7}-c0ffeec0ffee.part",
    "film.mp4~",
    "film.backup.mp4",
    "film-000.png",
    # in the folder of the cache
    HASH,
    HASH.upper(),
    f"{HASH}.part",
    ".abcdefgh.part",
    ".tmp.part",
    "m.csv",
    "CACHEDIR.TAG",
    "manifest.json",
)
FOLDERS = (
    *("", "outputs", "outputs/deeper", "outputs/film_frames_old", "configs", "scenes"),
    *("data", "recording", "landscape", "film", "cache", "cache/data", "cache/film", "cache/mine"),
    f"outputs/.film_frames.{DEAD}-c0ffeec0ffee.part",
    f"outputs/.film_frames.{DEAD}-c0ffeec0ffee.old",
)


class Home:
    """A folder full of a user's files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[Path, bytes] = {}

    def fill(self, *folders: str, without: str = "CACHEDIR.TAG") -> None:
        """Put a file of each name into the folders, where there is none yet."""
        for place in folders:
            (self.folder / place).mkdir(parents=True, exist_ok=True)
            for name in NAMES:
                path = self.folder / place / name
                if not path.exists() and name != without:
                    self.files[path] = f"my own {place}/{name}".encode()
                    path.write_bytes(self.files[path])
                    os.utime(path, (LONG_AGO_S, LONG_AGO_S))

    def own(self, name: str, text: str) -> None:
        """Put a file of the user's."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.files[path] = text.encode()

    def is_whole(self) -> bool:
        """Whether every file is there, with the bytes that it had."""
        gone = [path for path in self.files if not path.is_file()]
        assert gone == []
        changed = [path for path, text in self.files.items() if path.read_bytes() != text]
        assert changed == []
        return True


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DESCENT_FILM_CACHE", "cache")
    there = Home(tmp_path)
    there.own("configs/film.yaml", FILM)
    return there


@pytest.mark.parametrize("formats", FORMATS)
def test_films_made_again_and_a_cache_cleared_leave_every_foreign_file(home, monkeypatch, formats):
    command = ("configs/film.yaml", "--format", formats, "--quiet", "-j", "1")
    assert main([*command]) == 0  # makes and tags the cache
    home.fill(*FOLDERS)
    assert main([*command, "--seed", "2"]) == 0
    assert home.is_whole()
    monkeypatch.setenv("DESCENT_FILM_CACHE_MB", "0.001")
    assert main(["configs/film.yaml", "--format", "csv", "--force", "--quiet"]) == 0
    assert home.is_whole()
    words = ["cache", "cache --clear", "list", "check configs", "verify outputs/film.json"]
    words += ["new other", "configs/film.yaml --still end", "completion bash"]
    for line in words:
        assert main(line.split()) == 0
    assert home.is_whole()


@pytest.mark.parametrize("place", [".", "outputs", "configs", "mine"])
def test_a_folder_of_the_user_s_is_no_cache(home, monkeypatch, capsys, place):
    home.fill(place, *(f"{place}/{stage}" for stage in ("data", "recording", "landscape", "film")))
    home.own("m.bin", "x" * 3_000_000)
    before = {path for path in (home.folder / place).rglob("*") if "outputs" not in path.parts}
    monkeypatch.setenv("DESCENT_FILM_CACHE", str(home.folder / place))
    monkeypatch.setenv("DESCENT_FILM_CACHE_MB", "1")
    assert main(["configs/film.yaml", "--format", "csv,json"]) == 0
    said = capsys.readouterr().err
    assert said.startswith(f"without a cache: {home.folder / place} is no cache: ")
    assert home.is_whole()
    for words in (["cache"], ["cache", "--clear"]):
        assert main(words) == 2
        assert "is not empty and no cache" in capsys.readouterr().err
    assert home.is_whole()
    now = {path for path in (home.folder / place).rglob("*") if "outputs" not in path.parts}
    assert now == before


@pytest.mark.parametrize(
    "name", sweep(["slides.tex", "12345.png", "0000.png.bak", "notes.tex/a", ".x"], quick=2)
)
def test_a_folder_of_frames_with_a_foreign_file_is_refused_before_the_film(home, capsys, name):
    command = ("configs/film.yaml", "--format", "frames,csv", "--quiet", "-j", "1")
    assert main([*command]) == 0
    home.own(f"outputs/film_frames/{name}", "mine")
    for path in sorted((home.folder / "outputs").rglob("*")):
        if path.is_file():
            home.files[path] = path.read_bytes()
    assert main([*command, "--seed", "2"]) == 1
    assert "other files in it, such as " in capsys.readouterr().err
    assert home.is_whole()


@pytest.mark.skipif(sys.platform == "win32", reason="links")
def test_what_a_link_in_our_place_leads_to_stays(home):
    """The links themselves are replaced, as any file of that name is."""
    home.own("elsewhere/film.mp4", "my film")
    home.own("elsewhere/0000.png", "my picture")
    home.own(f"elsewhere/{HASH}", MAGIC.decode())
    (home.folder / "outputs").mkdir()
    (home.folder / "outputs/film.mp4").symlink_to(home.folder / "elsewhere/film.mp4")
    (home.folder / "outputs/film_frames").symlink_to(home.folder / "elsewhere")
    (home.folder / "cache").mkdir()
    (home.folder / "cache/data").symlink_to(home.folder / "elsewhere")
    command = ("configs/film.yaml", "--quiet", "-j", "1", "--format")
    assert main([*command, "mp4,csv"]) == 0
    assert main([*command, "frames"]) == 1
    main(["cache", "--clear"])
    assert home.is_whole()
