"""Check configs without training or drawing anything."""

from __future__ import annotations

import argparse
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


def examine(specs: Sequence[Spec]) -> list[list[str]]:
    """What is told of each config: rows left out of its data, captions that never come.

    Whatever can be known to stop a film without training stops here: its scene, its theme and
    formats, its captions, its data. Raises ConfigError with the problems of all configs.
    """
    from render.config.problems import unplaced

    told: list[list[str]] = []
    problems: dict[str, list[dict[str, Any]]] = {}
    for spec in specs:
        remarks, faults = _examined(spec)
        told.append(remarks)
        for fault in faults:
            placed = getattr(fault, "problems", ())
            text = str(fault) if placed else f"{spec.path}: {fault}"
            problems.setdefault(text, [*placed] or [unplaced(text, str(spec.path))])
    if problems:
        raise ConfigError("\n".join(problems), [one for some in problems.values() for one in some])
    return told


def _examined(spec: Spec) -> tuple[list[str], list[RenderError]]:
    """The remarks about a config, and its faults."""
    from render.draw.plan import compose
    from render.draw.vocabulary import label_remarks
    from render.encode.film import undrawable
    from render.learn.tables.table import left_out
    from render.timeline.story import planned

    faults: list[RenderError] = []
    points, dropped = _read(spec, faults)
    story = None
    try:
        composition = compose(spec)
    except RenderError as fault:
        faults.append(fault)
    else:
        faults += undrawable(composition, spec.outputs, points)
        if len(points) == len(spec.each):
            story = planned(spec, composition.scene.beats, points)
    remarks = [*map(left_out, dropped), *(story.remarks() if story else ()), *label_remarks(spec)]
    return remarks, faults


def _read(spec: Spec, faults: list[RenderError]) -> tuple[list[int], list[int]]:
    """How many points each run is trained on, and the numbers of rows that are left out."""
    from render.learn.check import check_data
    from render.timeline.story import planned_points, trained_points

    points: list[int] = []
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
            if str(fault) not in map(str, faults):
                faults.append(fault)
            continue
        if data is not None and data.dropped:
            dropped[data.dropped] = None
        count = planned_points(one) if data is None else trained_points(one, len(data.y))
        points += [] if count is None else [count]
    return points, [*dropped]


def run(arguments: argparse.Namespace) -> int:
    """Print `ok` for each config. Raises ConfigError with the problems of all."""
    from render.config.problems import unplaced
    from render.jobs.streams import say_error

    try:
        specs = selection.specs(arguments)
        told = examine(specs)
    except ConfigError as error:
        if arguments.json:
            print_json(error.problems or [unplaced(str(error))])
        raise
    if arguments.json:
        print_json([])
    for spec, messages in zip(specs, told, strict=True):
        if not arguments.quiet:
            say_error("\n  ".join([f"{spec.path}: ok", *messages]))
    return 0
