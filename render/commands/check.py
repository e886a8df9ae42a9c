"""Check configs without training or drawing anything."""

from __future__ import annotations

import argparse
import sys

from render.commands.common import selection


def arguments(parser: argparse.ArgumentParser) -> None:
    """Configs, and what changes them."""
    selection.arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Say of each config that it is sound. Raises ConfigError."""
    for spec in selection.specs(arguments):
        if not arguments.quiet:
            print(f"{spec.path}: ok", file=sys.stderr)
    return 0
