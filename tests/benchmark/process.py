"""Fresh processes: arguments for Python in, seconds and what was printed out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import render
from render.errors import RenderError

LAST_LINES = 5  # of a failed process's own words


@dataclass(frozen=True)
class Ended:
    """A process that ended well."""

    seconds: float  # from starting it to its end
    printed: str

    def told(self) -> dict[str, Any]:
        """The JSON in its last line."""
        found: dict[str, Any] = json.loads(self.printed.splitlines()[-1])
        return found


def run(*arguments: str | Path) -> Ended:
    """Start Python with these arguments and wait. Raises RenderError for any status but 0."""
    command = [sys.executable, *map(str, arguments)]
    home = str(Path(render.__file__).parent.parent)  # found from wherever one is
    paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    started_s = time.perf_counter()
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", errors="replace", env=environment
    )
    seconds = time.perf_counter() - started_s
    if done.returncode:
        words = "\n    ".join(done.stderr.splitlines()[-LAST_LINES:])
        raise RenderError(f"{_shown(arguments)}: ended with status {done.returncode}:\n    {words}")
    return Ended(seconds, done.stdout)


def _shown(arguments: Sequence[str | Path]) -> str:
    return " ".join(["python", *map(str, arguments)])
