"""From a name in a YAML file to the class in the file of that name, and back.

A folder is a kind of extension (`learn/optimizers`), a file is one member (`sgd.py`) and
holds one public class named like the file in CamelCase (`Sgd`), or with what the folder
holds behind that (`LossPanel`). Its dataclass fields are its YAML options, its docstring's
first line is its description. There is no table to edit: a new file joins by itself.
"""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any

PACKAGE = Path(__file__).parent


@cache
def names(folder: str) -> tuple[str, ...]:
    """The members of an extension folder such as "learn/optimizers", sorted, nothing imported."""
    files = (PACKAGE / folder).glob("*.py")
    return tuple(sorted(f.stem for f in files if f.stem not in {"__init__", "base"}))


def module(folder: str, name: str) -> ModuleType:
    """The file of a member, imported."""
    return importlib.import_module(f"render.{folder.replace('/', '.')}.{name}")


@cache
def member(folder: str, name: str) -> type[Any]:
    """The class of a member. Raises KeyError for a name that is neither member nor alias."""
    if name not in names(folder):
        name = _aliases(folder)[name]
    file = module(folder, name)
    stem = "".join(part.capitalize() for part in name.split("_"))
    kind = PurePosixPath(folder).name.removesuffix("s").capitalize()
    cls: type[Any] = getattr(file, stem + kind, None) or getattr(file, stem)
    return cls


def name_of(cls: type[Any]) -> str:
    """The YAML name of a member class: the stem of its file."""
    return cls.__module__.rpartition(".")[2]


@cache
def _aliases(folder: str) -> dict[str, str]:
    """Second names (`gd` for `sgd`), which a member lists in its class attribute `aliases`."""
    return {
        alias: name
        for name in names(folder)
        for alias in getattr(member(folder, name), "aliases", ())
    }
