"""Train and draw the films of manifests again, and print what differs."""

from __future__ import annotations

import argparse
from pathlib import Path

from render.commands.common.output import print_text
from render.errors import ConfigError, RenderError

MAX_DIFFERENCES = 20  # that are printed


def arguments(parser: argparse.ArgumentParser) -> None:
    """Manifests, and where their config is if it has moved."""
    add = parser.add_argument
    add("manifests", nargs="+", metavar="MANIFEST", help="outputs/slope.json, for example")
    add("--config", metavar="PATH", help="the config, or its folder, where that has moved")


def run(arguments: argparse.Namespace) -> int:
    """0 when every film is the same, 1 when one isn't, 2 for what is no manifest."""
    return max(_status(Path(name), arguments) for name in arguments.manifests)


def _status(path: Path, arguments: argparse.Namespace) -> int:
    from render.jobs.progress import choose
    from render.jobs.streams import log
    from render.jobs.verify import verify

    config = None if arguments.config is None else Path(arguments.config)
    if config is not None and not config.exists():
        raise ConfigError(f"--config {config}: no such file or folder")
    try:
        with choose(arguments.quiet).film(path.stem) as progress:
            verified = verify(path, config, progress)
    except ConfigError as error:
        hint = "\n  --config PATH names its config, or the folder of it"
        moved = config is None and error.problems  # problems are those of a config
        log(f"{error}{hint if moved else ''}")
        return 2
    except RenderError as error:
        log(f"{path}: its film can't be made here: {error}")
        return 1
    if not verified.same or not arguments.quiet:
        lines = [f"  {text}" for text in verified.differences[:MAX_DIFFERENCES]]
        if (more := len(verified.differences) - MAX_DIFFERENCES) > 0:
            lines.append(f"  … and {more} more")
        print_text("\n".join([f"{path}: {verified.summary}", *lines]))
    return 0 if verified.same else 1
