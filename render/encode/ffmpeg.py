"""Starts ffmpeg, passes it raw frames, and checks how it ended. No other module starts it."""

from __future__ import annotations

import contextlib
import errno
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

PIPE_BYTES = 1 << 20  # Linux's default, 64 KiB, wakes both sides 57 times for a 720p frame
TAIL_BYTES = 4096  # of the end of its output that are kept
TAIL_LINES = 8  # of it in a message
FINISH_S = 120.0  # within which it must finish once it has all frames
END_S = 5.0  # within which a process must end that broke the pipe or was killed
READ_S = 1.0  # for what it printed last
ANSWER_S = 10.0  # within which it must print its version or its encoders
_running: set[Ffmpeg] = set()  # processes that this one started and that may still run


def binary() -> str:
    """The path of ffmpeg: $IMAGEIO_FFMPEG_EXE, else the one that comes with imageio-ffmpeg.

    Raises EncodeError, which says how to get one.
    """
    import imageio_ffmpeg  # type: ignore[import-untyped]

    try:
        path: str = imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as error:
        _refuse_shortage()  # it tries each of them, and tells nothing of what the system refused
        raise EncodeError(
            "no ffmpeg found: `pip install --force-reinstall imageio-ffmpeg` brings one,"
            " or set IMAGEIO_FFMPEG_EXE to the path of yours"
        ) from error
    return path


# What the system refuses to any program that is started now, whatever it is called.
SHORT_OF = {errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM}
NEEDED_FILES = 8  # that are open for a moment while a program is started


def _cannot_start(error: OSError, path: str) -> EncodeError:
    """What to tell of an ffmpeg that can't be started."""
    reason = error.strerror or str(error)
    if error.errno in SHORT_OF:
        limit = " (`ulimit -n` shows how many)" if error.errno == errno.EMFILE else ""
        return EncodeError(f"can't start any program, and so no ffmpeg: {reason}{limit}")
    return EncodeError(
        f"can't start ffmpeg ({path}): {reason}; IMAGEIO_FFMPEG_EXE may name another"
    )


