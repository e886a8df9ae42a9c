"""The commands' parsers in, what may be typed after which word out, for the shells to offer."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from render import registry
from render.commands.common import catalogue, parsers
from render.commands.common.catalogue import kinds

CONFIGS, FILES, FOLDERS = "configs", "files", "folders"  # what the shell itself looks for
BY_METAVAR = {"CONFIG": CONFIGS, "FILE": FILES, "DIR": FOLDERS}
# What can stand for an argument of this name, where it is a choice of words.
BY_NAME: Mapping[str, Callable[[], Sequence[str]]] = {
    "theme": catalogue.theme_names,
    "format": lambda: registry.names("encode/formats"),
    "kind": lambda: tuple(kinds()),
    "for": catalogue.names,
    "still": lambda: ("end", "50%", "steps"),
    "size": lambda: ("1280x720", "1920x1080", "3840x2160", "1080x1080", "1080x1920"),
    "shell": lambda: registry.names("commands/common/shells"),
}


@dataclass(frozen=True)
class ValueSlot:
    """What an argument takes: one of some words, or files of a sort, or anything."""

    words: tuple[str, ...] = ()
    files: str = ""


@dataclass(frozen=True)
class Flag:
    """An option: its spellings, its line, and what follows it, if anything does."""

    spellings: tuple[str, ...]
    about: str
    value: ValueSlot | None


@dataclass(frozen=True)
class Verb:
    """A command: its line, its options, what it takes without an option."""

    about: str
    flags: tuple[Flag, ...]
    takes: ValueSlot
    after: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # word → what follows it


def grammar() -> dict[str, Verb]:
    """Every command by its name."""
    return {name: _verb(name) for name in parsers.names()}


def _verb(name: str) -> Verb:
    made = parsers.parser(name)
    flags = tuple(_flag(action) for action in made._actions if action.option_strings)
    loose = [action for action in made._actions if not action.option_strings]
    after = {word: tuple(kind.names()) for word, kind in kinds().items()} if name == "list" else {}
    return Verb(parsers.about(name), flags, _value(loose[0]) if loose else ValueSlot(), after)


def _flag(action: argparse.Action) -> Flag:
    about = (action.help or "").replace("%%", "%")
    value = None if action.nargs == 0 else _value(action)
    return Flag(tuple(action.option_strings), about, value)


def _value(action: argparse.Action) -> ValueSlot:
    words = tuple(str(choice) for choice in action.choices or ())
    if not words and action.dest in BY_NAME:
        words = tuple(BY_NAME[action.dest]())
    metavar = action.metavar if isinstance(action.metavar, str) else ""
    return ValueSlot(words, "" if words else BY_METAVAR.get(metavar, ""))
