"""A film studio that makes nothing, in the place of `render.pipeline.make`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from render.results import Output, OutputFile, Report


@dataclass
class Studio:
    """Counts its films; `faults` maps a film's name to what goes wrong with it."""

    faults: dict[str, BaseException] = field(default_factory=dict)
    made: list[tuple[Any, Sequence[OutputFile]]] = field(default_factory=list)

    def make(
        self,
        spec: Any,
        targets: Sequence[OutputFile],
        progress: Any,
        store: Any = None,
        source: Any = None,
        processes: int = 1,
    ) -> Report:
        progress("training", 1, 1)
        for frame in range(1, 101):
            progress("frames", frame, 100)
        if spec.name in self.faults:
            raise self.faults[spec.name]
        self.made.append((spec, targets))
        outputs = [Output(target.path, "mp4", 412_345, (1280, 720), 8.0) for target in targets]
        return Report(spec.name, tuple(outputs), seconds=4.06, message="")


def install(monkeypatch: Any, studio: Studio) -> None:
    """Put the studio in the place of the real one, in this process, where all films are made."""
    monkeypatch.setattr("render.pipeline.make", studio.make)
    monkeypatch.setattr("render.jobs.cores.cores", lambda: 1)
