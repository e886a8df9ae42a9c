"""Replaces all files of a film together, or none of them.

1. A list of what will be replaced, a `.swap` file, is written to each folder concerned.
2. For each file: the old one is kept as `.old`, and the new one takes its name.
3. The lists are removed. From the removal of the first list on, the new files are valid.
   Then the old ones are removed.

The rule for a swap that was interrupted, by an error or by the end of the process: if all of
its lists are there, it is undone; if one is missing, it was finished (or had not begun), and
only hidden files have to be removed.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from render.config.problems import shown
from render.encode.contents import remove_folder, stranger
from render.encode.part_names import OLD, PART, SWAP, Writer, parsed
from render.errors import RenderError
from render.files import read_bytes

LIST_NAME = "descent-film"
MAX_LIST_BYTES = 10_000_000  # 300 bytes for each file of a film
COARSE_S, FINE_S = 2.0, 1e-3  # resolution of times: of FAT, and of most other file systems


@dataclass(frozen=True)
class Entry:
    """A file or folder that a swap replaces."""

    name: str
    replaces: bool  # whether there was a file of that name
    size: int | None  # in bytes, of the new file; None for a folder
    mtime_s: float  # of the new one


@dataclass(frozen=True)
class SwapList:
    """What a swap replaces in one folder."""

    path: Path
    writer: Writer
    folders: tuple[str, ...]  # of all lists of the swap, as seen from this one's
    entries: tuple[Entry, ...]

    def write(self) -> None:
        """Write the list, so that it is on the disk. Raises OSError."""
        text = json.dumps({"folders": self.folders, "files": [asdict(e) for e in self.entries]})
        with self.path.open("x", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())

    @classmethod
    def read(cls, path: Path, writer: Writer) -> SwapList | None:
        """A list from the disk; None if it is missing or was not written to its end.

        Raises OSError, or ValueError for anything but a list of this version of the program.
        """
        try:
            content = json.loads(read_bytes(path, MAX_LIST_BYTES))
        except (FileNotFoundError, json.JSONDecodeError, UnicodeDecodeError):
            return None
        except RecursionError as error:
            raise ValueError(f"{path} is no list of files") from error
        try:
            entries = tuple(Entry(**entry) for entry in content["files"])
            folders = tuple(map(os.fspath, content["folders"]))
            # Only names in the list's own folder are touched, whatever the list contains.
            here = all(_is_name(entry.name) for entry in entries)
        except (KeyError, TypeError) as error:
            raise ValueError(f"{path} is no list of files") from error
        if not here:
            raise ValueError(f"{path} names files of other folders")
        return cls(path, writer, folders, entries)

    def others(self) -> list[Path]:
        """The paths of the other lists of the swap."""
        lists = (self.path.parent / folder / self.path.name for folder in self.folders)
        return [path for path in lists if os.path.realpath(path) != os.path.realpath(self.path)]

    def put_back(self, entry: Entry) -> None:
        """Undo the replacement of one file, if it took place. Raises OSError.

        A file that was written under that name since then by another program stays.
        """
        target, part, old = self._paths(entry)
        if _exists(old):
            if _exists(target) and not os.path.samestat(target.lstat(), old.lstat()):
                if not self._is_new(target, entry):
                    return
                if _is_folder(target):  # a folder with files in it can't be replaced
                    target.replace(part)
            old.replace(target)
            # Renaming one of two hard links of a file to the other leaves both.
            old.unlink(missing_ok=True)
        elif not entry.replaces and self._is_new(target, entry):
            target.replace(part)

    def target(self, entry: Entry) -> Path:
        """The path of an entry."""
        return self.path.with_name(entry.name)

    def old(self, entry: Entry) -> Path:
        """Where an entry's old file is kept during the swap."""
        return self._paths(entry)[2]

    def _paths(self, entry: Entry) -> tuple[Path, Path, Path]:
        target = self.target(entry)
        return target, self.writer.hidden(target, PART), self.writer.hidden(target, OLD)

    def _is_new(self, target: Path, entry: Entry) -> bool:
        """Whether the file of that name is the one that the swap moved there."""
        try:
            facts, owner = target.lstat(), self.path.lstat().st_uid
        except FileNotFoundError:
            return False
        if stat.S_ISLNK(facts.st_mode) or stat.S_ISDIR(facts.st_mode) != (entry.size is None):
            return False
        if facts.st_uid != owner:  # another user's list in a shared folder is not used
            return False
        rounding_s = COARSE_S if facts.st_mtime.is_integer() else FINE_S
        same_time = abs(facts.st_mtime - entry.mtime_s) <= rounding_s
        return same_time and entry.size in (None, facts.st_size)


def swap(writer: Writer, targets: Sequence[Path]) -> None:
    """Move the part of each target to the target's name: all parts, or none.

    A folder is replaced by a folder, and only if a film wrote each file in it. Raises
    RenderError, which names the file that could not be replaced, and those not put back.
    """
    lists = _lists(writer, targets)
    try:
        for each in lists:
            with _writing_to(each.path.parent):
                each.write()
        for target in targets:
            _replace(target, writer)
        with _writing_to(lists[0].path.parent):
            lists[0].path.unlink()
    except BaseException as error:
        new = undo(lists)
        if new:
            there = ", ".join(f"{target} (the old one is {old.name})" for target, old in new)
            reason = str(error) or type(error).__name__
            raise RenderError(
                f"{reason}; and the old files could not be put back, so these are new: {there}"
            ) from error
        raise
    remove(lists)


