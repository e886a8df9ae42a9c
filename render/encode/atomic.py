"""Whole files only: part files beside their targets, moved into place together at the end."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path
from types import TracebackType

from render.encode.part_names import OLD, PART, SWAP, HiddenName, Writer, parsed
from render.encode.swap import (
    LIST_NAME,
    refuse_strangers,
    remove_paths,
    swap,
    undo_abandoned,
)
from render.errors import RenderError

SWAPPED_S = 1.0  # renaming a film's files takes less, unless the disk hangs
_open: dict[Path, Path] = {}  # every part file of this process → its target
_swapping = threading.Lock()  # held while the files of a film are moved into place


class Parts:
    """The part files of one film: `with Parts() as parts: write(parts.beside(target))`.

    At the end of the block all parts are moved into place, or none is: see swap.py. If the
    block ends by an exception, all parts are removed. If the target is a symbolic link, the
    link is replaced; the file that it points at doesn't change.
    """

    def __init__(self) -> None:
        self._writer = Writer.new()
        self._parts: dict[Path, Path] = {}  # target → part

    def __enter__(self) -> Parts:
        return self

    def beside(self, target: Path, folder: bool = False) -> Path:
        """An empty file to write to, in the target's folder, which is made if missing.

        It may be an empty folder, see contents.py. An old folder with any file that no film wrote
        is never replaced. Raises RenderError if there can't be such a file, so that this is
        known before the film is made.
        """
        part = self._writer.hidden(target, PART)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                target.lstat()  # fails now for a name that is too long, not after the film
            if target.is_dir() and not target.is_symlink():
                refuse_strangers(target, target, folder)
            elif folder and os.path.lexists(target):
                raise RenderError(f"can't write {target}: there is a file of that name")
            _open[part] = target
            remove_paths([part])
            part.mkdir() if folder else part.touch()
        except (FileExistsError, NotADirectoryError):
            raise RenderError(f"can't write {target}: {_blocker(target)} is not a folder") from None
        except OSError as error:
            raise RenderError(f"can't write {target}: {error.strerror or error}") from error
        self._parts[target] = part
        return part

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None and self._parts:
                for target, part in self._parts.items():
                    _flush(target, part)
                with _swapping:
                    swap(self._writer, [*self._parts])
        finally:
            remove_paths(self._parts.values())
            for part in self._parts.values():
                _open.pop(part, None)


def scratch_file(part: Path) -> Path:
    """A path beside a part file for a file that is read again and removed before its film ends.

    Its name says whose it is, as the part's does: what an interrupted run leaves is removed.
    """
    hidden = parsed(part)
    writer = hidden.writer if hidden else Writer.new()
    name = f"{final_name(part)}.clip"
    path = writer.hidden(part.with_name(name), PART)
    _open[path] = path
    return path


def remove_scratch(path: Path) -> None:
    """Remove such a file, if it is there."""
    remove_paths([path])
    _open.pop(path, None)


def remove_own_parts() -> None:
    """Remove all parts of this process, which is about to end; any thread may call it.

    If a film's files are being moved into place, this waits until they are; afterwards no file
    can be moved.
    """
    _swapping.acquire(timeout=SWAPPED_S)
    remove_paths(tuple(_open))


def remove_abandoned_parts(folder: Path) -> list[Path]:
    """Remove the files that interrupted runs left in a folder. Returns their paths.

    If a run was interrupted while it replaced a film's files, the old files are put back.
    """
    undone = []
    for path, hidden in _hidden(folder):
        if hidden.kind == SWAP and hidden.writer.has_abandoned(path):
            with contextlib.suppress(OSError, ValueError):
                undo_abandoned(path, hidden.writer)
                undone.append(path)
    left = [path for path, hidden in _hidden(folder) if _is_left(path, hidden)]
    remove_paths(left)
    return [path for path in (*undone, *left) if not os.path.lexists(path)]


def _is_left(path: Path, hidden: HiddenName) -> bool:
    """Whether a hidden file is of no use any more."""
    if hidden.kind == OLD:
        # Its age doesn't matter: a hard link is as old as the film that is being replaced.
        return not os.path.lexists(hidden.writer.hidden(path.with_name(LIST_NAME), SWAP))
    return hidden.kind == PART and hidden.writer.has_abandoned(path)


def _hidden(folder: Path) -> list[tuple[Path, HiddenName]]:
    """The hidden files of any writer in a folder, with the facts in their names."""
    try:
        named = [(path, parsed(path)) for path in sorted(folder.iterdir())]
    except OSError:
        return []
    return [(path, hidden) for path, hidden in named if hidden is not None]


def final_name(part: Path) -> str:
    """The name that a part file will have; the name itself if it isn't a part.

    The name of a part itself can't say it, if it is a long one.
    """
    if part in _open:
        return _open[part].name
    hidden = parsed(part)
    return hidden.name if hidden else part.name


def _blocker(target: Path) -> Path:
    """The nearest existing path above the target: a file where a folder should be."""
    return next(p for p in target.parents if p.exists() or p.is_symlink())


def _flush(target: Path, part: Path) -> None:
    """Make sure that the bytes are on the disk before the name is."""
    if part.is_dir():
        for member in sorted(part.iterdir()):
            _flush(target / member.name, member)
        return
    try:
        with part.open("r+b") as file:
            if not file.seek(0, os.SEEK_END):
                raise RenderError(f"can't write {target}: nothing was written to it")
            os.fsync(file.fileno())
    except OSError as error:
        raise RenderError(f"can't write {target}: {error.strerror or error}") from error
