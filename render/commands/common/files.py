"""The scenes and the configs that there are, ours and those of the current folder."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

from render import registry
from render.commands.common.entries import Entry

SHIPPED = registry.PACKAGE.parent / "configs"
HERE = Path("configs")


def shipped_configs() -> dict[str, Path]:
    """The configs that come with the package, or lie in ./configs: by their names."""
    found = {file.stem: file for file in sorted(SHIPPED.glob("*.yaml"))}
    return found | {file.stem: file for file in sorted(HERE.glob("*.yaml"))}


def _scene_files() -> dict[str, Path]:
    folders = (registry.PACKAGE.parent / "scenes", Path("scenes"))
    files = (file for folder in folders for file in sorted(folder.glob("*.py")))
    return {file.stem: file for file in files if file.stem != "__init__"}


def scenes() -> Sequence[str]:
    """The names of all scenes."""
    return sorted(_scene_files())


def scene(name: str) -> Entry:
    """A scene: what its author says of it."""
    text = ast.get_docstring(ast.parse(_scene_files()[name].read_text(encoding="utf-8"))) or ""
    return Entry(name, text.partition("\n")[0], text)


def configs() -> Sequence[str]:
    """The names of all configs."""
    return sorted(shipped_configs())


def config(name: str) -> Entry:
    """A config: its title, and what its author says at its head."""
    from render.config.reading import read
    from render.errors import ConfigError

    path = shipped_configs()[name]
    try:
        draft = read(path)
    except ConfigError as error:
        return Entry(name, f"can't be read: see python -m render check {path}", str(error))
    head = []
    for line in draft.lines:
        if not line.startswith("#"):
            break
        head.append(line.lstrip("# "))
    remarks = "\n".join(line for line in head if not line.startswith("yaml-language-server"))
    title = draft.data.get("title", name)
    return Entry(name, str(title), f"{title}\n\n{remarks}\n\n{path}")
