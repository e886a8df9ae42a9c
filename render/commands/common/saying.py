"""What a command was asked for in, the same on standard output."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any


def say(text: str) -> None:
    """Print it, in UTF-8 wherever it goes: a pipe on Windows could not hold a `−` otherwise."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
    print(text, flush=True)


def say_json(value: Any) -> None:
    """Print it for a program."""
    say(json.dumps(value, indent=2, ensure_ascii=False))


def say_line(value: Any) -> None:
    """Print it for a program that reads line by line."""
    say(json.dumps(value, ensure_ascii=False))


def columns(rows: Sequence[Sequence[str]], indent: str = "", widest: int = 30) -> list[str]:
    """The rows as lines, their cells under one another, but for the longest ones."""
    count = max((len(row) for row in rows), default=0)
    widths = [
        max((len(row[i]) for row in rows if len(row) > i and len(row[i]) <= widest), default=0)
        for i in range(count)
    ]
    return [
        (indent + "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=False))).rstrip()
        for row in rows
    ]
