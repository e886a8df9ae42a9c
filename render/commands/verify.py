"""Make the films of manifests again, and say what is not as they say."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from render.errors import ConfigError, RenderError

MAX_DIFFERENCES = 20  # that are printed


def arguments(parser: argparse.ArgumentParser) -> None:
    """Manifests, and where their config is if it isn't found."""
    add = parser.add_argument
    add("manifests", nargs="+", metavar="MANIFEST", help="outputs/slope.json, for example")
    add("--config", metavar="PATH", help="the config, or its folder, where that has moved")


def run(arguments: argparse.Namespace) -> int:
    """0 when every film is the same, 1 when one isn't, 2 for what is no manifest."""
    statuses = [_verified(Path(name), arguments) for name in arguments.manifests]
    return max(statuses)


def _verified(path: Path, arguments: argparse.Namespace) -> int:
    from render.jobs.progress import choose
    from render.jobs.verify import verify

    config = None if arguments.config is None else Path(arguments.config)
    if config is not None and not config.exists():
        raise ConfigError(f"--config {config}: no such file or folder")
    try:
        with choose(arguments.quiet).film(path.stem) as step:
            found = verify(path, config, step)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    except RenderError as error:
        print(f"{path}: its film can't be made here: {error}", file=sys.stderr)
        return 1
    if not found.same or not arguments.quiet:
        told = [f"  {text}" for text in found.differences[:MAX_DIFFERENCES]]
        if (more := len(found.differences) - MAX_DIFFERENCES) > 0:
            told.append(f"  … and {more} more")
        print("\n".join([f"{path}: {found.found}", *told]))
    return 0 if found.same else 1
