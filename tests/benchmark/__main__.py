"""Measure how fast films are made here, against goals, a naive film and the encoder alone.

`python -m tests.benchmark`, or `make benchmark`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from render.errors import ConfigError, RenderError

STAGES = "stages"  # what --only calls the second table


def main(argv: Sequence[str] | None = None) -> int:
    """Measure what the arguments ask for."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark", description=__doc__)
    add = parser.add_argument
    add("--quiet", action="store_true", help="no progress")
    add("--json", action="store_true", help="JSON instead of a table")
    add("--quick", action="store_true", help="small and short films: a first look, not figures")
    add(
        "--only",
        action="append",
        default=[],
        metavar="NAME",
        help="rows to measure instead of all: mp4,orbit; stages are where the time goes",
    )
    arguments = parser.parse_args(argv)
    try:
        return run(arguments)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2


def run(arguments: argparse.Namespace) -> int:
    """Measure and print; 0 whether the goals are met or not. Raises ConfigError."""
    from tests.benchmark.rows import ROWS
    from tests.benchmark.run import measure
    from tests.benchmark.scale import GOALS, QUICK
    from tests.benchmark.table import table

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


if __name__ == "__main__":
    sys.exit(main())
