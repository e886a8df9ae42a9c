"""Finds the class of a name in a YAML file, and the name of a class.

A folder is a kind of extension (`learn/optimizers`), and a file is one member:

* `sgd.py` has a class named like the file in CamelCase (`Sgd`). If that word alone means
  something else, the folder's noun follows it: `LossPanel` in draw/panels/loss.py. The class's
  dataclass fields are its YAML options, and its docstring is its description.
* `himmelblau.yaml` is a table of facts. `from_table` in the folder's base.py makes a class of
  it; in a folder without that function every member is Python.

There is no list of the members: a new file is a new member.
"""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path, PurePosixPath
from threading import RLock
from types import ModuleType
from typing import Any

PACKAGE = Path(__file__).parent
NOT_MEMBERS = {"__init__", "base"}
MAKING = RLock()  # two threads must not make two classes from one table


@cache
def names(folder: str) -> tuple[str, ...]:
    """The names of the members of an extension folder such as "learn/optimizers", sorted."""
    files = (file for ending in ("py", "yaml") for file in (PACKAGE / folder).glob(f"*.{ending}"))
    return tuple(sorted({file.stem for file in files} - NOT_MEMBERS))


@cache
def member(folder: str, name: str) -> type[Any]:
    """The class of a member.

    Raises KeyError for a name that is neither a member nor an alias, ConfigError for a table
    with mistakes in it, ImportError for a module without the class that it must have.
    """
    if name not in names(folder):
        name = _aliases(folder)[name]
    if _table(folder, name).exists():
        with MAKING:
            return _class_of_table(folder, name)
    return _class_of_module_name(folder, name)


def module(folder: str, name: str) -> ModuleType:
    """The Python file of a member, imported."""
    return importlib.import_module(_module_name(folder, name))


def name_of(cls: type[Any]) -> str:
    """The YAML name of a member class: the stem of its file."""
    return cls.__module__.rpartition(".")[2]


def noun(folder: str) -> str:
    """The word for a member of a folder: `panel` in draw/panels, `loss` in learn/losses."""
    plural = PurePosixPath(folder).name
    return plural.removesuffix("es" if plural.endswith("sses") else "s")


def _class_of_module_name(folder: str, name: str) -> type[Any]:
    file, word = module(folder, name), _camel_case(name)
    for class_name in (word + _camel_case(noun(folder)), word):
        cls = getattr(file, class_name, None)
        if isinstance(cls, type) and cls.__module__ == file.__name__:
            return cls
    expected = f"{word} or {word}{_camel_case(noun(folder))}"
    raise ImportError(f"{file.__file__}: expected a class {expected}, found none")


@cache
def _class_of_table(folder: str, name: str) -> type[Any]:
    """The class that a table describes, under the name that a Python file would give it."""
    cls: Any = module(folder, "base").from_table(_table(folder, name))
    cls.__module__ = _module_name(folder, name)
    cls.__name__ = cls.__qualname__ = _camel_case(name)
    # Pickle looks classes up in their modules, and this one has no module.
    cls.__reduce__ = lambda self: (_made_again, (folder, name, vars(self)))
    return cls


def _made_again(folder: str, name: str, options: dict[str, Any]) -> Any:
    return member(folder, name)(**options)


def _table(folder: str, name: str) -> Path:
    return PACKAGE / folder / f"{name}.yaml"


def _module_name(folder: str, name: str) -> str:
    return f"render.{folder.replace('/', '.')}.{name}"


def _camel_case(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


@cache
def _aliases(folder: str) -> dict[str, str]:
    """Second names (`gd` for `sgd`), which a member lists in its class attribute `aliases`."""
    return {
        alias: name
        for name in names(folder)
        for alias in getattr(member(folder, name), "aliases", ())
    }
