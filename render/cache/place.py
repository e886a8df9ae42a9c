"""The environment in, the store that a user usually has out."""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path

from render.cache.store import LIMIT_BYTES, Store
from render.errors import ConfigError

FOLDER = "DESCENT_FILM_CACHE"  # environment: where entries are; empty: nowhere
LIMIT = "DESCENT_FILM_CACHE_MB"  # environment: how much of them is kept
NAME = "descent-film"


def usual(reads: bool = True, writes: bool = True) -> Store:
    """The user's store. Raises ConfigError for a limit that is no number."""
    return Store(_folder(), reads, writes, _limit_bytes())


def _folder() -> Path | None:
    given = os.environ.get(FOLDER)
    if given is not None:
        return Path(os.path.abspath(given)) if given else None
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return _platforms(home) / NAME if home.is_dir() else None


def _platforms(home: Path) -> Path:
    """Where programs keep what they can make again."""
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) if local else home / "AppData" / "Local"
    if sys.platform == "darwin":
        return home / "Library" / "Caches"
    given = os.environ.get("XDG_CACHE_HOME", "")
    return Path(given) if os.path.isabs(given) else home / ".cache"


def _limit_bytes() -> int:
    text = os.environ.get(LIMIT)
    if not text:
        return LIMIT_BYTES
    try:
        megabytes = float(text)
    except ValueError:
        megabytes = math.nan
    if not 0 <= megabytes < 1e9:
        raise ConfigError(f"{LIMIT}={text}: expected a number of megabytes, 500 for example")
    return round(megabytes * 1e6)
