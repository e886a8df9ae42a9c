"""Measure how fast films are made, compared with goals, a naive film and the encoder alone.

`python -m tests.benchmark`, or `make benchmark`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from render import __version__
from render.config.problems import shown, unknown
from render.errors import RenderError
from tests.benchmark.films import GOALS, QUICK, Scale
from tests.benchmark.measures import MEASURES, Bench, Sample, Samples, warm_up
from tests.benchmark.report import STAGES_NEED, Measured, stages, table
from tests.benchmark.rows import ROWS, Row

STAGES = "stages"  # what --only calls the second table


def main(argv: Sequence[str] | None = None) -> int:
    """Measure what the arguments ask for; 0 whether the goals are met or not."""
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
    known = [*(row.name for row in ROWS), STAGES]
    names = [name.strip() for text in arguments.only for name in text.split(",")] or known
    for name in names:
        if name not in known:
            print(f"--only {shown(name)}: {unknown('row', name, known)}", file=sys.stderr)
            return 2
    rows = [row for row in ROWS if row.name in names]

    def report(text: str) -> None:
        if not arguments.quiet:
            print(f"benchmark: {text}", file=sys.stderr, flush=True)

    try:
        measured = measure(rows, QUICK if arguments.quick else GOALS, STAGES in names, report)
    except RenderError as error:
        print(f"benchmark: {error}", file=sys.stderr)
        return 1
    if arguments.json:
        print(json.dumps(measured.plain(), indent=2, ensure_ascii=False))
    else:
        print(table(measured))
    return 0


def measure(
    rows: Sequence[Row], scale: Scale, with_stages: bool, report: Callable[[str], None]
) -> Measured:
    """Measure what the rows need, and the stages. Raises RenderError.

    In rounds: everything once, then everything again, so that whatever else the machine does
    affects both sides of a ratio.
    """
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    needed = {name for row in rows for name in row.needs} | set(STAGES_NEED if with_stages else ())
    measures = [m for m in MEASURES if m.name in needed]
    taken: dict[str, list[Sample]] = {m.name: [] for m in measures}
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        bench = Bench(scale, Path(folder))
        report("warming up")
        warm_up(bench)
        for turn in range(scale.rounds):
            for m in measures:
                if turn < m.rounds:
                    report(f"round {turn + 1} of {min(scale.rounds, m.rounds)}: {m.name}")
                    taken[m.name].append(m.take(bench))
        frames = bench.drawn.frames if needed & {"x264", "encoder"} else None
    samples = Samples(scale, taken)
    return Measured(
        machine(),
        load,
        None if frames is None else (frames.differing, len(frames)),
        tuple(replace(row.judge(samples), counts=scale == GOALS) for row in rows),
        stages(samples) if with_stages else (),
    )


def machine() -> str:
    """What it was measured on."""
    cores = os.cpu_count() or 1
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{cores} core{'s' * (cores > 1)}, {system}, descent-film {__version__}"


if __name__ == "__main__":
    sys.exit(main())
