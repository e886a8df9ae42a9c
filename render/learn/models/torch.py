"""A network of your own: a class or a function in a Python file beside the config."""

from __future__ import annotations

import ast
import copy
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field

from render.config.problems import shown, unknown
from render.config.user_code import beside, code_fault, executed
from render.errors import RenderError
from render.files import MAX_SOURCE_BYTES, at_hand, read_bytes, with_imports
from render.learn.models.base import InitialSeed, Network
from render.learn.notation import call

Text = Annotated[str, Field(strict=True, min_length=1, max_length=200)]
# Statements at the top of a file that have others in them.
NESTS = (ast.If, ast.Try, ast.With, ast.For, ast.While)


@dataclass(frozen=True)
class TorchModel(Network):
    """What `name(**options)` in a Python file returns: a torch.nn.Module, trained as it is.

    The file is code: it runs when the film is made, and only because the config names it.
    `check` looks for the name in it and runs nothing. Its outputs are the predictions, or one
    logit for each class, or a single one for two classes.
    """

    file: Annotated[
        Text,
        Field(description="the Python file, relative to the config's folder", examples=["my.py"]),
    ] = "net.py"
    name: Annotated[
        Text,
        Field(
            description="of a class or a function in it that makes a torch.nn.Module",
            examples=["LeNet"],
        ),
    ] = "Net"
    options: Annotated[
        dict[str, Any],
        Field(
            description="what it is called with: {width: 32}",
            examples=[{"width": 32}],
            json_schema_extra={"type": "object", "additionalProperties": {}},
        ),
    ] = field(default_factory=dict)
    seed: InitialSeed = None
    folder: Path = field(default=Path(), init=False, repr=False, compare=False)
    imported: tuple[Path, ...] = field(default=(), init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in ("file", "name"):
            if not getattr(self, name).isprintable():
                raise ValueError(f"{name}: expected one line of text")
        if not self.name.isidentifier():
            raise ValueError(f"name: expected the name of a class, found '{shown(self.name)}'")

    def resolve(self, folder: Path) -> Self:
        """The model for a config in that folder, whose file is parsed and does not run.

        Raises ValueError for a file without such a name, and for options it can't take.
        """
        resolved = copy.copy(self)
        object.__setattr__(resolved, "folder", folder)
        path = resolved.path
        try:
            with warnings.catch_warnings(action="ignore"):  # of odd escapes in the user's texts
                tree = ast.parse(read_bytes(path, MAX_SOURCE_BYTES), str(path))
        except OSError as error:
            raise ValueError(f"file: {path}: can't be read: {error.strerror or error}") from None
        except SyntaxError as error:
            raise ValueError(f"file: {path}:{error.lineno or 1}: {error.msg}") from None
        except (ValueError, RecursionError, MemoryError):  # a zero byte, or too deep for Python
            raise ValueError(f"file: {path}: is no Python") from None
        names = dict(_bound(tree.body))
        if self.name not in names:
            there = [name for name in names if not name.startswith("_")]
            raise ValueError(f"name: {path}: {unknown('class or function', self.name, there)}")
        _check_options(self.name, names[self.name], self.options)
        object.__setattr__(resolved, "imported", tuple(with_imports(path)[1:]))
        return resolved

    @property
    def path(self) -> Path:
        """Where the file is."""
        return at_hand(self.folder / self.file)

    def files(self) -> tuple[Path, ...]:
        """The file, and those beside it that it imports."""
        return (self.path, *dict.fromkeys((*with_imports(self.path)[1:], *self.imported)))

    def shapes(self, inputs: int, outputs: int) -> None:
        return None

    def module(self, inputs: int, outputs: int, seed: int) -> Any:
        import torch

        path = self.path
        folders = [path.parent, *(at_hand(file).parent for file in self.imported)]
        try:
            with torch.random.fork_rng(devices=[]), beside(folders):
                torch.manual_seed(seed if self.seed is None else self.seed)
                make = getattr(executed(path, f"model_{path.stem}"), self.name)
                module = make(**copy.deepcopy(self.options))
        except RenderError:
            raise
        except (Exception, SystemExit) as error:  # SystemExit must not end the program
            raise code_fault(error, path) from error
        if not isinstance(module, torch.nn.Module):
            expected = "must return a torch.nn.Module"
            raise RenderError(f"{path}: {self.name} {expected}, not {type(module).__name__}")
        return module

    def fault(self, error: Exception) -> RenderError:
        return code_fault(error, self.path)

    # In the code panel ---------------------------------------------------------------------

    def torch_imports(self) -> tuple[str, ...]:
        return (f"from {Path(self.file).stem} import {self.name}",)

    def torch_module(self, inputs: int, outputs: int) -> tuple[str, ...]:
        return (f"model = {call(self.name, **self.options)}",)


def _bound(body: Sequence[ast.stmt]) -> Iterator[tuple[str, ast.stmt]]:
    """The names that statements at the top of a file give to anything, and each statement."""
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name.partition(".")[0], node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            inside = (inner for target in targets for inner in ast.walk(target))
            yield from ((inner.id, node) for inner in inside if isinstance(inner, ast.Name))
        elif isinstance(node, NESTS):
            for part in ("body", "orelse", "finalbody"):
                yield from _bound(getattr(node, part, ()))
            for handler in getattr(node, "handlers", ()):
                yield from _bound(handler.body)


def _check_options(name: str, node: ast.stmt, options: dict[str, Any]) -> None:
    """Raise ValueError for options that a function, or a class's own __init__, can't take."""
    made: ast.stmt | None = node
    if isinstance(node, ast.ClassDef):
        made = next((one for label, one in _bound(node.body) if label == "__init__"), None)
    if not isinstance(made, ast.FunctionDef) or made.decorator_list or _decorated(node):
        return
    given = made.args
    named = [argument.arg for argument in (*given.args, *given.kwonlyargs)]
    placed = [argument.arg for argument in (*given.posonlyargs, *given.args)]
    needed = placed[: len(placed) - len(given.defaults)]
    needed += [
        a.arg for a, usual in zip(given.kwonlyargs, given.kw_defaults, strict=True) if usual is None
    ]
    if isinstance(node, ast.ClassDef):  # self
        named, needed = [n for n in named if n != placed[0]], needed[1:]
    for option in options:
        if option not in named and given.kwarg is None:
            raise ValueError(f"options: {unknown(f'option of {name}', option, named)}")
    for option in needed:
        if option not in options:
            raise ValueError(f"options: {name} needs '{option}'")


def _decorated(node: ast.stmt) -> bool:
    """Whether something may change what a name at the top of a file is called with."""
    return bool(getattr(node, "decorator_list", ()))
