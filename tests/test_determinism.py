"""The same config gives the same bytes, whatever is around it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from render.__main__ import main

HERE = Path(__file__).parent.parent
CONFIG = """
title: Zürich, −3·x
scene: slope_bias
dataset:
  kind: csv
  path: cars.csv
  x: speed
  y: dist
  standardize: true
  validation: {fraction: 0.3}
training: {epochs: 6, batch_size: 2, shuffle: true}
film: {size: [160, 90], fps: 5, duration: 1, theme: mine.yaml}
landscape: {grid: 41}
outputs: [mp4, gif, png, csv, json]
"""
ROWS = "speed,dist\n" + "".join(f"{x},{x * 3 + x % 3}\n" for x in range(12))


def house(folder: Path) -> Path:
    """A config with all that it reads, in a folder of its own."""
    (folder / "configs").mkdir(parents=True)
    (folder / "scenes").mkdir()
    (folder / "configs" / "cars.csv").write_text(ROWS)
    (folder / "configs" / "mine.yaml").write_text("like: paper\n")
    (folder / "configs" / "film.yaml").write_text(CONFIG, encoding="utf-8")
    shipped = (HERE / "scenes" / "slope_bias.py").read_bytes()
    (folder / "scenes" / "slope_bias.py").write_bytes(shipped)
    return folder


def rendered(folder: Path, *argv: str, cwd: Path | None = None, **environment: str) -> dict:
    """The bytes of every file of the film, made by a process in that environment."""
    out = folder / "out"
    config = Path(os.path.relpath(folder / "configs" / "film.yaml", cwd or folder))
    command = [sys.executable, "-m", "render", str(config), "--out", str(out), *argv]
    env = os.environ | {"PYTHONPATH": str(HERE)} | environment
    done = subprocess.run(
        [*command, "--quiet"], cwd=cwd or folder, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return contents(out)


def contents(folder: Path) -> dict:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def first(tmp_path_factory) -> dict:
    return rendered(house(tmp_path_factory.mktemp("first")), PYTHONHASHSEED="1", TZ="UTC")


def test_every_format_is_there(first):
    assert sorted(first) == sorted(f"film.{kind}" for kind in ("mp4", "gif", "png", "csv", "json"))


@pytest.mark.slow
def test_the_bytes_are_the_same_in_another_world(first, tmp_path):
    (tmp_path / "home").mkdir()
    settings = {
        "font.family": "serif",
        "figure.dpi": 200,
        "axes.facecolor": "red",
        "lines.linewidth": 9,
        "text.antialiased": False,
        "path.simplify": False,
        "savefig.dpi": 7,
        "axes.formatter.use_locale": True,
    }
    text = "".join(f"{name}: {value}\n" for name, value in settings.items())
    (tmp_path / "home" / "matplotlibrc").write_text(text)
    world = {
        "PYTHONHASHSEED": "77",
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "C",
        "LANG": "de_DE.UTF-8",
        "PYTHONUTF8": "0",
        "HOME": str(tmp_path / "home"),
        "MATPLOTLIBRC": str(tmp_path / "home"),
        "MPLBACKEND": "svg",
        "OMP_NUM_THREADS": "2",
        "COLUMNS": "20",
        "SOURCE_DATE_EPOCH": "1",
    }
    place = tmp_path / "deeper" / "ünï code"
    other = rendered(house(place), cwd=place / "scenes", **world)
    assert [name for name in first if other[name] != first[name]] == []


def test_the_bytes_are_the_same_from_what_was_kept(first, tmp_path, monkeypatch):
    home = house(tmp_path / "house")
    monkeypatch.setenv("DESCENT_FILM_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(home)

    def made(*argv: str) -> dict:
        assert main(["configs/film.yaml", "--out", "out", "--quiet", *argv]) == 0
        return contents(home / "out")

    assert made() == first
    for path in (home / "out").iterdir():
        path.unlink()
    assert made() == first  # trained before, drawn anew
    (home / "out" / "film.gif").unlink()
    assert made() == first
    assert made("--force") == first
    assert made("--no-cache") == first


@pytest.mark.slow
def test_the_bytes_of_many_films_are_the_same_for_any_number_of_processes(tmp_path):
    names = ("slope", "optimizer_race", "learning_rates", "himmelblau", "pytorch_way")
    found = []
    for jobs in ("1", "2", "3"):
        out = tmp_path / jobs
        command = [sys.executable, "-m", "render", "--quiet", "-j", jobs, "--out", str(out)]
        small = [
            "--size",
            "160x90",
            "--fps",
            "5",
            "--set",
            "film.duration=1",
            "--set",
            "captions=[]",
        ]
        configs = [f"configs/{name}.yaml" for name in (names if jobs != "2" else names[::-1])]
        subprocess.run([*command, *small, *configs], cwd=HERE, check=True)
        found.append(contents(out))
    assert len(found[0]) == 5 * len(names)
    assert found[0] == found[1] == found[2]
