"""Hashes and sizes of files, the files that a Python file imports, and copies to read instead."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

import xxhash

BLOCK_BYTES = 1 << 20
PACKAGE = Path(__file__).parent


def content(path: Path) -> str:
    """xxh3-128 of a file, or of the names and bytes of a folder's files. Raises OSError."""
    hash_ = xxhash.xxh3_128()
    if path.is_dir():
        for member in sorted(path.iterdir()):
            hash_.update(f"{member.name} {content(member)}\n".encode("utf-8", "surrogateescape"))
        return hash_.hexdigest()
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            hash_.update(block)
    return hash_.hexdigest()


def size(path: Path) -> int:
    """Bytes of a file, or of all files of a folder. Raises OSError."""
    if path.is_dir():
        return sum(size(member) for member in path.iterdir())
    return path.stat().st_size


def content_or_none(path: Path) -> str | None:
    """xxh3-128 of a file or folder; None if it can't be read."""
    try:
        return content(path)
    except OSError:
        return None


def stamp(path: Path) -> tuple[int, int]:
    """A file's bytes and modification time (ns); zeros for a file that doesn't exist."""
    try:
        facts = path.stat()
    except OSError:
        return 0, 0
    return facts.st_size, facts.st_mtime_ns


def with_imports(path: Path) -> list[Path]:
    """A Python file and all that it imports, directly or not, but no installed package."""
    files: dict[Path, None] = {}
    waiting = [path.resolve()]
    while waiting:
        file = waiting.pop()
        if file not in files:
            files[file] = None
            waiting += _beside(file, stamp(file))
    return list(files)


@cache
def _beside(file: Path, stamp: tuple[int, int]) -> tuple[Path, ...]:
    """The files that a Python file imports from its own folder or from the one above."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return ()
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [f"{node.module or ''}.{alias.name}".strip(".") for alias in node.names]
            names += [node.module] if node.module else []
    stems = [os.path.join(*name.split(".")) for name in names]
    tried = [base / f"{stem}.py" for stem in stems for base in (file.parent, file.parent.parent)]
    return tuple(path for path in tried if path.is_file() and PACKAGE not in path.parents)


_copies: ContextVar[Mapping[str, Path] | None] = ContextVar("copies", default=None)


def at_hand(path: Path) -> Path:
    """The copy to read instead of `path` within `using`, else `path` itself."""
    return (_copies.get() or {}).get(os.fspath(path), path)


@contextmanager
def using(copies: Mapping[str, Path]) -> Iterator[None]:
    """Within the block, and in this thread, `at_hand` gives these copies."""
    token = _copies.set(copies)
    try:
        yield
    finally:
        _copies.reset(token)
