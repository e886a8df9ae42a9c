"""Whole files only: part files beside their targets, moved into place together at the end."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import socket
import threading
import time
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import TracebackType

from render.errors import RenderError

SKEW_S = 300.0  # how far a file server's clock may be from ours
PROC = Path("/proc")


@cache
def host_id() -> str:
    """Eight digits of what tells machines, and containers on one, apart.

    The same after a restart of the machine, which must know its own files again.
    """
    space = ""
    with contextlib.suppress(OSError):
        space = os.readlink(PROC / "self/ns/pid")  # process numbers mean the same within one
    return hashlib.sha256(f"{socket.gethostname()}\n{space}".encode()).hexdigest()[:8]


def is_alive(pid: int, written_s: float) -> bool:
    """Whether a process has this number, and had it already when the file was written."""
    if os.name != "posix":  # os.kill(pid, 0) would interrupt the process there
        return True
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # it lives and is another user's
        pass
    try:
        state, *rest = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        if state in "ZX":  # dead, and nobody has asked: containers often have no one who does
            return False
        return _booted_s() + int(rest[18]) / os.sysconf("SC_CLK_TCK") < written_s + SKEW_S
    except (OSError, ValueError, IndexError, StopIteration):  # no such thing in this system
        return True


def _booted_s() -> float:
    lines = (PROC / "stat").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("btime "))


NAME_BYTES = 255  # what file systems allow
ABANDONED_S = 24 * 3600.0  # unwritten for so long, a part is nobody's even if its pid lives
MOVED_S = 1.0  # renaming a film's files takes less, if the disk lives
OURS = re.compile(r"\.(?P<name>.+)\.(?P<host>[0-9a-f]{8})-(?P<pid>[1-9][0-9]*)\.part", re.DOTALL)
_STARTED_S = time.time()
_open: set[Path] = set()  # every part of this process
_moving = threading.Lock()  # held while the files of a film are moved into place


class Parts:
    """The files of one film: `with Parts() as parts: write(parts.beside(target))`.

    Leaving the block well moves every file into place, leaving it by any exception removes
    them all. An old file stays whole until the new one is; where the target is a symbolic
    link, the link is replaced and what it points at is left alone.
    """

    def __init__(self) -> None:
        self._parts: dict[Path, Path] = {}  # target → part

    def __enter__(self) -> Parts:
        return self

    def beside(self, target: Path, names: re.Pattern[str] | None = None) -> Path:
        """An empty file to write to, in the target's folder, which is made if missing.

        An empty folder if the target is one: `names` are those that its files may have, and
        no other file is ever replaced with it. Raises RenderError when there can be no such
        file: better now than after the film.
        """
        part = target.with_name(_part_name(target.name))
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                target.lstat()  # a name too long shows now and not after the film
            if names is not None:
                _refuse_strangers(target, names)
            elif target.is_dir() and not target.is_symlink():
                raise RenderError(f"can't write {target}: there is a folder of that name")
            _open.add(part)
            _remove([part])
            part.touch() if names is None else part.mkdir()
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
            if kind is None:
                for target, part in self._parts.items():
                    _flush(target, part)
                with _moving:
                    for target, part in self._parts.items():
                        _move(part, target)
        finally:
            _remove(self._parts.values())
            _open.difference_update(self._parts.values())


def remove_own_parts() -> None:
    """Remove all parts of this process, which is about to end, from any of its threads.

    A film that is just being moved into place gets there; nothing can be afterwards.
    """
    _moving.acquire(timeout=MOVED_S)
    _remove(tuple(_open))


def remove_abandoned_parts(folder: Path) -> list[Path]:
    """Remove what interrupted runs left in a folder; the parts that went."""
    gone = []
    with contextlib.suppress(OSError):
        for part in sorted(folder.iterdir()):
            match = OURS.fullmatch(part.name)
            if match and _is_abandoned(part, match["host"], int(match["pid"])):
                with contextlib.suppress(OSError):
                    shutil.rmtree(part) if part.is_dir() else part.unlink()
                    gone.append(part)
    return gone


def final_name(part: Path) -> str:
    """The name that a part will have; its own if it is none."""
    match = OURS.fullmatch(part.name)
    return match["name"] if match else part.name


def _remove(parts: Iterable[Path]) -> None:
    for part in parts:
        with contextlib.suppress(OSError):
            if part.is_dir() and not part.is_symlink():
                shutil.rmtree(part, ignore_errors=True)
            else:
                part.unlink(missing_ok=True)


def _refuse_strangers(target: Path, names: re.Pattern[str]) -> None:
    """Raise RenderError where a folder would replace something that is none of ours."""
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise RenderError(f"can't write {target}: there is a file of that name")
    if target.is_dir():
        other = next((p.name for p in sorted(target.iterdir()) if not names.fullmatch(p.name)), "")
        if other:
            told = f"the folder has other files in it, such as {other}: name a new one"
            raise RenderError(f"can't write {target}: {told}")


def _part_name(name: str) -> str:
    """`.NAME.HOST-PID.part`; a NAME too long for that is cut, and told apart by a hash."""
    tail = f".{host_id()}-{os.getpid()}.part"
    room = NAME_BYTES - len(tail) - 1
    encoded = name.encode("utf-8", "surrogateescape")
    if len(encoded) > room:
        digest = hashlib.sha256(encoded).hexdigest()[:12]
        name = f"{encoded[: room - 13].decode('utf-8', 'ignore')}~{digest}"
    return f".{name}{tail}"


def _blocker(target: Path) -> Path:
    """The nearest thing above the target that exists: a file where a folder should be."""
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


def _move(part: Path, target: Path) -> None:
    try:
        if part.is_dir() and target.is_dir():
            _swap(part, target)
        else:
            part.replace(target)
    except OSError as error:  # on Windows: open in a player
        raise RenderError(f"can't replace {target}: {error.strerror or error}") from error


def _swap(part: Path, target: Path) -> None:
    """Put a folder in another's place: no system replaces one that has files in it."""
    old = part.with_name(_part_name(f"{target.name}~old"))
    target.replace(old)
    try:
        part.replace(target)
    except OSError:
        old.replace(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _is_abandoned(part: Path, host: str, pid: int) -> bool:
    """Whether nobody writes this part any more."""
    try:
        written_s = part.stat().st_mtime
    except OSError:
        return False
    if time.time() - written_s > ABANDONED_S:
        return True
    if host != host_id():  # of its processes we know nothing
        return False
    if pid == os.getpid():  # in a container every run has the same
        return written_s < _STARTED_S - 1  # clocks of files tick coarsely
    return not is_alive(pid, written_s)
