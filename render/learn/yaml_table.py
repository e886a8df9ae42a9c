"""Reads the facts of a member that is a YAML file, as strictly as a config."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from render.config.fields import take
from render.config.yaml import read

Facts = TypeVar("Facts")


def read_table(file: Path, facts: type[Facts]) -> Facts:
    """The keys of a YAML file as a dataclass of that type.

    Raises ConfigError, which names the file, the line and every mistake.
    """
    node, problems = read(file)
    table: Facts = take(problems, node, facts)
    problems.raise_any()
    return table


def docstring(*texts: str) -> str:
    """Texts of a YAML file as the docstring of a class, with a paragraph for each."""
    return "\n\n".join(text.strip() for text in texts)
