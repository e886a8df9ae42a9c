"""Rows to measure in, their results and the stages out, taken in rounds."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from render import __version__
from tests.benchmark.measures import MEASURES
from tests.benchmark.measures.warm import warm_up
from tests.benchmark.result import Result
from tests.benchmark.rows import Row
from tests.benchmark.sample import Bench, Sample, Taken
from tests.benchmark.scale import GOALS, Scale
from tests.benchmark.stages import NEEDS, Stage, stages


@dataclass(frozen=True)
class Measured:
    """Everything that one run of the benchmark found."""

    machine: str
    load: float | None  # processes that were running already, on the average of a minute
    differing: tuple[int, int] | None  # frames that aren't the same as the one before, of all
    results: tuple[Result, ...]
    stages: tuple[Stage, ...]

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "machine": self.machine,
            "load": self.load,
            "differing_frames": None if self.differing is None else list(self.differing),
            "rows": [result.plain() for result in self.results],
            "stages": [stage.plain() for stage in self.stages],
        }


def measure(rows: Sequence[Row], scale: Scale, parts: bool, say: Callable[[str], None]) -> Measured:
    """Measure what the rows need, and the stages if `parts`.

    In rounds: everything once, then everything again, so that what else the machine does
    meets both sides of a ratio.
    """
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    wanted = {name for row in rows for name in row.needs} | set(NEEDS if parts else ())
    measures = [m for m in MEASURES if m.name in wanted]
    samples: dict[str, list[Sample]] = {m.name: [] for m in measures}
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        bench = Bench(scale, Path(folder))
        say("warming up")
        warm_up(bench)
        for turn in range(scale.rounds):
            for m in measures:
                if turn < m.rounds:
                    say(f"round {turn + 1} of {min(scale.rounds, m.rounds)}: {m.name}")
                    samples[m.name].append(m.take(bench))
        taken = Taken(scale, samples)
        results = tuple(replace(row.judge(taken), counts=scale == GOALS) for row in rows)
        kept = bench.reel.frames if wanted & {"alone", "encoder"} else None
        found = stages(taken) if parts else ()
    differing = None if kept is None else (kept.differing, len(kept))
    return Measured(machine(), load, differing, results, found)


def machine() -> str:
    """What it was measured on."""
    cores = os.cpu_count() or 1
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{cores} core{'s' * (cores > 1)}, {system}, descent-film {__version__}"