@contextlib.contextmanager
def _writing_to(folder: Path) -> Iterator[None]:
    """Raise RenderError for an OSError within."""
    try:
        yield
    except OSError as error:
        raise RenderError(f"can't write to {folder}: {error.strerror or error}") from error


def _lists(writer: Writer, files: Iterable[Path]) -> list[SwapList]:
    """A list for each folder, not written yet."""
    folders: dict[str, Path] = {}  # a folder may be spelled in several ways
    by_folder: dict[Path, list[Entry]] = {}
    for target in files:
        try:
            facts = writer.hidden(target, PART).lstat()
        except OSError as error:
            raise RenderError(f"can't write {target}: {error.strerror or error}") from error
        size = None if stat.S_ISDIR(facts.st_mode) else facts.st_size
        entry = Entry(target.name, _exists(target), size, facts.st_mtime)
        folder = folders.setdefault(os.path.realpath(target.parent), target.parent)
        by_folder.setdefault(folder, []).append(entry)
    return [
        SwapList(
            writer.hidden(folder / LIST_NAME, SWAP),
            writer,
            tuple(_path_between(folder, other) for other in by_folder),
            tuple(entries),
        )
        for folder, entries in by_folder.items()
    ]


def _path_between(folder: Path, other: Path) -> str:
    """The path from a folder to another. Absolute on another drive."""
    start, end = os.path.realpath(folder), os.path.realpath(other)
    with contextlib.suppress(ValueError):
        return os.path.relpath(end, start)
    return end


def _replace(target: Path, writer: Writer) -> None:
    """Keep the old file as `.old`, and give its name to the new one. Raises RenderError."""
    part, old = writer.hidden(target, PART), writer.hidden(target, OLD)
    try:
        _keep_aside(target, old)
        if _is_folder(old):  # files may have been put there while the film was made
            refuse_strangers(old, target, part.is_dir())
        part.replace(target)
    except OSError as error:  # on Windows: open in a player
        raise RenderError(f"can't replace {target}: {error.strerror or error}") from error


def _keep_aside(target: Path, old: Path) -> None:
    """Keep the old file under a second name, or else rename it.

    With a hard link there is a file of that name at any time. Folders, symbolic links and some
    file systems have no hard links: there the name is free for a moment.
    """
    if not _exists(target):
        return
    if not (target.is_symlink() or target.is_dir()):
        with contextlib.suppress(OSError, NotImplementedError):
            os.link(target, old)
            return
    target.replace(old)


def refuse_strangers(folder: Path, target: Path, by_folder: bool) -> None:
    """Raise RenderError if a folder that will be replaced has files that are not a film's.

    `target` is its name in the message; a file never replaces a folder. Raises OSError.
    """
    if not by_folder:
        raise RenderError(f"can't write {target}: there is a folder of that name")
    other = stranger(folder)
    if other is not None:
        raise RenderError(
            f"can't write {target}: the folder has other files in it, such as {shown(other)}:"
            " name a new one"
        )


def undo(lists: Sequence[SwapList]) -> list[tuple[Path, Path]]:
    """Put back what was replaced, unless the swap was finished, and remove its lists.

    Returns the targets that could not be put back, each with the place of its old file; then the
    lists stay, and the next run tries again.
    """
    new = []
    if all(_exists(each.path) for each in lists):
        for each in lists:
            for entry in each.entries:
                try:
                    each.put_back(entry)
                except OSError:
                    new.append((each.target(entry), each.old(entry)))
    if not new:
        remove(lists)
    return new


def undo_abandoned(path: Path, writer: Writer) -> None:
    """Undo the swap of a process that ended in the middle; `path` is one of its lists.

    Each list is used only for its own folder. Raises OSError, or ValueError if that can't be
    done.
    """
    first = SwapList.read(path, writer)
    if first is None:  # not begun
        path.unlink(missing_ok=True)
        return
    lists = [first, *(SwapList.read(other, writer) for other in first.others())]
    whole = [each for each in lists if each is not None]
    if len(whole) == len(lists):
        undo(whole)
    else:  # finished, or not begun
        remove([first])


def remove(lists: Iterable[SwapList]) -> None:
    """Remove all lists, and then the old files."""
    lists = list(lists)
    for each in lists:
        with contextlib.suppress(OSError):
            each.path.unlink(missing_ok=True)
    remove_paths(each.old(entry) for each in lists for entry in each.entries)


def remove_paths(paths: Iterable[Path]) -> None:
    """Remove files and folders as far as possible; of an old folder only the film's files."""
    for path in paths:
        with contextlib.suppress(OSError):
            hidden = parsed(path)
            if _is_folder(path) and hidden is not None and hidden.kind == OLD:
                remove_folder(path)
            elif _is_folder(path):
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _is_name(name: str) -> bool:
    """Whether it is the name of a file in the same folder."""
    return name not in ("", ".", "..") and Path(name).name == name


def _exists(path: Path) -> bool:
    """Whether there is anything of that name, even a broken link."""
    return os.path.lexists(path)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
