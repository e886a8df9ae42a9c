"""Print a script by which a shell completes commands, options, names and configs.

The scripts are ours, not argcomplete's (3.7, Apache-2.0): for `python -m render` it has no hook
in fish, where it would offer our options after every `python`, and in bash and zsh it takes the
place of the whole shell's default completion. It also starts Python at each TAB, 110 ms where a
script of ours takes 0.5 ms.
"""

from __future__ import annotations

import argparse

from render import registry
from render.commands.common.output import print_text
from render.errors import ConfigError

SHELLS = "commands/common/shells"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which shell."""
    parser.add_argument("shell", nargs="?", metavar="SHELL", help=", ".join(registry.names(SHELLS)))
    parser.description = (__doc__ or "").partition("\n")[0]
    parser.epilog = "The script's first lines say where it goes."


def run(arguments: argparse.Namespace) -> int:
    """Print it. Raises ConfigError for a shell that there is no script for."""
    from render.commands.common.shells.base import commands
    from render.config.problems import shown, unknown

    names = registry.names(SHELLS)
    if arguments.shell is None:
        arguments.refuse(f"which shell? one of {', '.join(names)}")
    if arguments.shell not in names:
        raise ConfigError(
            f"completion {shown(arguments.shell)}: {unknown('shell', arguments.shell, names)}"
        )
    shell = registry.module(SHELLS, arguments.shell)
    print_text(shell.script(commands()).rstrip("\n"))
    return 0
