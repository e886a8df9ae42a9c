"""What a YAML file in a folder of configs is for: it may be a theme, or another program's."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from render.config.build import KEYS
from render.config.problems import nearest
from render.config.theme import KEYS as THEME
from render.config.theme import LIKE
from render.config.yaml import MAX_BYTES, Unreadable, parse
from render.files import read_bytes

TOP = re.compile(r"^['\"]?([A-Za-z_][\w.-]*)['\"]?[ \t]*:(?=\s|$)", re.MULTILINE)
MAX_KEYS = 100  # that are compared with those of a config


def other_purpose(path: Path) -> str | None:
    """What a file is instead of a config, for a message; None for a config.

    A file is taken for a config, which may have faults, if one key of a config is at its top, or
    one that is spelled almost so, or if it can't be read.
    """
    try:
        text = read_bytes(path, MAX_BYTES).decode("utf-8-sig")
        keys = list(dict.fromkeys(TOP.findall(text))) or _parsed_keys(text)
    except (OSError, ValueError, Unreadable):
        return None
    if keys is None:
        return "no config: it has no keys and values"
    themes = [key for key in keys if key in THEME or key == LIKE]
    others = [key for key in keys if key not in themes]
    if not keys or any(key in KEYS or nearest(key, KEYS) for key in others[:MAX_KEYS]):
        return None
    if themes == ["runs"] or not _is_yaml(text):  # a config has runs too
        return None
    return "a theme, no config" if themes else "no config: none of its keys is one of a config's"


def _is_yaml(text: str) -> bool:
    """Whether another program can read it: aliases and tags, which a config can't have, too."""
    try:
        return all(True for _ in yaml.parse(text))
    except (yaml.YAMLError, RecursionError):
        return False


def _parsed_keys(text: str) -> list[str] | None:
    """The keys at the top, where they don't begin a line; None where there can be none."""
    root, _ = parse(text)
    if root.value is None:  # an empty file
        return []
    return list(root.entries) if isinstance(root.value, dict) else None
