"""The configs a command works on, and what of them the command line changes."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from render.errors import ConfigError

if TYPE_CHECKING:
    from render.config.spec import Spec


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take configs and the options that change them."""
    add = parser.add_argument
    add("configs", nargs="*", metavar="CONFIG", help="a YAML file, or a folder of them")
    add("--all", action="store_true", help="everything in configs/")
    add("--theme", metavar="NAME", help="film.theme")
    add("--size", metavar="WxH", help="film.size in pixels: 1280x720")
    add("--fps", metavar="N", help="film.fps, frames per second")
    add("--seed", metavar="N", help="seed of the noise")
    add("--set", action="append", default=[], metavar="KEY=VALUE", help="any key: optimizer.lr=0.3")


def specs(arguments: argparse.Namespace) -> list[Spec]:
    """Every config, loaded. Raises ConfigError with the problems of all of them."""
    if not arguments.configs and not arguments.all:
        arguments.refuse(
            "which config? configs/slope.yaml, for example, or --all for all of configs/"
        )
    from render.batch.gather import gather
    from render.config.load import load
    from render.config.overrides import NAMED

    options = {name: getattr(arguments, name) for name in NAMED}
    given = {name: text for name, text in options.items() if text is not None}
    if given.get("theme", "").lower().endswith((".yaml", ".yml")):
        given["theme"] = os.path.abspath(given["theme"])  # as one types it, not beside the config
    paths = gather([*arguments.configs, *["configs"] * arguments.all])
    found: list[Spec] = []
    refused: dict[str, list[str]] = {}  # a wrong option is wrong for many configs: told once
    for path in paths:
        try:
            found.append(load(path, arguments.set, given))
        except ConfigError as error:
            refused.setdefault(str(error), []).append(str(path))
    if refused:
        raise ConfigError(
            "\n".join(_told(text, files, len(paths)) for text, files in refused.items())
        )
    return found


def _told(text: str, files: Sequence[str], total: int) -> str:
    """Problems of options alone don't name a file: say for which configs they arise."""
    by_option = text.startswith("--")
    return f"{text}\n  in {', '.join(files)}" if by_option and 0 < len(files) < total else text
