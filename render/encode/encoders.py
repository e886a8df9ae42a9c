"""What this ffmpeg can encode: nothing in, the names of its encoders out."""

from __future__ import annotations

import subprocess
from functools import cache

from render.encode.ffmpeg import binary
from render.encode.version import PATIENCE_S
from render.errors import EncodeError


@cache
def encoders() -> frozenset[str]:
    """Their names: libx264, gif …. Raises EncodeError when ffmpeg doesn't run."""
    command = [binary(), "-hide_banner", "-encoders"]
    try:
        done = subprocess.run(
            command, capture_output=True, stdin=subprocess.DEVNULL, timeout=PATIENCE_S, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        told = "IMAGEIO_FFMPEG_EXE may name another"
        raise EncodeError(f"can't run ffmpeg ({command[0]}): {error}; {told}") from error
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    # ` V....D libx264   H.264 …`: six letters of what it can, then the name; `=` in the legend.
    words = [line.split() for line in lines if line.startswith(" ")]
    return frozenset(line[1] for line in words if len(line) > 2 and line[1] != "=")
