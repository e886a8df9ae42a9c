"""What can go wrong, as exceptions whose text is what the user reads."""

from __future__ import annotations


class RenderError(Exception):
    """A film could not be made: says at which stage and why. Exit code 1."""


class ConfigError(RenderError):
    """A config or a command line can't be used. Exit code 2.

    The text lists every problem found in one file, each with `file:line:column`,
    the offending line, what is allowed and the nearest name.
    """


class TruthError(RenderError):
    """The picture would contradict the recording."""


class EncodeError(RenderError):
    """An encoder failed; carries the last lines it printed."""
