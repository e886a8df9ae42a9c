"""List what a config can name: datasets, models, optimizers, panels, themes, configs …"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from render.commands.common.catalogue import kinds
from render.commands.common.output import columns, print_json, print_text
from render.errors import ConfigError

if TYPE_CHECKING:
    from render.commands.common.catalogue import Entry, Kind, ListedOption


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to list: a kind of names, or one name."""
    add = parser.add_argument
    add("kind", nargs="?", metavar="KIND", help=f"one of {', '.join(kinds())}")
    add("name", nargs="?", metavar="NAME", help="one of them, with its whole description")
    add("--json", action="store_true", help="print JSON, for programs")


def run(arguments: argparse.Namespace) -> int:
    """Print the list. Raises ConfigError for an unknown kind or name."""
    known = kinds()
    if arguments.kind is None:
        return _print_kinds(arguments.json)
    chosen = known.get(arguments.kind)
    if chosen is None:
        raise ConfigError(_unknown_kind(arguments.kind, known))
    names = chosen.names()
    if arguments.name is None:
        entries = [chosen.entry(name) for name in names]
        if arguments.json:
            print_json([asdict(entry) for entry in entries])
        else:
            _print_lines([f"{arguments.kind}, as in {chosen.about}", "", *_all(entries)])
        return 0
    entry = (
        chosen.entry(arguments.name)
        if arguments.name in chosen.more
        else next(
            (e for e in map(chosen.entry, names) if arguments.name in (e.name, *e.aliases)), None
        )
    )
    if entry is None:
        also = (*names, *chosen.more)
        raise ConfigError(_unknown("name", arguments.name, also, f" among the {arguments.kind}"))
    if arguments.json:
        print_json(asdict(entry))
    else:
        _print_lines(_details(entry))
    return 0


def _print_lines(lines: Sequence[str]) -> None:
    print_text("\n".join(lines))


def _print_kinds(as_json: bool) -> int:
    """Print the kinds, each with its first names."""
    if as_json:
        print_json(
            {name: {"about": k.about, "names": list(k.names())} for name, k in kinds().items()}
        )
        return 0
    rows = [(name, kind.about, _few(kind.names())) for name, kind in kinds().items()]
    _print_lines([*columns(rows, widest=50), "", "python -m render list KIND, or list KIND NAME"])
    return 0


def _few(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 6 else f"{', '.join(names[:4])} … {len(names)} in all"


def _all(entries: Sequence[Entry]) -> list[str]:
    """Each entry with its line and its options; at the end, once, the options that all have."""
    first = entries[0].options
    shared = [o for o in first if len(entries) > 1 and all(o in e.options for e in entries)]
    others = [[option for option in entry.options if option not in shared] for entry in entries]
    if not any((*others, shared)):
        return columns([(_name(entry), entry.line) for entry in entries])
    aligned = iter(_options([option for options in (*others, shared) for option in options]))
    lines: list[str] = []
    for entry, options in zip(entries, others, strict=True):
        lines += [f"{_name(entry)}: {entry.line}", *(next(aligned) for _ in options)]
    return [*lines, "each of them has", *aligned] if shared else lines


def _details(entry: Entry) -> list[str]:
    lines = [_name(entry), "", *entry.text.splitlines()]
    return [*lines, "", *_options(entry.options)] if entry.options else lines


def _name(entry: Entry) -> str:
    return f"{entry.name} ({', '.join(entry.aliases)})" if entry.aliases else entry.name


def _options(options: Sequence[ListedOption]) -> list[str]:
    return columns([(o.name, o.default, o.allowed, o.about) for o in options], indent="  ")


def _unknown_kind(typed: str, known: Mapping[str, Kind]) -> str:
    """The message for what is no kind; it may be the name of a member of one."""
    kind = next((kind for kind, there in known.items() if typed in there.names()), None)
    if kind is None:
        return _unknown("kind", typed, tuple(known))
    return f"list: unknown kind '{typed}'; did you mean `list {kind} {typed}`?"


def _unknown(noun: str, name: str, names: Sequence[str], where: str = "") -> str:
    from render.config.problems import nearest, shown

    hint = nearest(name, names) or ";"
    return f"list: unknown {noun} '{shown(name)}'{where}{hint} there are: {', '.join(names)}"
