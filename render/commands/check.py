"""Check configs without training or drawing anything."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from render.commands.common import selection
from render.commands.common.output import print_json
from render.errors import ConfigError, RenderError

if TYPE_CHECKING:
    from render.config.spec import Spec
    from render.learn.datasets.base import DatasetKind
    from render.recording import Dataset


def arguments(parser: argparse.ArgumentParser) -> None:
    """Configs, the options that change them, and the form of the output."""
    selection.arguments(parser)
    parser.add_argument(
        "--json", action="store_true", help="list the problems on standard output, for programs"
    )


def read_data(specs: Sequence[Spec]) -> list[list[str]]:
    """What is told of the data files that each config reads, as its film will.

    Raises ConfigError with the problems of all of them.
    """
    from render.learn.check import check_data
    from render.learn.tables.table import left_out

    told: list[list[str]] = []
    problems: dict[str, dict[str, Any]] = {}
    for spec in specs:
        dropped: dict[int, None] = {}
        read: dict[DatasetKind, Dataset | None] = {}
        for one in spec.each:
            try:
                if one.dataset not in read:
                    read[one.dataset] = one.dataset.inspect()
                data = read[one.dataset]
                if data is not None and not (one.dataset.noise or one.dataset.outliers):
                    check_data(one, data)
            except RenderError as fault:
                text = f"{spec.path}: {fault}"
                problems.setdefault(text, selection.unplaced(text, str(spec.path)))
                continue
            if data is not None and data.dropped:
                dropped[data.dropped] = None
        told.append([*map(left_out, dropped)])
    if problems:
        raise ConfigError("\n".join(problems), problems.values())
    return told


def run(arguments: argparse.Namespace) -> int:
    """Print `ok` for each config. Raises ConfigError with the problems of all."""
    from render.config.problems import printable

    try:
        specs = selection.specs(arguments)
        told = read_data(specs)
    except ConfigError as error:
        if arguments.json:
            print_json(error.problems or [selection.unplaced(str(error))])
        raise
    if arguments.json:
        print_json([])
    for spec, messages in zip(specs, told, strict=True):
        if not arguments.quiet:
            print(printable("\n  ".join([f"{spec.path}: ok", *messages])), file=sys.stderr)
    return 0
