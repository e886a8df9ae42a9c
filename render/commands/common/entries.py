"""A class in, what is listed of it out: its line and its options, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Option:
    """An option of a member, in words."""

    name: str
    default: str
    allowed: str
    about: str


@dataclass(frozen=True)
class Entry:
    """A member: its name, its line, its whole description, its options."""

    name: str
    line: str
    text: str = ""
    options: tuple[Option, ...] = ()
    aliases: tuple[str, ...] = ()


def options_of(cls: type[Any]) -> tuple[Option, ...]:
    """The options that a dataclass has in YAML."""
    from render.config.described import described

    return tuple(
        Option("/".join((one.name, *one.aliases)), _default(one.default), one.allowed, one.about)
        for one in described(cls)
    )


def _default(value: Any) -> str:
    from render.config.described import REQUIRED

    return "(required)" if value is REQUIRED else flow(value)


def flow(value: Any) -> str:
    """A value in a line of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    return str(value) if value != "" else '""'
