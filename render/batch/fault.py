"""An exception in, the line out that a user reads of it."""

from __future__ import annotations

import traceback
from pathlib import Path


def internal(error: Exception, debug: bool) -> str:
    """A fault of ours in one line, or all of it."""
    if debug:
        return "".join(traceback.format_exception(error)).rstrip()
    text = " ".join(str(error).split()) or "no message"
    return f"internal error: {type(error).__name__}: {text} (--debug shows where)"


def of_system(error: OSError) -> str:
    """What the system refused, and of which file."""
    where = f"{Path(error.filename)}: " if isinstance(error.filename, str) else ""
    return f"{where}{error.strerror or error}"
