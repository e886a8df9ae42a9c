"""The commands and their parsers, and the nearest name for a typo."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import Any

from render import __version__, registry

USUAL = "render"  # the command where none is named
PROGRAM = "python -m render"


def command(name: str) -> Any:
    """The module of a command."""
    return registry.module("commands", name)


def names() -> tuple[str, ...]:
    """Every command, `render` first."""
    return tuple(sorted(registry.names("commands"), key=lambda name: (name != USUAL, name)))


def about(name: str) -> str:
    """A command in one line."""
    return (command(name).__doc__ or "").partition("\n")[0]


def parser(name: str) -> argparse.ArgumentParser:
    """The parser of a command: its arguments and those that all commands have."""
    usual, module = name == USUAL, command(name)
    made = argparse.ArgumentParser(
        prog=PROGRAM + ("" if usual else f" {name}"),
        description=module.__doc__,
        epilog=_epilog() if usual else None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    module.arguments(made)
    add = made.add_argument
    add("--quiet", action="store_true", help="print errors alone")
    add("--debug", action="store_true", help="print the whole traceback of an internal error")
    add("--version", action="version", version=f"descent-film {__version__}")
    made.set_defaults(refuse=made.error)  # for errors that only the command can see
    return made


def parsed(name: str, typed: Sequence[str]) -> argparse.Namespace:
    """The arguments typed for a command; ends the program with status 2 where they are wrong."""
    made = parser(name)
    at = typed.index("--") if "--" in typed else len(typed)
    # Words after "--" are no options; argparse can't mix the two, so a file's name gets a "./".
    files = [f"./{word}" if word.startswith("-") else word for word in typed[at + 1 :]]
    known = options(made)
    typed = [*(_hyphenated(word, known) for word in typed[:at]), *files]
    arguments, unknown = made.parse_known_intermixed_args(typed)
    for word in unknown:
        if word.startswith("-"):
            option = word.partition("=")[0]
            made.error(f"unknown option '{option}'{nearest_hint(option, options(made))}")
        made.error(f"'{word}' is one word too many")
    return arguments


def _hyphenated(word: str, known: Sequence[str]) -> str:
    """`--dry_run` as `--dry-run`, if that is an option; every other word as it is."""
    name, equals, value = word.partition("=")
    plain = name.replace("_", "-")
    return plain + equals + value if plain in known else word


def options(made: argparse.ArgumentParser) -> list[str]:
    """The options of a parser, each by its longest spelling."""
    return [
        max(action.option_strings, key=len) for action in made._actions if action.option_strings
    ]


def nearest_hint(word: str, known: Iterable[str]) -> str:
    """`; did you mean '--theme'?` when a known name is close, else nothing."""
    import difflib

    plain = {name.strip("-"): name for name in known}
    found = difflib.get_close_matches(word.strip("-").casefold(), plain, n=1)
    return f"; did you mean '{plain[found[0]]}'?" if found else ""


def _epilog() -> str:
    """The commands, one line each."""
    return "commands:\n" + "\n".join(f"  {name:<10} {about(name)}" for name in names())
