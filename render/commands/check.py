"""Check configs without training or drawing anything."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from render.commands.common import selection
from render.commands.common.output import print_json
from render.errors import ConfigError, RenderError

if TYPE_CHECKING:
    from render.config.spec import Spec


def arguments(parser: argparse.ArgumentParser) -> None:
    """Configs, the options that change them, and the form of the output."""
    selection.arguments(parser)
    parser.add_argument(
        "--json", action="store_true", help="list the problems on standard output, for programs"
    )


def read_data(specs: Sequence[Spec]) -> list[list[str]]:
    """What is told of the data files that each config reads, as its film will.

    Raises ConfigError with the problems of all of them.
    """
    from render.learn.csv_table import left_out

    told: list[list[str]] = []
    problems: dict[str, dict[str, Any]] = {}
    for spec in specs:
        messages: dict[str, None] = {}
        for one in dict.fromkeys(each.dataset for each in spec.each if each.dataset.files()):
            try:
                dropped = one.inspect()
            except RenderError as fault:
                text = f"{spec.path}: {fault}"
                problems.setdefault(text, selection.unplaced(text, str(spec.path)))
                continue
            if dropped:
                messages[left_out(dropped)] = None
        told.append([*messages])
    if problems:
        raise ConfigError("\n".join(problems), problems.values())
    return told


def run(arguments: argparse.Namespace) -> int:
    """Print `ok` for each config. Raises ConfigError with the problems of all."""
    from render.config.problems import printable

    try:
        specs = selection.specs(arguments)
        told = read_data(specs)
    except ConfigError as error:
        if arguments.json:
            print_json(error.problems or [selection.unplaced(str(error))])
        raise
    if arguments.json:
        print_json([])
    for spec, messages in zip(specs, told, strict=True):
        if not arguments.quiet:
            print(printable("\n  ".join([f"{spec.path}: ok", *messages])), file=sys.stderr)
    return 0
