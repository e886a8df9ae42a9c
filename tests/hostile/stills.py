"""A process in which everything heavy is imported; each still is made in a fork of it.

So that whatever happens, however long it takes and however much it wants, is one film's.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType

from tests.jobs.commands import environment

LONGEST_S = 60
MOST_BYTES = 1_500_000_000  # more than there was before


class Stills:
    """Makes them: `with Stills() as stills: stills.made(config, "end", "160x90")`."""

    def __enter__(self) -> Stills:
        self._folder = tempfile.TemporaryDirectory()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.hostile.stills"],
            cwd=self._folder.name,
            env={**environment(), "DESCENT_FILM_CACHE": ""},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def made(self, config: Path, at: str, size: str) -> tuple[int, str]:
        """The exit code of `--still`, and its standard error."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        words = [str(config), "--still", at, "--size", size, "--quiet", "-o", "still.png"]
        print(json.dumps(words), file=self._process.stdin, flush=True)
        code, text = json.loads(self._process.stdout.readline())
        return code, text

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate()
        self._folder.cleanup()


def serve() -> None:
    """Make what is asked for on standard input until there is no more."""
    from render.__main__ import main
    from render.jobs.cores import limit_threads

    limit_threads()  # no other thread, or a fork would wait for it
    Path("warm.yaml").write_text("film: {size: [160, 90]}\n")
    assert main(["warm.yaml", "--still", "end", "--quiet", "-o", "warm.png"]) == 0
    for line in sys.stdin:
        log = Path("log")
        pid = os.fork()
        if pid == 0:
            os._exit(_alone(json.loads(line), log))
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        print(json.dumps([code, log.read_text(errors="replace")]), flush=True)


def _alone(words: list[str], log: Path) -> int:
    import resource

    from render.__main__ import main

    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(file, 1)
    os.dup2(file, 2)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    room = pages * os.sysconf("SC_PAGE_SIZE") + MOST_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (room, room))
    signal.alarm(LONGEST_S)
    try:
        return main(words)
    finally:
        sys.stderr.flush()


if __name__ == "__main__":
    serve()
