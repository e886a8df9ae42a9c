"""A config file in, a draft of what it says out."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from render.config import syntax
from render.config.draft import Draft
from render.config.problems import MOST, Place, Problem, nearest, plainly, report
from render.config.source import Unreadable, parse
from render.errors import ConfigError

LARGEST = 1_000_000  # bytes
STDIN = Path("stdin")  # where a config stands that comes through standard input
PIPED = "<stdin>"  # what it is called


def read(path: Path, text: str | None = None) -> Draft:
    """The draft that a file holds; or a text, which then stands for the file's.

    Raises ConfigError when it can't be read as YAML at all.
    """
    name = PIPED if text is not None and path == STDIN else str(path)
    text = _text(path) if text is None else text
    lines = syntax.split(text)
    try:
        source = parse(text)
        if source.data is None and not source.faults:
            raise Unreadable(Place(1, 1), "the file is empty")
        if not isinstance(source.data, dict) and not source.faults:
            message = "expected keys and values, like 'title: My film'"
            raise Unreadable(source.values[()], message)
    except Unreadable as stop:
        problem = Problem(stop.place, (), stop.message)
        told = report(name, lines, [problem])
        raise ConfigError(told, plainly(name, [problem])) from None
    data = source.data if isinstance(source.data, dict) else {}
    draft = Draft(name, lines, data, {**source.keys}, {**source.values})
    for where, place, message in source.faults[:MOST]:
        draft.problems.append(Problem(place, where, message))
    draft.broken |= source.broken
    if len(source.faults) >= MOST:
        draft.settle()
    return draft


def _at_once(path: str, flags: int) -> int:
    """Open a file without waiting for somebody to write to it, if it is a pipe."""
    found = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    if hasattr(os, "O_NONBLOCK"):
        os.set_blocking(found, True)  # for a writer who is there we do wait
    return found


def _text(path: Path) -> str:
    """The file's text. Raises ConfigError."""
    try:
        with open(path, "rb", opener=_at_once) as file:
            raw = file.read(LARGEST + 1)
    except FileNotFoundError:
        folder = path.parent
        there = [f.name for f in folder.glob("*.y*ml")] if folder.is_dir() else []
        raise ConfigError(f"{path}: no such file{nearest(path.name, there)}") from None
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror}") from None
    return _decoded(raw, str(path))


def piped() -> str:
    """What comes through standard input. Raises ConfigError."""
    try:
        raw = sys.stdin.buffer.read(LARGEST + 1) if sys.stdin else b""
    except OSError as error:
        raise ConfigError(f"{PIPED}: can't be read: {error.strerror}") from None
    return _decoded(raw, PIPED)


def _decoded(raw: bytes, name: str) -> str:
    if len(raw) > LARGEST:
        raise ConfigError(f"{name}: larger than {LARGEST:,} bytes: not a config")
    try:
        return raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = syntax.split(raw[: error.start].decode("utf-8", "replace"))
        place = f"{name}:{len(before)}:{len(before[-1]) + 1}"
        raise ConfigError(f"{place}: not UTF-8: save the file in that encoding") from None
