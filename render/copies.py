"""The path of a file that a film reads in, the file to read out: that, or a copy of it.

A film that is made on another machine brings copies of what it reads beside its config.
Errors and manifests go on naming the original.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

_copies: ContextVar[Mapping[str, Path] | None] = ContextVar("copies", default=None)


def at_hand(path: Path) -> Path:
    """Where to read what `path` names, spelled as it was when the copy was made."""
    return (_copies.get() or {}).get(os.fspath(path), path)


@contextmanager
def using(copies: Mapping[str, Path]) -> Iterator[None]:
    """Within, and in this thread, these copies are read."""
    token = _copies.set(copies)
    try:
        yield
    finally:
        _copies.reset(token)
