"""Print the JSON Schema of the config, by which editors complete and explain."""

from __future__ import annotations

import argparse

from render.commands.common.output import print_text


def arguments(parser: argparse.ArgumentParser) -> None:
    """None but those of every command."""
    parser.epilog = (
        "The shipped copy is configs/scene.schema.json, named in each config's first line."
    )


def run(arguments: argparse.Namespace) -> int:
    """Print it."""
    from render.config.schema.document import written

    print_text(written().rstrip("\n"))
    return 0
