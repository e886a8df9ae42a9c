"""The hidden names of files that are being written, which tell whether their writer still runs."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import socket
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SKEW_S = 300.0  # possible difference between a file server's clock and ours
PROC = Path("/proc")
MAX_NAME_BYTES = 255  # the limit of file systems
ABANDONED_S = 24 * 3600.0  # a part not written to for so long is abandoned, whatever its pid
_STARTED_S = time.time()

PART = "part"  # a new file or folder that is not in its place yet
OLD = "old"  # the file that a new one replaces, until all files of the film are in place
SWAP = "swap"  # the list of what is being replaced, see swap.py
NAME = re.compile(
    r"\.(?P<name>.+)\.(?P<host>[0-9a-f]{8})-(?P<pid>[1-9][0-9]*)-(?P<token>[0-9a-f]{12})"
    rf"\.(?P<kind>{PART}|{OLD}|{SWAP})",
    re.DOTALL,
)


@cache
def host_id() -> str:
    """Eight hexadecimal digits that differ between machines, and between containers on one.

    They are the same after a restart of the machine, so that it recognises the files it left.
    """
    space = ""
    with contextlib.suppress(OSError):
        space = os.readlink(PROC / "self/ns/pid")  # process numbers can be compared within it
    return hashlib.sha256(f"{socket.gethostname()}\n{space}".encode()).hexdigest()[:8]


def is_alive(pid: int, written_s: float) -> bool:
    """Whether a process has this number and is older than the file."""
    if os.name != "posix":  # os.kill(pid, 0) would interrupt the process there
        return True
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # it runs and belongs to another user
        pass
    try:
        state, *rest = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        if state in "ZX":  # it has ended, but its parent hasn't waited for it
            return False
        return _booted_s() + int(rest[18]) / os.sysconf("SC_CLK_TCK") < written_s + SKEW_S
    except (OSError, ValueError, IndexError, StopIteration):  # this system has no /proc
        return True


def _booted_s() -> float:
    lines = (PROC / "stat").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("btime "))


def token(random: str) -> str:
    """A token of six random hexadecimal digits: they, and six that follow from them.

    By these a file is known as ours: what only looks like a part is never removed.
    """
    return random + hashlib.sha256(f"descent-film {random}".encode()).hexdigest()[:6]


@dataclass(frozen=True)
class Writer:
    """The writer of the files of one film: a machine, a process, and a `Parts` in it."""

    host: str
    pid: int
    token: str  # two threads that save the same name must not share a part

    @classmethod
    def new(cls) -> Writer:
        """A writer in this process."""
        return cls(host_id(), os.getpid(), token(secrets.token_hex(3)))

    def hidden(self, target: Path, kind: str) -> Path:
        """`.NAME.HOST-PID-TOKEN.KIND` beside the target.

        A NAME that is too long is cut and ends in a hash of the whole name.
        """
        tail = f".{self.host}-{self.pid}-{self.token}.{kind}"
        room = MAX_NAME_BYTES - len(tail) - 1
        encoded, name = target.name.encode("utf-8", "surrogateescape"), target.name
        if len(encoded) > room:
            digest = hashlib.sha256(encoded).hexdigest()[:12]
            name = f"{encoded[: room - 13].decode('utf-8', 'ignore')}~{digest}"
        return target.with_name(f".{name}{tail}")

    def has_abandoned(self, path: Path) -> bool:
        """Whether this writer doesn't write a file any more."""
        try:
            written_s = path.lstat().st_mtime
        except OSError:
            return False
        if time.time() - written_s > ABANDONED_S:
            return True
        if self.host != host_id():  # nothing is known about processes of other machines
            return False
        if self.pid == os.getpid():  # in a container every run has the same number
            return written_s < _STARTED_S - 1  # times of files are coarse
        return not is_alive(self.pid, written_s)


@dataclass(frozen=True)
class HiddenName:
    """The facts in the name of a hidden file."""

    name: str  # name of the target
    writer: Writer
    kind: str


def parsed(path: Path) -> HiddenName | None:
    """The facts in the name of a file; None if the name isn't one of our hidden names."""
    match = NAME.fullmatch(path.name)
    if match is None or match["token"] != token(match["token"][:6]):
        return None
    writer = Writer(match["host"], int(match["pid"]), match["token"])
    return HiddenName(match["name"], writer, match["kind"])
