"""Measure how fast films are made here, against goals, a naive film and the encoder alone."""

from __future__ import annotations

import argparse
import json
import sys

from render.errors import ConfigError, RenderError

STAGES = "stages"  # what --only calls the second table


def arguments(parser: argparse.ArgumentParser) -> None:
    """How much is measured, and in which form it is told."""
    add = parser.add_argument
    add("--json", action="store_true", help="JSON instead of a table")
    add("--quick", action="store_true", help="small and short films: a first look, not figures")
    add(
        "--only",
        action="append",
        default=[],
        metavar="NAME",
        help="rows to measure instead of all: mp4,orbit; stages are where the time goes",
    )


def run(arguments: argparse.Namespace) -> int:
    """Measure and tell; 0 whether the goals are met or not. Raises ConfigError."""
    from render.benchmark.rows import ROWS
    from render.benchmark.run import measure
    from render.benchmark.scale import GOALS, QUICK
    from render.benchmark.table import table

    known = [*(row.name for row in ROWS), STAGES]
    names = [name.strip() for text in arguments.only for name in text.split(",")] or known
    for name in names:
        if name not in known:
            raise ConfigError(f"--only {_refused(name, known)}")
    rows = [row for row in ROWS if row.name in names]
    scale = QUICK if arguments.quick else GOALS

    def say(text: str) -> None:
        if not arguments.quiet:
            print(f"benchmark: {text}", file=sys.stderr, flush=True)

    try:
        measured = measure(rows, scale, STAGES in names, say)
    except RenderError as error:
        print(f"benchmark: {error}", file=sys.stderr)
        return 1
    if arguments.json:
        print(json.dumps(measured.plain(), indent=2, ensure_ascii=False))
    else:
        print(table(measured))
    return 0


def _refused(name: str, known: list[str]) -> str:
    from render.config.problems import shown, unknown

    return f"{shown(name)}: {unknown('row', name, known)}"
