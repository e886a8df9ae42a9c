"""Imports Matplotlib where the user's settings of it would make the import fail, or hang.

No picture depends on them (see style.py), so no film should either.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from importlib.util import find_spec
from pathlib import Path

from render.errors import RenderError
from render.files import read_bytes

NAME = "matplotlibrc"
MAX_BYTES = 1_000_000  # of a file of settings


def import_matplotlib() -> None:
    """Import it, if it isn't imported yet. Raises RenderError.

    A backend that doesn't exist is passed over, and a file of settings that can't be read too,
    except in the current folder.
    """
    if "matplotlib" in sys.modules:
        return
    refuse_settings()
    first = _first()
    fault = None if first is None else _fault(first)
    with _environment("MPLBACKEND", None) as backend:
        if fault is None:
            import matplotlib
        else:
            with _environment("MATPLOTLIBRC", _defaults()):
                import matplotlib
    if backend:
        with contextlib.suppress(ValueError):
            matplotlib.rcParams["backend"] = backend
    if (block := _UNDOCUMENTED.get()) is not None:
        _leave_out_words(block)


# The block that runs, of a process of ours; at its end all is as it was.
_UNDOCUMENTED: ContextVar[contextlib.ExitStack | None] = ContextVar("undocumented", default=None)
WORDS = "_update_set_signature_and_docstring"  # unknown to another release, it changes nothing


@contextlib.contextmanager
def undocumented_artists() -> Iterator[None]:
    """A block of a process of ours, in which `import_matplotlib` imports less.

    At its import Matplotlib writes, for each of a hundred kinds of artists, a text about all of its
    properties, which takes a third of the time. In a user's own process `help` shows it; in a
    process that ends with its films nobody reads it.
    """
    with contextlib.ExitStack() as block:
        outer = _UNDOCUMENTED.set(block)
        try:
            yield
        finally:
            _UNDOCUMENTED.reset(outer)


def _leave_out_words(block: contextlib.ExitStack) -> None:
    from matplotlib.artist import Artist

    if (words := vars(Artist).get(WORDS)) is not None:
        setattr(Artist, WORDS, classmethod(lambda cls: None))
        block.callback(setattr, Artist, WORDS, words)


def refuse_settings() -> None:
    """Raise RenderError for a file of settings in the current folder that can't be read.

    Matplotlib looks for one there, whatever it is told. This imports nothing.
    """
    if "matplotlib" in sys.modules or (first := _first()) != Path(NAME):
        return
    if (fault := _fault(first)) is not None:
        raise RenderError(
            f"{first.absolute()}: {fault}, and Matplotlib reads its settings from it: rename it"
        )


def _first() -> Path | None:
    """The file that Matplotlib reads its settings from; None if there is none."""
    return next((path for path in _candidates() if path.exists() and not path.is_dir()), None)


def _candidates() -> Iterator[Path]:
    """Where Matplotlib looks for its settings, in order."""
    yield Path(NAME)
    if named := os.environ.get("MATPLOTLIBRC"):
        yield Path(named)
        yield Path(named) / NAME
    home = os.path.expanduser("~")
    settings = os.environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    own = os.environ.get("MPLCONFIGDIR")
    for folder in [own] if own else [os.path.join(settings, "matplotlib"), f"{home}/.matplotlib"]:
        yield Path(folder) / NAME


def _fault(path: Path) -> str | None:
    """Why a file of settings can't be read; None if it can."""
    try:
        read_bytes(path, MAX_BYTES).decode("utf-8")
    except OSError as error:
        return f"can't be read: {error.strerror or error}"
    except UnicodeDecodeError:
        return "is not UTF-8"
    return None


def _defaults() -> str:
    """The file of settings that comes with Matplotlib."""
    found = find_spec("matplotlib")
    folders = found.submodule_search_locations if found is not None else None
    return os.path.join(folders[0], "mpl-data", NAME) if folders else os.devnull


@contextlib.contextmanager
def _environment(name: str, value: str | None) -> Iterator[str | None]:
    """A variable with another value, or without one, in a block; gives its former value."""
    before = os.environ.pop(name, None)
    if value is not None:
        os.environ[name] = value
    try:
        yield before
    finally:
        os.environ.pop(name, None)
        if before is not None:
            os.environ[name] = before
