"""The page about the house: the picture of its layers, then what CONTRIBUTING.md says."""

from __future__ import annotations

import ast
import html
import re
import tomllib
from pathlib import Path

from docs.generate.markup import inline, page

ROOT = Path(__file__).parent.parent.parent
HEAVY = {"learn": "torch", "draw": "Matplotlib", "encode": "ffmpeg"}


def layers() -> list[list[str]]:
    """The rooms from top to bottom, as `make lint` checks them; rooms side by side together."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    rooms = next(one["layers"] for one in contracts if one["name"] == "Rooms are layers")
    return [[room.strip() for room in row.split("|")] for row in rooms]


def docstring(room: str) -> str:
    """The first sentence of a room without a line of its own in CONTRIBUTING.md."""
    places = (ROOT / "render" / f"{room}.py", ROOT / "render" / room / "__init__.py")
    file = next(place for place in places if place.is_file())
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0].rstrip(".")


def picture(guide: str) -> str:
    """The layers as a list that is drawn as a stack, each with its line in CONTRIBUTING.md."""
    said = {
        re.sub(r"/|\.py", "", name): text
        for names, text in re.findall(r"^\| (`[^|]+) \| ([^|]+) \|$", guide, flags=re.MULTILINE)
        for name in re.findall(r"`([\w./]+)`", names)
    }
    rows = []
    for row in layers():
        about = next((said[name] for name in row if name in said), None) or docstring(row[0])
        heavy = "".join(f"<em>{HEAVY[name]}</em>" for name in row if name in HEAVY)
        names = " ".join(f"<code>{html.escape(name)}</code>" for name in row)
        rows.append(f"<li>{names}{heavy}<span>{inline(about)}</span></li>")
    return '<ol class="layers">\n' + "\n".join(rows) + "\n</ol>"


def house() -> str:
    """The page."""
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    text = guide.partition("\n")[2].strip()
    return page(
        "The house",
        "A room may use those below it, never one above. Three of them import something heavy.",
        picture(guide),
        text,
        description="How the program is built, what its words mean, and how to add to it.",
    )
