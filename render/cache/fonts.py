"""The text of a film in, the fonts installed here that it may be written in out: mostly none.

Latin, Greek and Cyrillic are written in the house's own font, whatever is installed.
"""

from __future__ import annotations

import os
import re
import sys
from functools import cache
from pathlib import Path

from render.content import stamp

OWN = re.compile("[\u0000-\u052f\u1d00-\u2bff]*")
ENVIRONMENT = {
    "win32": ("WINDIR/Fonts", "LOCALAPPDATA/Microsoft/Windows/Fonts"),
    "darwin": ("HOME/Library/Fonts",),
    "linux": ("XDG_DATA_HOME/fonts", "HOME/.local/share/fonts", "HOME/.fonts"),
}
FIXED = {
    "darwin": ("/System/Library/Fonts", "/Library/Fonts"),
    "linux": ("/usr/share/fonts", "/usr/local/share/fonts"),
}


def needed(text: str) -> list[tuple[str, int]]:
    """Folders of fonts and when each was changed, where the text may need one of them."""
    return [] if OWN.fullmatch(text) else _installed()


@cache
def _installed() -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for folder in _folders():
        found += [(home, stamp(Path(home))[1]) for home, _, _ in os.walk(folder)]
    return sorted(found)


def _folders() -> list[Path]:
    given = [name.partition("/") for name in ENVIRONMENT.get(sys.platform, ())]
    own = [Path(os.environ[base]) / rest for base, _, rest in given if base in os.environ]
    return [*map(Path, FIXED.get(sys.platform, ())), *own]
