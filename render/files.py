"""Opens what is read, and nothing but files; hashes and sizes; imports; copies to read instead."""

from __future__ import annotations

import ast
import errno
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import BinaryIO

import xxhash

BLOCK_BYTES = 1 << 20
MAX_BYTES = 1 << 40  # of a file that is read in pieces; a larger one is a sparse file
MAX_SOURCE_BYTES = 1_000_000  # of a Python file
MAX_DEPTH = 16  # of folders in a folder that is hashed or measured
PACKAGE = Path(__file__).parent


def opened(path: Path, max_bytes: int = MAX_BYTES, streams: bool = False) -> BinaryIO:
    """A file, open to be read. A pipe, a device, a socket or a folder is none.

    Nothing is waited for, and no device is opened, since that alone can change it. `streams` is
    for a path that the user has named: then pipes and devices, which may have no end, are opened
    too. Raises OSError for a file that can't be opened, is none, or has more than `max_bytes`.
    """
    try:
        if not streams:
            _refuse_others(path, os.stat(path), max_bytes)
        # Another file may have taken its name since: without O_NONBLOCK a pipe would be waited
        # for, and without O_NOCTTY a terminal could become the one of this process.
        flags = ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY")
        handle = os.open(path, os.O_RDONLY | sum(getattr(os, name, 0) for name in flags))
    except ValueError as error:  # a zero byte, or a letter that no name of a file can have
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path)) from error
    try:
        if not streams:
            _refuse_others(path, os.fstat(handle), max_bytes)
        elif hasattr(os, "set_blocking"):  # where a pipe has a writer, what it writes is waited for
            os.set_blocking(handle, True)
        return open(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def _refuse_others(path: Path, facts: os.stat_result, max_bytes: int) -> None:
    """Raise OSError for what is no file, or too large."""
    if stat.S_ISDIR(facts.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(facts.st_mode):
        raise OSError(errno.EINVAL, "not a file", str(path))
    if facts.st_size > max_bytes:
        raise OSError(errno.EFBIG, f"larger than {max_bytes:,} bytes", str(path))


def read_bytes(path: Path, max_bytes: int) -> bytes:
    """All bytes of a file. Raises OSError, also for what is no file and for a larger one.

    Files of the system, as in /proc, have a size of 0 and may have any content.
    """
    data = bytearray()
    with opened(path, max_bytes) as file:
        # `read(count)` takes memory for that many bytes at once, however small the file is.
        while block := file.read(min(BLOCK_BYTES, max_bytes + 1 - len(data))):
            data += block
    if len(data) > max_bytes:
        raise OSError(errno.EFBIG, f"larger than {max_bytes:,} bytes", str(path))
    return bytes(data)


def content(path: Path, depth: int = MAX_DEPTH) -> str:
    """xxh3-128 of a file, or of the names and bytes of a folder's files.

    Raises OSError, also for more than `depth` folders in one another: a link may lead back.
    """
    hash_ = xxhash.xxh3_128()
    if path.is_dir():
        for member in _members(path, depth):
            line = f"{member.name} {content(member, depth - 1)}\n"
            hash_.update(line.encode("utf-8", "surrogateescape"))
        return hash_.hexdigest()
    with opened(path) as file:
        while block := file.read(BLOCK_BYTES):
            hash_.update(block)
    return hash_.hexdigest()


def size(path: Path, depth: int = MAX_DEPTH) -> int:
    """Bytes of a file, or of all files of a folder. Raises OSError, as `content` does."""
    if path.is_dir():
        return sum(size(member, depth - 1) for member in _members(path, depth))
    return path.stat().st_size


def _members(folder: Path, depth: int) -> list[Path]:
    """What is in a folder, sorted. Raises OSError, also for a link: it may lead anywhere."""
    if depth < 0 or folder.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(folder))
    return sorted(folder.iterdir())


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
    except (OSError, ValueError):  # a zero byte in a name
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
        tree = ast.parse(read_bytes(file, MAX_SOURCE_BYTES))
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
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
