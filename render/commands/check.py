"""Check configs without training or drawing anything."""

from __future__ import annotations

import argparse
import sys

from render.commands.common import selection
from render.commands.common.output import print_json
from render.errors import ConfigError


def arguments(parser: argparse.ArgumentParser) -> None:
    """Configs, the options that change them, and the form of the output."""
    selection.arguments(parser)
    parser.add_argument(
        "--json", action="store_true", help="list the problems on standard output, for programs"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print `ok` for each config. Raises ConfigError with the problems of all."""
    from render.config.problems import printable

    try:
        specs = selection.specs(arguments)
    except ConfigError as error:
        if arguments.json:
            print_json(error.problems or [selection.unplaced(str(error))])
        raise
    if arguments.json:
        print_json([])
    for spec in specs:
        if not arguments.quiet:
            print(printable(f"{spec.path}: ok"), file=sys.stderr)
    return 0
