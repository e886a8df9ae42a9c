"""Small pieces of Markdown and HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from functools import cache
from typing import Any

import yaml

from render.config.schema.document import document

SPECIAL = re.compile(r"([\\*_\[\]#|~^$])")
CODE = re.compile(r"(`[^`]+`)")


def escaped(text: str) -> str:
    """Plain text as Markdown; what is between backticks stays code."""
    parts = CODE.split(text)
    return "".join(p if p.startswith("`") else _plain(p) for p in parts)


def _plain(text: str) -> str:
    return SPECIAL.sub(r"\\\1", html.escape(text, quote=False))


def inline(text: str) -> str:
    """Plain text as HTML; what is between backticks is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))


def prose(text: str) -> str:
    """A docstring as Markdown: paragraphs, with YAML and indented lines as blocks of code."""
    parts = re.split(r"\n\s*\n", text.strip("\n"))
    return "\n\n".join(_paragraph(part) for part in parts)


def _paragraph(part: str) -> str:
    lines = part.splitlines()
    if all(line.startswith("  ") for line in lines):
        return block("yaml", "\n".join(line[2:] for line in lines))
    if is_yaml(part):
        return block("yaml", part)
    if lines[0].lstrip().startswith("- "):
        return "\n".join(escaped(line) for line in lines)
    return escaped(part)


@cache
def sections() -> frozenset[str]:
    """The keys of a config."""
    return frozenset(document()["properties"])


def is_yaml(text: str) -> bool:
    """Whether it is a part of a config."""
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        return False
    return isinstance(value, dict) and value.keys() <= sections()


def block(language: str, text: str) -> str:
    """A block of code."""
    return f"```{language}\n{text.strip(chr(10))}\n```"


class Flow(yaml.SafeDumper):
    """Writes numbers as people do: `1e-10`, and `0.5` without more digits than it has."""

    def ignore_aliases(self, data: Any) -> bool:
        """What is the same twice is written twice."""
        return True


def _number(dumper: Flow, value: float) -> yaml.ScalarNode:
    short = f"{value:g}"
    text = short if float(short) == value else repr(value)
    tag = "int" if text.lstrip("-").isdigit() else "float"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{tag}", text)


Flow.add_representer(float, _number)
Flow.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9.]+(e[-+]?[0-9]+)?$"), list("-+0123456789.")
)


def flow(value: Any) -> str:
    """A value on one line of YAML, as a config may have it."""
    text = yaml.dump(
        value,
        Dumper=Flow,
        default_flow_style=True,
        allow_unicode=True,
        width=10_000,
        sort_keys=False,
    )
    return text.removesuffix("\n").removesuffix("\n...")


def nested(path: Iterable[str], value: Any) -> Any:
    """The mapping in which a value lies at a path; `weight[2]` is a list with two such items."""
    for key in reversed([*path]):
        name, listed, count = key.partition("[")
        value = {name: [value] * int(count.removesuffix("]")) if listed else value}
    return value


def page(title: str, *parts: str, description: str = "") -> str:
    """A page of Markdown."""
    head = f"---\ndescription: {flow(description)}\n---\n\n" if description else ""
    return head + "\n\n".join([f"# {title}", *(part for part in parts if part)]) + "\n"
