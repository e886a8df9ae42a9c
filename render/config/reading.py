"""A config file in, a draft of what it says out."""

from __future__ import annotations

from pathlib import Path

from render.config import syntax
from render.config.draft import Draft
from render.config.problems import MOST, Place, Problem, nearest, report
from render.config.source import Unreadable, parse
from render.errors import ConfigError

LARGEST = 1_000_000  # bytes


def read(path: Path, text: str | None = None) -> Draft:
    """The draft that a file holds; or a text, which then stands for the file's.

    Raises ConfigError when it can't be read as YAML at all.
    """
    name = str(path)
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
        raise ConfigError(report(name, lines, [problem])) from None
    data = source.data if isinstance(source.data, dict) else {}
    draft = Draft(name, lines, data, {**source.keys}, {**source.values})
    for where, place, message in source.faults[:MOST]:
        draft.problems.append(Problem(place, where, message))
    draft.broken |= source.broken
    if len(source.faults) >= MOST:
        draft.settle()
    return draft


def _text(path: Path) -> str:
    """The file's text. Raises ConfigError."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except FileNotFoundError:
        folder = path.parent
        there = [f.name for f in folder.glob("*.y*ml")] if folder.is_dir() else []
        raise ConfigError(f"{path}: no such file{nearest(path.name, there)}") from None
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror}") from None
    if len(raw) > LARGEST:
        raise ConfigError(f"{path}: larger than {LARGEST:,} bytes: not a config")
    try:
        return raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = syntax.split(raw[: error.start].decode("utf-8", "replace"))
        place = f"{path}:{len(before)}:{len(before[-1]) + 1}"
        raise ConfigError(f"{place}: not UTF-8: save the file in that encoding") from None
