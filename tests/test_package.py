"""What is installed with the package besides its modules."""

from __future__ import annotations

import tomllib
from pathlib import Path

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