def _refuse_shortage() -> None:
    """Raise EncodeError if this process can't open the files that starting a program needs."""
    opened: list[int] = []
    try:
        for _ in range(NEEDED_FILES):
            opened.append(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        raise _cannot_start(error, "ffmpeg") from error
    finally:
        for file in opened:
            os.close(file)


def url(path: Path) -> str:
    """The path in a form that ffmpeg takes literally, whatever characters it has."""
    return f"file:{path.absolute()}"


class Ffmpeg:
    """A running ffmpeg that reads raw frames from its standard input."""

    def __init__(self, arguments: Sequence[str], finish_s: float | None = None) -> None:
        """Start it. `finish_s` replaces FINISH_S."""
        command = [binary(), "-y", "-nostdin", "-hide_banner", "-loglevel", "warning", *arguments]
        # In its own process group: Ctrl-C in the terminal reaches only us, and we end it.
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
            raise _cannot_start(error, command[0]) from error
        _running.add(self)
        assert self._process.stdin is not None
        assert self._process.stderr is not None
        self._stdin = self._process.stdin
        self._finish_s = FINISH_S if finish_s is None else finish_s
        self._tail = bytearray()
        self._reader = threading.Thread(
            target=_keep_tail, args=(self._process.stderr, self._tail), daemon=True
        )
        self._reader.start()
        _widen(self._stdin)

    def write(self, data: memoryview) -> None:
        """Pass it bytes; waits while it is busy. Raises EncodeError when it has ended."""
        try:
            while data:
                data = data[self._stdin.write(data) :]
        except (OSError, ValueError) as error:  # Windows reports a broken pipe as EINVAL
            raise self._ended() from error

    def close(self) -> None:
        """Close its input, and wait until it ends. Raises EncodeError for any status but 0."""
        with contextlib.suppress(OSError):
            self._stdin.close()
        try:
            status = self._process.wait(self._finish_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise EncodeError(
                f"ffmpeg did not finish within {self._finish_s:g} s{self._output()}"
            ) from None
        _running.discard(self)
        if status != 0:
            raise self._ended()
        self._reader.join(READ_S)  # else a film could leave a thread that is just ending

    def kill(self) -> None:
        """End it and the processes that it started at once. Never raises."""
        _running.discard(self)
        if self._process.poll() is not None:
            return  # it has ended, and another process may have its number now
        with contextlib.suppress(OSError):
            # The whole group: a process that it started could keep our pipe open.
            if sys.platform != "win32":
                os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_S)

    def release(self) -> None:
        """Close the pipe of a process that was killed; no thread may be writing to it."""
        with contextlib.suppress(OSError):
            self._stdin.close()

    def _ended(self) -> EncodeError:
        """The error to raise when it ended early or failed."""
        try:
            status = self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self.kill()
            return EncodeError(f"ffmpeg stopped reading frames{self._output()}")
        if status == 0:
            return EncodeError(f"ffmpeg ended before the film did{self._output()}")
        if status < 0:
            name = signal.strsignal(-status)  # names the limit, if one was exceeded
            message = f"ffmpeg was killed by signal {-status} ({name})"
            return EncodeError(message + self._output())
        return EncodeError(f"ffmpeg failed with status {status}{self._output()}")

    def _output(self) -> str:
        """The end of what it printed, to be added to a message."""
        self._reader.join(READ_S)
        lines = [s for s in self._tail.decode("utf-8", "replace").splitlines() if s.strip()]
        return (
            "".join([":", *(f"\n    {line.strip()}" for line in lines[-TAIL_LINES:])])
            if lines
            else ""
        )


def any_runs() -> bool:
    """Whether an ffmpeg runs that this process started."""
    return bool(_running)


def kill_all() -> None:
    """End every ffmpeg that this process started, from any thread. Never raises."""
    for running in tuple(_running):
        running.kill()


def _keep_tail(stream: IO[bytes], tail: bytearray) -> None:
    """Read a stream to its end and keep the last bytes.

    If nothing read it, a process that prints much would wait for ever.
    """
    with stream:
        while chunk := stream.read(1 << 16):
            tail += chunk
            del tail[:-TAIL_BYTES]


def _widen(pipe: IO[bytes]) -> None:
    """Enlarge a pipe, if the system can do that and the user's limit allows it."""
    with contextlib.suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)


@cache
def version() -> str:
    """Its version, such as `7.0.2-static`; `unknown` if it prints none."""
    try:
        text = subprocess.run(
            [binary(), "-version"], capture_output=True, timeout=ANSWER_S, check=True
        ).stdout.decode("utf-8", "replace")
    except (OSError, subprocess.SubprocessError, EncodeError):
        return "unknown"
    words = text.split()
    return words[2] if words[:2] == ["ffmpeg", "version"] and len(words) > 2 else "unknown"


@cache
def encoders() -> frozenset[str]:
    """The names of its encoders: libx264, gif …. Raises EncodeError when ffmpeg doesn't run."""
    command = [binary(), "-hide_banner", "-encoders"]
    try:
        done = subprocess.run(
            command, capture_output=True, stdin=subprocess.DEVNULL, timeout=ANSWER_S, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        if isinstance(error, OSError) and error.errno in SHORT_OF:
            raise _cannot_start(error, command[0]) from error
        hint = "IMAGEIO_FFMPEG_EXE may name another"
        raise EncodeError(f"can't run ffmpeg ({command[0]}): {error}; {hint}") from error
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    # ` V....D libx264   H.264 …`: six letters for its abilities, then the name; `=` in the legend.
    words = [line.split() for line in lines if line.startswith(" ")]
    return frozenset(line[1] for line in words if len(line) > 2 and line[1] != "=")
