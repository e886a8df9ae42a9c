"""Turn YAML scenes into animated films of gradient descent."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from render.commands.common import selection
from render.errors import ConfigError

if TYPE_CHECKING:
    from render.timeline.when import When


def arguments(parser: argparse.ArgumentParser) -> None:
    """Configs, what changes them, and which files to make of them."""
    selection.arguments(parser)
    add = parser.add_argument
    add(
        "-o",
        action="append",
        default=[],
        metavar="FILE",
        help="write this file, as its suffix says",
    )
    add(
        "--format",
        action="append",
        default=[],
        metavar="LIST",
        help="formats instead of the config's: mp4,gif",
    )
    add(
        "--still",
        metavar="TIME",
        help="a picture of 2s, 50%%, 'step 3' or end, and no film; steps: one of each step",
    )
    add("--out", default="outputs", metavar="DIR", help="folder of the films (outputs)")
    add("--force", action="store_true", help="render even where nothing changed")


def run(arguments: argparse.Namespace) -> int:
    """Make the films. Raises ConfigError."""
    from render.batch.jobs import Wanted, plan
    from render.batch.progress import choose
    from render.batch.run import run as make

    still = None if arguments.still is None else _time(arguments.still)
    specs = selection.specs(arguments)
    if arguments.o and len(specs) > 1:
        raise ConfigError(
            f"-o {arguments.o[0]}: names the file of one film, but there are {len(specs)}"
        )
    formats = [name.strip() for text in arguments.format for name in text.split(",")]
    files = tuple(arguments.o)
    wanted = Wanted(Path(arguments.out), tuple(dict.fromkeys(formats)), files, still)
    return make(plan(specs, wanted), choose(arguments.quiet), arguments.debug)


def _time(text: str) -> When:
    """The time of a still. Raises ConfigError."""
    from render.config.problems import shown
    from render.timeline.when import EVERY, when

    if text.strip().lower() == str(EVERY):
        return EVERY
    try:
        return when(text)
    except ValueError as fault:
        told = str(fault) if ", found" in str(fault) else f"{fault}; or {EVERY}, for each of them"
        raise ConfigError(f"--still {shown(text)}: {told}") from None
