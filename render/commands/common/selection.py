"""The configs a command works on, and what of them the command line changes."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from render.errors import ConfigError

if TYPE_CHECKING:
    from render.config.spec import Spec


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take configs and the options that change them."""
    add = parser.add_argument
    add("configs", nargs="*", metavar="CONFIG", help="a YAML file, or a folder of them; -: stdin")
    add("--all", action="store_true", help="everything in configs/")
    add("--draft", action="store_true", help="small and coarse: 854x480 at 15 fps")
    add("--for", metavar="TARGET", help="size, rate and formats that suit github, slides, x …")
    add("--theme", metavar="NAME", help="film.theme")
    add("--size", metavar="WxH", help="film.size in pixels: 1280x720")
    add("--fps", metavar="N", help="film.fps, frames per second")
    add("--seed", metavar="N", help="seed of the noise")
    add("--frames", metavar="A-B", help="film.frames, a part of the film: 0-59 is the first 60")
    add("--set", action="append", default=[], metavar="KEY=VALUE", help="any key: optimizer.lr=0.3")


def specs(arguments: argparse.Namespace) -> list[Spec]:
    """Every config, loaded. Raises ConfigError with the problems of all of them."""
    found: list[Spec] = []
    refused: dict[str, list[str]] = {}  # a wrong option is wrong for many configs: told once
    problems: list[dict[str, Any]] = []
    chosen = paths(arguments)
    for path, spec in zip(chosen, _loaded(chosen, arguments), strict=True):
        if not isinstance(spec, ConfigError):
            found.append(spec)
            continue
        refused.setdefault(str(spec), []).append(str(path))
        problems += spec.problems or [unplaced(str(spec), str(path))]
    if refused:
        told = (_told(text, files, len(chosen)) for text, files in refused.items())
        raise ConfigError("\n".join(told), problems)
    return found


def paths(arguments: argparse.Namespace) -> list[Path]:
    """The files of the configs. Raises ConfigError for a folder without any."""
    if not arguments.configs and not arguments.all:
        arguments.refuse(
            "which config? configs/slope.yaml, for example, or --all for all of configs/"
        )
    from render.jobs.plan import collect_configs

    return collect_configs([*arguments.configs, *["configs"] * arguments.all])


def one(path: Path, arguments: argparse.Namespace) -> Spec:
    """A config with the changes. Raises ConfigError."""
    from render.config.load import load
    from render.config.yaml import STDIN, piped

    text = piped() if path is STDIN else None
    return load(path, arguments.set, options(arguments), text)


def options(arguments: argparse.Namespace) -> Mapping[str, str]:
    """What changes a config, by its name; --set apart."""
    from render.config.layers import NAMED, OPTION, ROUGH

    given = {name: getattr(arguments, name) for name in (OPTION, *NAMED)}
    given = {name: text for name, text in given.items() if text is not None}
    if given.get("theme", "").lower().endswith((".yaml", ".yml")):
        given["theme"] = os.path.abspath(given["theme"])  # as one types it, not beside the config
    return {ROUGH: "", **given} if arguments.draft else given


def unplaced(text: str, file: str | None = None) -> dict[str, Any]:
    """A problem that no line is to blame for, for programs."""
    message = text if file is None else text.removeprefix(f"{file}: ")
    nowhere = dict.fromkeys(("line", "column", "option", "key"))
    return {"file": file, **nowhere, "message": message}


def _loaded(paths: Sequence[Path], arguments: argparse.Namespace) -> Iterator[Spec | ConfigError]:
    for path in paths:
        try:
            yield one(path, arguments)
        except ConfigError as error:
            yield error


def _told(text: str, files: Sequence[str], total: int) -> str:
    """Problems of options alone don't name a file: say for which configs they arise."""
    by_option = text.startswith("--")
    return f"{text}\n  in {', '.join(files)}" if by_option and 0 < len(files) < total else text
