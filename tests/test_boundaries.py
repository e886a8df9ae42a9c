"""The boundaries of the rooms: who may import what, and what a command costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "render"
FOLDERS = sorted({base.parent for base in PACKAGE.rglob("base.py")} | {PACKAGE / "encode/formats"})
MEMBERS = [
    str(file.relative_to(PACKAGE.parent).with_suffix("")).replace("/", ".")
    for folder in FOLDERS
    for file in sorted(folder.glob("*.py"))
]

# What may be imported only in one room, and the files beside it that may: the benchmark holds
# us against a film drawn without our rooms, and times whole processes.
ROOMS = {
    "torch": ("learn", set()),
    "matplotlib": ("draw", set()),
    "subprocess": ("encode", set()),
    "imageio_ffmpeg": ("encode", set()),
    "imageio": ("encode", set()),
}


@cache
def imported(file: Path) -> frozenset[str]:
    """The top-level names of all modules a file imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return frozenset(found)


def loaded(code: str, *argv: str) -> set[str]:
    """The heavy modules that a fresh interpreter has after running the code."""
    heavy = ["torch", "matplotlib", "numpy", "pydantic", "yaml", "rich", "subprocess"]
    ask = f"import sys\nprint(*[m for m in {heavy} if m in sys.modules], file=sys.__stdout__)"
    command = [sys.executable, "-c", f"{code}\n{ask}", *argv]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(done.stdout.split("\n")[-2].split())


@pytest.mark.parametrize("module", ROOMS)
def test_a_heavy_module_is_imported_in_its_room_alone(module):
    room, others = ROOMS[module]
    importers = {
        file.relative_to(PACKAGE).as_posix()
        for file in PACKAGE.rglob("*.py")
        if module in imported(file)
    }
    assert {file for file in importers if not file.startswith(f"{room}/")} == others


def test_scenes_import_nothing_heavy():
    for file in (PACKAGE.parent / "scenes").glob("*.py"):
        assert not imported(file) & {"torch", "matplotlib"}, file


def test_no_member_file_imports_torch_or_matplotlib():
    assert len(MEMBERS) > 10
    code = "".join(f"import {module}\n" for module in MEMBERS)
    assert not loaded(code) & {"torch", "matplotlib"}


def test_help_imports_nothing_heavy():
    code = "from render.__main__ import main\ntry: main(['--help'])\nexcept SystemExit: pass"
    assert loaded(code) == set()


def test_check_imports_neither_torch_nor_matplotlib():
    code = "import sys\nfrom render.__main__ import main\nassert main(['check', 'configs']) == 0"
    assert not loaded(code) & {"torch", "matplotlib", "rich"}
