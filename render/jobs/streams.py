"""Writes to standard output and standard error: whatever a text has in it, wherever they lead.

All that is printed goes through here. What doesn't print, such as the escape sequences of a
terminal in the name of a file, and what the stream's encoding lacks, is escaped. A log that can't
be written any more, because its disk is full or its reader has gone, is given up without a word:
no film is lost for its log. A result that can't be written is an error.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from typing import Any, TextIO

from render.config.problems import printable
from render.errors import RenderError

ENCODING = "PYTHONIOENCODING"  # environment: what the user says about standard streams


class OutputError(RenderError):
    """Standard output, or another place that results go to, can't be written."""


def complete() -> None:
    """Open each standard stream that the caller has closed, on nothing.

    Otherwise the next file that is opened has its number, and is written to by whatever prints.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            nothing = os.open(os.devnull, os.O_RDWR)
            if nothing != number:
                os.dup2(nothing, number)
                os.close(nothing)
            os.set_inheritable(number, True)
    for name, mode in {"stdin": "r", "stdout": "w", "stderr": "w"}.items():
        if getattr(sys, name) is None:
            stream = open(os.devnull, mode, encoding="utf-8")  # noqa: SIM115 — as long as we run
            setattr(sys, name, stream)


def log(text: str, stream: TextIO | None = None) -> None:
    """Print lines about what happens, on standard error if no stream is given. Never raises."""
    with contextlib.suppress(OSError, OutputError):
        _write(sys.stderr if stream is None else stream, printable(text) + "\n")


def say(text: str) -> None:
    """Print a result on standard output. Raises OutputError; BrokenPipeError if nobody reads."""
    _write(_standard_output(), printable(text) + "\n")


def say_error(text: str) -> None:
    """Print a result on standard error. Raises as `say` does."""
    _write(sys.stderr, printable(text) + "\n")


def say_json(value: Any, indent: int | None = None) -> None:
    """Print a value as JSON on standard output. Raises as `say` does.

    In JSON a letter can be spelled `\\u202e`: those that don't print are, and where the encoding
    isn't UTF-8 all that are not ASCII.
    """
    stream = _standard_output()
    text = json.dumps(value, indent=indent, ensure_ascii=not _is_utf8(stream))
    _write(stream, "".join(c if c.isprintable() or c == "\n" else _escaped(c) for c in text) + "\n")


def _escaped(letter: str) -> str:
    """A letter as JSON spells it."""
    units = letter.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def write(stream: TextIO | None, text: str) -> None:
    """Print help and usage, with line ends as they are. Raises as `say` does."""
    _write(_standard_output() if stream is sys.stdout else stream, printable(text))


class Unfailing(io.TextIOBase):
    """A stream for bars, which come from a thread and a library: what fails is left out."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """That of the stream."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    def isatty(self) -> bool:
        """Whether the stream is a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """The number of the stream. Raises OSError if it has none."""
        return self._stream.fileno()

    def write(self, text: str) -> int:
        """Write it, or don't."""
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(_encodable(text, self._stream))
        return len(text)

    def flush(self) -> None:
        """Flush it, or don't."""
        with contextlib.suppress(OSError, ValueError):
            self._stream.flush()


def _standard_output() -> TextIO | None:
    """Standard output in UTF-8, unless its user wants another encoding.

    Into a pipe on Windows it has an encoding without `−`.
    """
    stream = sys.stdout
    if isinstance(stream, io.TextIOWrapper) and not os.environ.get(ENCODING):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    return stream


def _is_utf8(stream: TextIO | None) -> bool:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return encoding.lower().replace("-", "").replace("_", "") == "utf8"


def _encodable(text: str, stream: TextIO) -> str:
    """The text, with what the stream's encoding lacks escaped."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _write(stream: TextIO | None, text: str) -> None:
    if stream is None:  # closed before the program began
        return
    try:
        stream.write(_encodable(text, stream))
        stream.flush()
    except BrokenPipeError:
        _give_up(stream)
        raise
    except (OSError, ValueError) as error:  # ValueError: closed since
        _give_up(stream)
        name = "standard output" if stream is sys.stdout else "standard error"
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise OutputError(f"{name}: can't be written: {reason}") from error


def _give_up(stream: TextIO) -> None:
    """Let the rest of a stream go to nothing; else Python fails at its end too, with status 120."""
    with contextlib.suppress(OSError, ValueError):
        if stream in (sys.stdout, sys.stderr):
            nothing = os.open(os.devnull, os.O_WRONLY)
            try:
                os.dup2(nothing, stream.fileno())
            finally:
                os.close(nothing)
            stream.flush()
