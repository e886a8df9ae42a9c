"""What is installed with the package besides its modules."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

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


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """What a wheel holds that is built from the sources alone."""
    pytest.importorskip("setuptools", minversion="77")
    folder = tmp_path_factory.mktemp("wheel")
    source, site = folder / "source", folder / "site"
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("render", "scenes", "configs"):
        shutil.copytree(ROOT / name, source / name, ignore=ignored)
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    build = f"from setuptools import build_meta; build_meta.build_wheel({str(folder)!r})"
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return site


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
