"""The configs that a command works on, with the changes that its options make to them."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from render.errors import ConfigError

if TYPE_CHECKING:
    from render.config.spec import Spec


class Refusal(ConfigError):
    """The problems of all configs that can't be used, and the message of each file."""

    def __init__(
        self, message: str, problems: Sequence[dict[str, Any]], files: Mapping[Path, str]
    ) -> None:
        super().__init__(message, problems)
        self.files = files


def arguments(parser: argparse.ArgumentParser) -> None:
    """Configs and the options that change them."""
    add = parser.add_argument
    add("configs", nargs="*", metavar="CONFIG", help="a YAML file, or a folder of them; -: stdin")
    add(
        "--all",
        action="store_true",
        help="every config in configs/; without that folder, those that are installed",
    )
    add("--draft", action="store_true", help="small and coarse: 854x480 at 15 fps")
    add("--for", metavar="TARGET", help="size, rate and formats that suit github, slides, x …")
    add("--theme", metavar="NAME", help="theme of the film: night, paper, or your own YAML file")
    add("--size", metavar="WxH", help="size of the film in pixels: 1280x720")
    add("--fps", metavar="N", help="frames per second")
    add("--seed", metavar="N", help="seed of the noise")
    add("--frames", metavar="A-B", help="a part of the film: 0-59 is the first 60 frames")
    add("--set", action="append", default=[], metavar="KEY=VALUE", help="any key: optimizer.lr=0.3")


KEEP_GOING = "--keep-going"


def specs(arguments: argparse.Namespace) -> list[Spec]:
    """Every config, loaded. Raises ConfigError with the problems of all of them."""
    loaded, refusal = loadable(arguments)
    if refusal is not None:
        raise refusal
    return loaded


def loadable(arguments: argparse.Namespace) -> tuple[list[Spec], Refusal | None]:
    """The configs that can be loaded, and the problems of all others, if there are any.

    Raises ConfigError for a folder without configs.
    """
    from render.config.problems import together

    chosen = paths(arguments)
    loaded: list[Spec] = []
    refused: list[tuple[Path, ConfigError]] = []
    for path, spec in zip(chosen, _loaded(chosen, arguments), strict=True):
        if isinstance(spec, ConfigError):
            refused.append((path, spec))
        else:
            loaded.append(spec)
    if not refused:
        return loaded, None
    message, problems = together(refused, len(chosen))
    return loaded, Refusal(message, problems, {path: str(error) for path, error in refused})


def paths(arguments: argparse.Namespace) -> list[Path]:
    """The files of the configs. Raises ConfigError for a folder without any."""
    if not arguments.configs and not arguments.all:
        arguments.refuse(
            "which config? configs/slope.yaml, for example, or --all for all of configs/"
        )
    from render.commands.common.catalogue import LOCAL, SHIPPED
    from render.jobs.plan import collect_configs
    from render.jobs.streams import log

    every = str(LOCAL if LOCAL.is_dir() else SHIPPED)

    def leave_out(path: Path, purpose: str) -> None:
        if not arguments.quiet:
            log(f"left out: {path}: is {purpose}")

    return collect_configs([*arguments.configs, *[every] * arguments.all], leave_out)


def one(path: Path, arguments: argparse.Namespace) -> Spec:
    """A config with the changes. Raises ConfigError."""
    from render.config.load import load
    from render.config.yaml import STDIN, piped

    text = piped() if path is STDIN else None
    return load(path, arguments.set, options(arguments), text)


def options(arguments: argparse.Namespace) -> Mapping[str, str]:
    """The options that change a config, by their names, without --set."""
    from render.config.layers import NAMED, OPTION, ROUGH

    given = {name: getattr(arguments, name) for name in (OPTION, *NAMED)}
    given = {name: text for name, text in given.items() if text is not None}
    if given.get("theme", "").lower().endswith((".yaml", ".yml")):
        # A path is relative to the current folder, where in a config it is to the config's.
        given["theme"] = os.path.abspath(given["theme"])
    return {ROUGH: "", **given} if arguments.draft else given


def check_single(arguments: argparse.Namespace, films: int) -> None:
    """Raise ConfigError where -o names one file and there are several films."""
    if arguments.o and films > 1:
        raise ConfigError(f"-o {arguments.o[0]}: names the file of one film, but there are {films}")


def _loaded(paths: Sequence[Path], arguments: argparse.Namespace) -> Iterator[Spec | ConfigError]:
    for path in paths:
        try:
            yield one(path, arguments)
        except ConfigError as error:
            there = os.path.exists(path)
            yield error if there else ConfigError(f"{error}{_hint(path, str(error))}")


def _hint(path: Path, message: str) -> str:
    """Where a config is that was named without its folder; empty: nowhere, or that is said."""
    from difflib import get_close_matches
    from shlex import quote

    from render.commands.common.catalogue import LOCAL, config_files

    if message != f"{path}: no such file" or path.parent != Path():
        return ""
    known, name = config_files(), path.name.removesuffix(".yaml")
    near = [name] if name in known else get_close_matches(name, known, n=1)
    if not near:
        return ""
    if known[near[0]].parent == LOCAL:
        return f"; did you mean {known[near[0]]}?"
    command = quote(near[0])
    copies = f"`python -m render new {command} --like {command}` copies"
    if near[0] == name:
        return f"; {copies} the installed config of that name"
    return f"; did you mean '{near[0]}', an installed config? {copies} it"
