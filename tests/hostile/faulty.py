"""Runs commands, each in a process of its own, under file systems that fail once.

`python -m tests.hostile.faulty FOLDER` reads a line of JSON for each command from standard
input, and writes one for each result. faults.c, which is preloaded, makes the calls fail.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.jobs.commands import ROOT, environment

SOURCE = Path(__file__).with_name("faults.c")


def built(folder: Path) -> Path | None:
    """The library to preload; None where it can't be built."""
    library = folder / "faults.so"
    command = ["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl"]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except OSError:
        return None
    return library if done.returncode == 0 else None


class Faulty:
    """The process in which torch and Matplotlib are imported, which forks for each command."""

    def __init__(self, library: Path, folder: Path) -> None:
        self._counter = library.with_name("count")
        faults = {"LD_PRELOAD": str(library), "FAULT_COUNT": str(self._counter)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.hostile.faulty", str(folder)],
            cwd=ROOT,
            env={**environment(), **faults},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Faulty:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate(timeout=60)

    def run(
        self, words: Sequence[str], at: int = 0, errno: int = 0, place: str = "/"
    ) -> tuple[int, str, int]:
        """Exit code, standard error, and how many calls a command made in the folder `place`.

        Call number `at` fails; 0: none.
        """
        self._counter.unlink(missing_ok=True)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        job = {"words": [*words], "at": at, "errno": errno, "place": place}
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        code, told = json.loads(self._process.stdout.readline())
        calls = self._counter.stat().st_size if self._counter.exists() else 0
        return code, told, calls


def _serve(folder: Path) -> None:
    """Run the command of each line, as long as there are any."""
    from render.__main__ import main

    answers = os.fdopen(os.dup(1), "w")
    os.chdir(folder)
    _run(main, {"words": ["--help"], "at": 0, "errno": 0, "place": ""})
    import matplotlib.animation  # noqa: F401 — once, for all
    import torch  # noqa: F401

    import render.draw.stage
    import render.learn.loop  # noqa: F401

    for line in sys.stdin:
        answers.write(json.dumps(_run(main, json.loads(line))) + "\n")
        answers.flush()


def _run(main: Any, job: dict[str, Any]) -> tuple[int, str]:
    told = Path("/dev/shm" if os.path.isdir("/dev/shm") else "/tmp") / f"faulty-{os.getpid()}"
    child = os.fork()
    if child == 0:
        file = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, 1)
        os.dup2(file, 2)
        os.environ["FAULT_FOLDER"] = job["place"]
        os.environ["FAULT_ERRNO"] = str(job["errno"])
        if job["at"]:
            os.environ["FAULT_AT"] = str(job["at"])
        code = 99
        with suppress(BaseException):
            code = main(job["words"])
        os.environ["FAULT_FOLDER"] = "nowhere"
        sys.stderr.flush()
        os._exit(code)
    _, status = os.waitpid(child, 0)
    text = told.read_text(encoding="utf-8", errors="replace")
    told.unlink()
    return os.waitstatus_to_exitcode(status), text


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
