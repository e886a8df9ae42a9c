"""Which files of the drawing room may import which: panels on top, no circles."""

from __future__ import annotations

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import render.draw

ROOM = Path(render.draw.__file__).parent
# Each folder with the folders that its files may import from; "" is the files directly in draw.
BENEATH = {
    "panels": {"plot", "surface", ""},
    "surface": {"surface", "plot", ""},
    "plot": {"plot", ""},
    "themes": {""},
    "": {""},
}
CONTRACTS = {"panels.base"}
EXCEPTIONS = {
    ("plan", "surface.viewpoint"),  # the surface knows from where its runs are seen
    ("map_picture", "plot.run_map"),  # a picture of one plot, without a panel
    ("map_picture", "plot.legend"),
}


def imported(file: Path) -> set[str]:
    """The modules of the room that a file imports, inside functions too, not only for types."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = [ast.Pass()]
    modules = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("render.draw."):
            modules.add(node.module.removeprefix("render.draw."))
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
            modules |= {n.removeprefix("render.draw.") for n in names if n.startswith("render.dr")}
    return modules


def name(file: Path) -> str:
    return ".".join(file.relative_to(ROOM).with_suffix("").parts)


def folder(module: str) -> str:
    return module.rpartition(".")[0]


IMPORTS = {name(file): imported(file) for file in ROOM.rglob("*.py") if file.stem != "__init__"}


def test_files_import_only_what_is_beneath_them():
    above = [
        f"{module} imports {other}"
        for module, others in IMPORTS.items()
        for other in others - CONTRACTS
        if (module, other) not in EXCEPTIONS
        if folder(other) not in BENEATH[folder(module)]
    ]
    assert not above


def test_there_is_no_circle():
    assert len([*TopologicalSorter(IMPORTS).static_order()]) >= len(IMPORTS) > 30


LEAN = """
from render.draw.matplotlib_import import import_matplotlib, undocumented_artists
with undocumented_artists():
    import_matplotlib()
    from matplotlib.patches import Patch
from matplotlib.artist import Artist
class Later(Artist):
    def set_own(self, own):
        pass
print("facecolor" in (Patch.set.__doc__ or ""), "own" in Later.set.__doc__)
patch = Patch(); patch.set(facecolor="#ff0000")
print(patch.get_facecolor())
"""


def test_only_what_is_imported_in_the_block_lacks_its_words():
    told = subprocess.run([sys.executable, "-c", LEAN], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines() == ["False True", "(1.0, 0.0, 0.0, 1.0)"]
