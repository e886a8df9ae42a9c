"""What is installed with the package besides its modules."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email import message_from_string
from pathlib import Path

import pytest

import render

ROOT = Path(__file__).parent.parent


def test_every_data_file_of_the_package_is_installed():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    globs = project["tool"]["setuptools"]["package-data"]
    installed = {
        file
        for package, patterns in globs.items()
        for pattern in patterns
        for file in ROOT.joinpath(*package.split(".")).glob(pattern)
    }
    files = [file for file in (ROOT / "render").rglob("*.*") if "__pycache__" not in file.parts]
    data = {file for file in files if file.is_file() and file.suffix != ".py"}
    assert data
    assert data <= installed


LEFT = (  # what lies in a clone that is worked in, beside what belongs to the program
    "render/__pycache__/api.cpython-311.pyc",
    "configs/.slope.yaml.swp",
    "outputs/slope.mp4",
    "outputs/gallery/slope.gif",
    "tests/test_package.py",
    "build/lib/render/deleted.py",
    ".venv/bin/python",
    "slope.npz.part",
)


def built(kind, source, folder):
    """The file that the build backend makes of a folder of sources, as `python -m build` asks."""
    build = f"from setuptools import build_meta; build_meta.build_{kind}({str(folder)!r})"
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True)
    (file,) = (*folder.glob("*.whl"), *folder.glob("*.tar.gz"))
    return file


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """What a source distribution holds that is built from a clone in which somebody works."""
    pytest.importorskip("setuptools", minversion="77")
    folder = tmp_path_factory.mktemp("sdist")
    clone, made = folder / "clone", folder / "made"
    for name in ("render", "scenes", "configs"):
        shutil.copytree(ROOT / name, clone / name)
    for file in (*ROOT.glob("*.py"), *ROOT.glob("*.md"), *ROOT.glob("*.toml"), *ROOT.glob("*.in")):
        shutil.copy(file, clone)
    shutil.copy(ROOT / "LICENSE", clone)
    for name in LEFT:
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).write_text("left over")
    with tarfile.open(built("sdist", clone, made)) as archive:
        archive.extractall(folder, filter="data")
    (unpacked,) = folder.glob("descent_film-*")
    return unpacked


@pytest.fixture(scope="module")
def installed(sources, tmp_path_factory):
    """What a wheel holds that is built from that source distribution alone."""
    folder = tmp_path_factory.mktemp("wheel")
    with zipfile.ZipFile(built("wheel", sources, folder)) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_a_source_distribution_holds_the_program_and_nothing_that_was_left(sources):
    held = {file.relative_to(sources).as_posix() for file in sources.rglob("*") if file.is_file()}
    assert held.isdisjoint(LEFT)
    ours = {"CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "MANIFEST.in", "README.md", "setup.py"}
    made = {"PKG-INFO", "pyproject.toml", "setup.cfg"}
    folders = ("render/", "scenes/", "configs/", "descent_film.egg-info/")
    assert {name for name in held if not name.startswith(folders)} == ours | made
    assert not {Path(name).suffix for name in held} & {".pyc", ".part", ".swp", ".mp4", ".gif"}


def test_a_wheel_says_who_it_is(installed):
    (file,) = installed.glob("*.dist-info/METADATA")
    facts = message_from_string(file.read_text(encoding="utf-8"))
    assert (facts["Name"], facts["Version"]) == ("descent-film", render.__version__)
    assert facts["License-Expression"] == "MIT"
    assert not [one for one in facts.get_all("Classifier") if one.startswith("License ::")]
    assert {*facts.get_all("Provides-Extra")} == {"cluster", "docs", "lightning", "studio", "test"}
    assert facts["Description-Content-Type"] == "text/markdown"
    newest = re.findall(r"^## (\d\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)[0]
    assert facts["Version"] == newest


def run(installed, folder, *words):
    return subprocess.run(
        [sys.executable, "-m", "render", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_away_from_the_clone_all_configs_are_there(installed, tmp_path):
    names = [path.stem for path in sorted((ROOT / "configs").glob("*.yaml"))]
    listed = json.loads(run(installed, tmp_path, "list", "configs", "--json"))
    assert [entry["name"] for entry in listed] == names
    planned = run(installed, tmp_path, "--all", "--dry-run", "--json").splitlines()
    assert [json.loads(line)["film"] for line in planned] == names
    assert not (installed / "configs").exists()
    schema = installed / "render" / "library" / "scene.schema.json"
    assert schema.read_bytes() == (ROOT / "configs" / "scene.schema.json").read_bytes()


@pytest.mark.slow
def test_away_from_the_clone_a_config_can_be_copied(installed, tmp_path):
    run(installed, tmp_path, "new", "b", "--like", "slope")
    assert (tmp_path / "b.yaml").read_text(encoding="utf-8").count("title: B") == 1
    run(installed, tmp_path, "check", "b.yaml")


def test_a_python_without_the_packages_says_so_in_a_line(tmp_path):
    """As in a terminal where the environment is not active."""
    words = [sys.executable, "-S", "-m", "render", "list", "themes"]
    world = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, cwd=tmp_path, env=world, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith(f"this Python ({sys.executable}) has no package ")
    assert done.stderr.count("\n") == 1
