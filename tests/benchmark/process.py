"""Processes that are timed: any command, and a film that is observed while it is made.

`python -m tests.benchmark.process NAME FOLDER KEY=VALUE…` makes the MP4 of a fixed film and
prints as JSON how long training took, how long a frame, and the most memory it had.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import render
from render.cache.store import FOLDER
from render.config.load import load
from render.errors import RenderError
from tests.benchmark.films import config, make

PARTS = 10  # of a film whose first frames are compared with its last
LAST_LINES = 5  # of the output of a process that failed


@dataclass(frozen=True)
class Ended:
    """A process that ended without an error."""

    seconds: float  # from starting it to its end
    printed: str

    def facts(self) -> dict[str, Any]:
        """The JSON in the last line that it printed."""
        facts: dict[str, Any] = json.loads(self.printed.splitlines()[-1])
        return facts


def run(*arguments: str | Path, cache: Path | None = None) -> Ended:
    """Start Python with these arguments and wait. Raises RenderError for any status but 0.

    `cache` is the folder of its cache, if not the user's.
    """
    command = [sys.executable, *map(str, arguments)]
    home = str(Path(render.__file__).parent.parent)  # found from any folder
    paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package is compiled
    if cache is not None:
        environment[FOLDER] = str(cache)
    started_s = time.perf_counter()
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", errors="replace", env=environment
    )
    seconds = time.perf_counter() - started_s
    if done.returncode:
        output = "\n    ".join(done.stderr.splitlines()[-LAST_LINES:])
        raise RenderError(
            f"{_shown(arguments)}: ended with status {done.returncode}:\n    {output}"
        )
    return Ended(seconds, done.stdout)


def _shown(arguments: Sequence[str | Path]) -> str:
    return " ".join(["python", *map(str, arguments)])


def observe(name: str, folder: Path, sets: Sequence[str]) -> dict[str, float]:
    """Make the MP4 of a fixed film; what it cost, in seconds and bytes."""
    from render.learn import loop

    training_s: list[float] = []
    frames_s: list[float] = []
    memory: list[float] = []  # at each of PARTS

    def step(stage: str, done: int, total: int) -> None:
        if stage == "frames":
            frames_s.append(time.perf_counter())
            if done * PARTS // total > len(memory) and (now := present_bytes()) is not None:
                memory.append(now)

    loop.train = _timed(loop.train, training_s)  # the pipeline looks it up when it trains
    make(load(config(name), sets), folder, ["mp4"], step)
    facts = {
        "training_s": sum(training_s),
        "frame_s": (frames_s[-1] - frames_s[0]) / (len(frames_s) - 1),
        **growth(frames_s, memory),
    }
    peak = peak_bytes()
    return facts if peak is None else {**facts, "peak_bytes": peak}


def growth(frames_s: Sequence[float], memory: Sequence[float]) -> dict[str, float]:
    """What a frame costs in the second and in the last part of a film, and its memory there.

    `frames_s` is when each frame was done, `memory` the bytes at the end of each part. The first
    part is left out: it fills what is only filled once.
    """
    part = len(frames_s) // PARTS
    facts = {}
    if part > 1:
        early, late = frames_s[part : 2 * part + 1], frames_s[-part - 1 :]
        # The median: a film of minutes is interrupted by whatever else the machine does.
        facts = {
            "early_frame_s": float(np.median(np.diff(early))),
            "late_frame_s": float(np.median(np.diff(late))),
        }
    if len(memory) == PARTS:
        facts |= {"early_bytes": memory[1], "late_bytes": memory[-1]}
    return facts


def _timed(function: Callable[..., Any], seconds: list[float]) -> Callable[..., Any]:
    """The same function, which also adds to `seconds` how long each call took."""

    def timed(*args: Any, **kwargs: Any) -> Any:
        started_s = time.perf_counter()
        result = function(*args, **kwargs)
        seconds.append(time.perf_counter() - started_s)
        return result

    return timed


def present_bytes() -> float | None:
    """The memory that this process has; None where the system doesn't know."""
    return _status_bytes("VmRSS:")


def _status_bytes(name: str) -> float | None:
    status = Path("/proc/self/status")
    if not status.is_file():
        return None
    lines = status.read_text().splitlines()
    return next((int(s.split()[1]) * 1024.0 for s in lines if s.startswith(name)), None)


def peak_bytes() -> float | None:
    """The most memory that this process has had; None where the system doesn't know."""
    # getrusage would count what the parent had when it started us.
    if (peak := _status_bytes("VmHWM:")) is not None:
        return peak
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(peak if sys.platform == "darwin" else peak * 1024)


if __name__ == "__main__":
    name, folder, *sets = sys.argv[1:]
    print(json.dumps(observe(name, Path(folder), sets)))
