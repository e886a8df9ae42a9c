"""A film in a process of its own, looked on: NAME FOLDER KEY=VALUE… in, a line of JSON out.

Says how long the training loop took, how long a frame, and how much memory it had at most.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from render.config.load import load
from tests.benchmark.films import config, make


def watched(name: str, folder: Path, sets: Sequence[str]) -> dict[str, float]:
    """Make the MP4 of a fixed film and tell what it cost."""
    from render.learn import loop

    training_s: list[float] = []
    frames_s: list[float] = []

    def step(stage: str, done: int, total: int) -> None:
        if stage == "frames":
            frames_s.append(time.perf_counter())

    loop.train = _timed(loop.train, training_s)  # the film looks it up when it trains
    make(load(config(name), sets), folder, ["mp4"], step)
    facts = {
        "training_s": sum(training_s),
        "frame_s": (frames_s[-1] - frames_s[0]) / (len(frames_s) - 1),
    }
    peak = peak_bytes()
    return facts if peak is None else {**facts, "peak_bytes": peak}


def _timed(function: Callable[..., Any], seconds: list[float]) -> Callable[..., Any]:
    """The same function, which notes how long each call took."""

    def timed(*args: Any, **kwargs: Any) -> Any:
        started_s = time.perf_counter()
        result = function(*args, **kwargs)
        seconds.append(time.perf_counter() - started_s)
        return result

    return timed


def peak_bytes() -> float | None:
    """The most memory this process has had; None where the system doesn't say."""
    status = Path("/proc/self/status")
    if status.is_file():
        # getrusage would count what the parent had when it started us.
        lines = status.read_text().splitlines()
        return next((int(s.split()[1]) * 1024.0 for s in lines if s.startswith("VmHWM:")), None)
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(peak if sys.platform == "darwin" else peak * 1024)


if __name__ == "__main__":
    name, folder, *sets = sys.argv[1:]
    print(json.dumps(watched(name, Path(folder), sets)))
