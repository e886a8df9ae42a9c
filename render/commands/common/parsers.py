"""The commands and their parsers, and the nearest name for a typo."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from render import __version__, registry

DEFAULT = "render"  # the command where none is named
PROGRAM = "python -m render"
PAGES = "build/docs/site"  # the documentation, once `make docs` has built it in a clone


def command(name: str) -> Any:
    """The module of a command."""
    return registry.module("commands", name)


def names() -> tuple[str, ...]:
    """Every command, `render` first."""
    return tuple(sorted(registry.names("commands"), key=lambda name: (name != DEFAULT, name)))


def about(name: str) -> str:
    """A command in one line."""
    return (command(name).__doc__ or "").partition("\n")[0]


class Parser(argparse.ArgumentParser):
    """A parser whose help and errors can be printed anywhere, whatever was typed."""

    def _print_message(self, message: str, file: Any = None) -> None:
        from render.jobs.streams import log, write

        if message and file is sys.stdout:
            write(file, message)
        elif message:
            log(message.removesuffix("\n"))


class Once(argparse._StoreAction):
    """Stores the value of an option, which can be given once: the first would be lost."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        before = getattr(namespace, self.dest, self.default)
        if option_string is not None and before is not self.default and before != values:
            raise argparse.ArgumentError(self, f"is given twice, as {before} and as {values}")
        super().__call__(parser, namespace, values, option_string)


def parser_of(name: str) -> Parser:
    """The parser of a command: its arguments and those that all commands have."""
    default, module = name == DEFAULT, command(name)
    parser = Parser(
        prog=PROGRAM + ("" if default else f" {name}"),
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    vars(parser)["color"] = False  # of Python 3.14: its escape sequences would be escaped
    parser.register("action", None, Once)  # where `add_argument` names no other
    module.arguments(parser)
    parser.epilog = "\n\n".join(
        filter(None, (_commands() if default else "", parser.epilog, _page(name)))
    )
    add = parser.add_argument
    add("--quiet", action="store_true", help="print errors alone")
    add("--debug", action="store_true", help="print the whole traceback of an internal error")
    add("--version", action="version", version=f"descent-film {__version__}")
    parser.set_defaults(refuse=parser.error)  # for errors that only the command can see
    return parser


def parsed(name: str, typed: Sequence[str]) -> argparse.Namespace:
    """The arguments typed for a command; ends the program with status 2 where they are wrong."""
    parser = parser_of(name)
    at = typed.index("--") if "--" in typed else len(typed)
    # Words after "--" are no options; argparse can't mix the two, so a file's name gets a "./".
    files = [f"./{word}" if word.startswith("-") else word for word in typed[at + 1 :]]
    known = options(parser)
    typed = [*(_hyphenated(word, known) for word in typed[:at]), *files]
    arguments, unknown = parser.parse_known_intermixed_args(typed)
    for word in unknown:
        if word.startswith("-"):
            option = word.partition("=")[0]
            parser.error(f"unknown option '{option}'{nearest_hint(option, options(parser))}")
        parser.error(f"'{word}' is one word too many")
    return arguments


def _hyphenated(word: str, known: Sequence[str]) -> str:
    """`--dry_run` as `--dry-run`, if that is an option; every other word as it is."""
    name, equals, value = word.partition("=")
    plain = name.replace("_", "-")
    return plain + equals + value if plain in known else word


def options(parser: argparse.ArgumentParser) -> list[str]:
    """The options of a parser, each by its longest spelling."""
    return [
        max(action.option_strings, key=len) for action in parser._actions if action.option_strings
    ]


def nearest_hint(word: str, known: Iterable[str]) -> str:
    """`; did you mean '--theme'?` when a known name is close, else nothing."""
    import difflib

    plain = {name.strip("-"): name for name in known}
    matches = difflib.get_close_matches(word.strip("-").casefold(), plain, n=1)
    return f"; did you mean '{plain[matches[0]]}'?" if matches else ""


def page_of(name: str) -> str:
    """The page of the documentation that explains a command, with its anchor."""
    return f"reference/commands.html#{name}"


def _page(name: str) -> str:
    """Where more is said about a command."""
    return f"documentation: `make docs` in a clone, then {PAGES}/{page_of(name)}"


def _commands() -> str:
    """The commands, one line each."""
    return "commands:\n" + "\n".join(f"  {name:<10} {about(name)}" for name in names())
