"""What was typed after the command in, the config files it means out."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from render.config.reading import STDIN
from render.errors import ConfigError

PIPED = "-"  # standard input
SUFFIXES = (".yaml", ".yml")


def gather(typed: Sequence[str]) -> list[Path]:
    """The files, each once, a folder's in the order of their names.

    A file that doesn't exist stays in: reading it says so. Raises ConfigError for a folder
    without configs.
    """
    found: dict[str, Path] = {}
    for text in typed:
        for path in [STDIN] if text == PIPED else _configs(Path(text)):
            found.setdefault(os.path.abspath(path), path)
    return list(found.values())


def _configs(path: Path) -> list[Path]:
    if not os.path.isdir(path):
        return [path]
    try:
        inside = [f for f in sorted(path.iterdir()) if f.suffix in SUFFIXES and f.is_file()]
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror}") from None
    configs = [f for f in inside if not f.name.startswith(".")]
    if not configs:
        raise ConfigError(f"{path}: no configs in this folder (*.yaml, *.yml)")
    return configs
