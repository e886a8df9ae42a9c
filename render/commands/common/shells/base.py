"""What may be typed after which word, read from the commands' parsers: every shell's script.

A shell is a file beside this one with `script(commands)`, which returns the shell's text. Names
of configs, themes and scenes are names of files, which can hold any character: a script holds
them quoted, because `eval "$(python -m render completion bash)"` runs all of it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from render import registry
from render.commands.common import catalogue, parsers
from render.commands.common.catalogue import kinds

OWN = {"configs": "configs/*.yaml", "scenes": "scenes/*.py"}  # files of the user's, by kind
CONFIGS, FILES, FOLDERS = "configs", "files", "folders"  # what the shell itself looks for
BY_METAVAR = {"CONFIG": CONFIGS, "FILE": FILES, "DIR": FOLDERS}
# The words that an argument of this name can be, where there is a list of them.
BY_NAME: Mapping[str, Callable[[], Sequence[str]]] = {
    "theme": catalogue.theme_names,
    "format": lambda: registry.names("encode/formats"),
    "kind": lambda: tuple(kinds()),
    "for": catalogue.target_names,
    "still": lambda: ("end", "50%", "steps"),
    "size": lambda: ("1280x720", "1920x1080", "3840x2160", "1080x1080", "1080x1920"),
    "shell": lambda: registry.names("commands/common/shells"),
}


@dataclass(frozen=True)
class Values:
    """What an argument can be: one of some words, or a file of a sort, or anything."""

    words: tuple[str, ...] = ()  # all of them ours
    files: str = ""  # CONFIGS, FILES or FOLDERS
    stems: str = ""  # a pattern, OWN's: names of such files of the user's are words too


@dataclass(frozen=True)
class CommandOption:
    """An option: its spellings, its help, and its value, if it takes one."""

    spellings: tuple[str, ...]
    about: str
    value: Values | None


@dataclass(frozen=True)
class Command:
    """A command: its help, its options, and what its first argument can be."""

    about: str
    options: tuple[CommandOption, ...]
    argument: Values
    following: Mapping[str, Values] = field(default_factory=dict)  # by the word before


def commands() -> dict[str, Command]:
    """Every command by its name."""
    return {name: _command(name) for name in parsers.names()}


def _command(name: str) -> Command:
    actions = parsers.parser_of(name)._actions
    options = tuple(_option(action) for action in actions if action.option_strings)
    arguments = [action for action in actions if not action.option_strings]
    following: dict[str, Values] = {}
    if name == "list":
        following = {word: _listed(word, kind.names()) for word, kind in kinds().items()}
    first = _values(arguments[0]) if arguments else Values()
    return Command(parsers.about(name), options, first, following)


def _listed(kind: str, names: Sequence[str]) -> Values:
    """What `list KIND` can be followed by.

    The user's own files are looked for at TAB, where the user is then, and their names are never
    put into a script.
    """
    if kind not in OWN:
        return Values(tuple(names))
    folder, pattern = catalogue.shipped(kind), OWN[kind]
    there = (file.stem for file in folder.glob(pattern.rpartition("/")[2]))
    return Values(tuple(sorted(set(there) - {"__init__"})), stems=pattern)


def _option(action: argparse.Action) -> CommandOption:
    about = (action.help or "").replace("%%", "%")
    value = None if action.nargs == 0 else _values(action)
    return CommandOption(tuple(action.option_strings), about, value)


def _values(action: argparse.Action) -> Values:
    words = tuple(str(choice) for choice in action.choices or ())
    if not words and action.dest in BY_NAME:
        words = tuple(BY_NAME[action.dest]())
    metavar = action.metavar if isinstance(action.metavar, str) else ""
    return Values(words, "" if words else BY_METAVAR.get(metavar, ""))
