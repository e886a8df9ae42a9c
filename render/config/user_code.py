"""Runs a Python file that a config names, and says where in it an exception was raised."""

from __future__ import annotations

import importlib.util
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
)
from pathlib import Path
from types import ModuleType
from typing import Any

from render.config.problems import shown
from render.errors import RenderError
from render.files import MAX_SOURCE_BYTES, read_bytes

MAX_MESSAGE_LETTERS = 200  # of the message of an exception
IMPORTING = threading.Lock()  # the path of imports belongs to all threads


def executed(path: Path, name: str) -> ModuleType:
    """The module that a file makes, called `name`; its exceptions are not caught.

    Raises RenderError for a path that is no Python file.
    """
    loader = _SourceLoader(name, str(path))
    file = importlib.util.spec_from_file_location(name, path, loader=loader)
    if file is None:
        raise RenderError(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(file)
    loader.exec_module(module)
    return module


@contextmanager
def beside(folders: Iterable[Path]) -> Iterator[None]:
    """Within the block a file can import others of these folders; afterwards they are forgotten.

    So that a later film, for which they may have been changed, reads them again.
    """
    homes = [folder.resolve() for folder in dict.fromkeys(folders)]

    def below(path: str) -> bool:
        return not {Path(path), *Path(path).parents}.isdisjoint(homes)

    def finder(path: str) -> FileFinder:
        if not below(path):
            raise ImportError("not of these folders", path=path)
        return FileFinder(
            path, (ExtensionFileLoader, EXTENSION_SUFFIXES), (_SourceLoader, SOURCE_SUFFIXES)
        )

    with IMPORTING:
        before, path = {*sys.modules}, [*sys.path]
        _forget_finders(below)
        sys.path[:0] = map(str, homes)
        sys.path_hooks.insert(0, finder)
        try:
            yield
        finally:
            sys.path[:] = path
            sys.path_hooks.remove(finder)
            _forget_finders(below)
            for name in {*sys.modules} - before:
                if below(getattr(sys.modules[name], "__file__", None) or ""):
                    del sys.modules[name]


def _forget_finders(of: Callable[[str], bool]) -> None:
    """Let the finders of some folders be made anew, by the hooks that there are then."""
    for path in [path for path in [*sys.path_importer_cache] if of(path)]:
        sys.path_importer_cache.pop(path, None)


def code_fault(error: BaseException, path: Path) -> RenderError:
    """What a file's exception was, and at which of its lines."""
    message = shown(" ".join(str(error).split()), MAX_MESSAGE_LETTERS) or "no message"
    return RenderError(f"{path}{_line(error, path)}: {type(error).__name__}: {message}")


def _line(error: BaseException, path: Path) -> str:
    """`:12`, the last line of the file in an exception's traceback; empty if none."""
    if isinstance(error, SyntaxError) and error.filename == str(path) and error.lineno:
        return f":{error.lineno}"
    trace, line = error.__traceback__, ""
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = f":{trace.tb_lineno}"
        trace = trace.tb_next
    return line


class _SourceLoader(SourceFileLoader):
    """Runs the present text of a file.

    Python compares times of files in whole seconds, so it may run the older of two versions that
    were written in one second.
    """

    def get_data(self, path: str) -> bytes:
        return read_bytes(Path(path), MAX_SOURCE_BYTES)

    def path_stats(self, path: str) -> Mapping[str, Any]:
        raise OSError("this loader uses no compiled file")
