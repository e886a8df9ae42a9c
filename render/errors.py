"""The exceptions of this package, whose texts are messages for the user."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class RenderError(Exception):
    """A film could not be made; the text has the stage and the reason. Exit code 1."""


class ConfigError(RenderError):
    """A config or a command line can't be used. Exit code 2.

    The text lists every problem found in one file, each with `file:line:column`,
    the offending line, what is allowed and the nearest name. `problems` are the same as data for
    programs: file, line and column or else the option, key, message.
    """

    def __init__(self, text: str, problems: Iterable[dict[str, Any]] = ()) -> None:
        super().__init__(text)
        self.problems = tuple(problems)


class TruthError(RenderError):
    """The picture would contradict the recording."""


class EncodeError(RenderError):
    """An encoder failed; the text has the last lines that it printed."""
