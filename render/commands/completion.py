"""Print a script by which a shell completes commands, options, names and configs."""

from __future__ import annotations

import argparse
import importlib

from render import registry
from render.commands.common.output import say
from render.errors import ConfigError

SHELLS = "commands/common/shells"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which shell."""
    parser.add_argument("shell", nargs="?", metavar="SHELL", help=", ".join(registry.names(SHELLS)))
    parser.epilog = "The script's first lines say where it goes."


def run(arguments: argparse.Namespace) -> int:
    """Print it. Raises ConfigError for a shell that we have none for."""
    from render.commands.common.grammar import grammar
    from render.config.problems import shown, unknown

    names = registry.names(SHELLS)
    if arguments.shell is None:
        arguments.refuse(f"which shell? one of {', '.join(names)}")
    if arguments.shell not in names:
        raise ConfigError(
            f"completion {shown(arguments.shell)}: {unknown('shell', arguments.shell, names)}"
        )
    shell = importlib.import_module(f"render.{SHELLS.replace('/', '.')}.{arguments.shell}")
    say(shell.script(grammar()).rstrip("\n"))
    return 0
