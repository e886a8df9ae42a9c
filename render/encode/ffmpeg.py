"""The one place that starts ffmpeg: arguments and raw bytes in, a checked exit status out."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import IO

from render.errors import EncodeError

PIPE_BYTES = 1 << 20  # Linux gives 64 KiB, which wakes both sides 57 times for a 720p frame
TAIL_BYTES = 4096  # how much of its last words is kept
TAIL_LINES = 8  # and shown
PATIENCE_S = 120.0  # how long it may take to finish once it has everything
LAST_WORDS_S = 5.0  # how long a process that broke the pipe or was killed may take to end
_running: set[Ffmpeg] = set()  # those of this process that nobody has seen the end of


def binary() -> str:
    """The path of ffmpeg: $IMAGEIO_FFMPEG_EXE, else the one that imageio-ffmpeg brings.

    Raises EncodeError saying how to get one.
    """
    import imageio_ffmpeg  # type: ignore[import-untyped]

    try:
        found: str = imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as error:
        raise EncodeError(
            "no ffmpeg found: `pip install --force-reinstall imageio-ffmpeg` brings one,"
            " or set IMAGEIO_FFMPEG_EXE to the path of yours"
        ) from error
    return found


def url(path: Path) -> str:
    """The path as ffmpeg takes it literally: no option, protocol or number pattern in it."""
    return f"file:{path.absolute()}"


class Ffmpeg:
    """A running ffmpeg that reads raw frames from its standard input."""

    def __init__(self, arguments: Sequence[str], patience_s: float | None = None) -> None:
        """Start it. `patience_s` is how long it may take to finish, if not PATIENCE_S."""
        command = [binary(), "-y", "-nostdin", "-hide_banner", "-loglevel", "warning", *arguments]
        # A group of its own: Ctrl-C in the terminal reaches us alone, and we end it.
        groups = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
        try:
            self._process = subprocess.Popen(
                command,
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=os.name == "posix",
                creationflags=groups,
            )
        except OSError as error:
            raise EncodeError(
                f"can't start ffmpeg ({command[0]}): {error.strerror or error};"
                " IMAGEIO_FFMPEG_EXE may name another"
            ) from error
        _running.add(self)
        assert self._process.stdin is not None
        assert self._process.stderr is not None
        self._stdin = self._process.stdin
        self._patience_s = PATIENCE_S if patience_s is None else patience_s
        self._tail = bytearray()
        self._drain = threading.Thread(
            target=_keep_tail, args=(self._process.stderr, self._tail), daemon=True
        )
        self._drain.start()
        _widen(self._stdin)

    def write(self, data: memoryview) -> None:
        """Feed it bytes; waits while it is busy. Raises EncodeError when it has gone."""
        try:
            while data:
                data = data[self._stdin.write(data) :]
        except (OSError, ValueError) as error:  # Windows reports a broken pipe as EINVAL
            raise self._gone() from error

    def close(self) -> None:
        """Tell it that this was all, and wait. Raises EncodeError for any status but 0."""
        with contextlib.suppress(OSError):
            self._stdin.close()
        try:
            status = self._process.wait(self._patience_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise EncodeError(
                f"ffmpeg did not finish within {self._patience_s:g} s{self._last_words()}"
            ) from None
        _running.discard(self)
        if status != 0:
            raise self._gone()

    def kill(self) -> None:
        """End it, and whatever it started, at once; never raises."""
        _running.discard(self)
        if self._process.poll() is not None:
            return  # its number may be another's by now
        with contextlib.suppress(OSError):
            # The whole group: a child of its own could keep our pipe open.
            if sys.platform != "win32":
                os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(LAST_WORDS_S)

    def release(self) -> None:
        """Give back the pipe of a process that was killed; nobody may be writing any more."""
        with contextlib.suppress(OSError):
            self._stdin.close()

    def _gone(self) -> EncodeError:
        """What to raise when it stopped early or badly."""
        try:
            status = self._process.wait(LAST_WORDS_S)
        except subprocess.TimeoutExpired:
            self.kill()
            return EncodeError(f"ffmpeg stopped reading frames{self._last_words()}")
        if status == 0:
            return EncodeError(f"ffmpeg ended before the film did{self._last_words()}")
        if status < 0:
            name = signal.strsignal(-status)  # says of a limit which one it was
            told = f"ffmpeg was killed by signal {-status} ({name})"
            return EncodeError(told + self._last_words())
        return EncodeError(f"ffmpeg failed with status {status}{self._last_words()}")

    def _last_words(self) -> str:
        """The end of what it printed, ready to follow a message."""
        self._drain.join(1.0)
        lines = [s for s in self._tail.decode("utf-8", "replace").splitlines() if s.strip()]
        return (
            "".join([":", *(f"\n    {line.strip()}" for line in lines[-TAIL_LINES:])])
            if lines
            else ""
        )


def kill_all() -> None:
    """End every ffmpeg of this process, from any of its threads; never raises."""
    for running in tuple(_running):
        running.kill()


def _keep_tail(stream: IO[bytes], tail: bytearray) -> None:
    """Read a stream to its end, so that a flood can't stop the writer, keeping the last bytes."""
    with stream:
        while chunk := stream.read(1 << 16):
            tail += chunk
            del tail[:-TAIL_BYTES]


def _widen(pipe: IO[bytes]) -> None:
    """Enlarge a pipe where the system can and the user's share of pipe memory allows it."""
    with contextlib.suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)


ANSWER_S = 10.0


@cache
def version() -> str:
    """As it calls itself, `7.0.2-static`; `unknown` where it doesn't say."""
    try:
        said = subprocess.run(
            [binary(), "-version"], capture_output=True, timeout=ANSWER_S, check=True
        ).stdout.decode("utf-8", "replace")
    except (OSError, subprocess.SubprocessError, EncodeError):
        return "unknown"
    words = said.split()
    return words[2] if words[:2] == ["ffmpeg", "version"] and len(words) > 2 else "unknown"


@cache
def encoders() -> frozenset[str]:
    """Their names: libx264, gif …. Raises EncodeError when ffmpeg doesn't run."""
    command = [binary(), "-hide_banner", "-encoders"]
    try:
        done = subprocess.run(
            command, capture_output=True, stdin=subprocess.DEVNULL, timeout=ANSWER_S, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        told = "IMAGEIO_FFMPEG_EXE may name another"
        raise EncodeError(f"can't run ffmpeg ({command[0]}): {error}; {told}") from error
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    # ` V....D libx264   H.264 …`: six letters of what it can, then the name; `=` in the legend.
    words = [line.split() for line in lines if line.startswith(" ")]
    return frozenset(line[1] for line in words if len(line) > 2 and line[1] != "=")
