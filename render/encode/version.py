"""Which ffmpeg it is: nothing in, a version out."""

from __future__ import annotations

import subprocess
from functools import cache

from render.encode.ffmpeg import binary
from render.errors import EncodeError

PATIENCE_S = 10.0


@cache
def version() -> str:
    """As it calls itself, `7.0.2-static`; `unknown` where it doesn't say."""
    try:
        said = subprocess.run(
            [binary(), "-version"], capture_output=True, timeout=PATIENCE_S, check=True
        ).stdout.decode("utf-8", "replace")
    except (OSError, subprocess.SubprocessError, EncodeError):
        return "unknown"
    words = said.split()
    return words[2] if words[:2] == ["ffmpeg", "version"] and len(words) > 2 else "unknown"
