"""Check configs without training or drawing anything."""

from __future__ import annotations

import argparse
import sys

from render.commands.common import selection
from render.commands.common.output import say_json
from render.errors import ConfigError


def arguments(parser: argparse.ArgumentParser) -> None:
    """Configs, what changes them, and how problems are told."""
    selection.arguments(parser)
    parser.add_argument(
        "--json", action="store_true", help="list the problems on standard output, for programs"
    )


def run(arguments: argparse.Namespace) -> int:
    """Say of each config that it is sound. Raises ConfigError."""
    from render.config.problems import printable

    try:
        specs = selection.specs(arguments)
    except ConfigError as error:
        if arguments.json:
            say_json(error.problems or [selection.unplaced(str(error))])
        raise
    if arguments.json:
        say_json([])
    for spec in specs:
        if not arguments.quiet:
            print(printable(f"{spec.path}: ok"), file=sys.stderr)
    return 0
