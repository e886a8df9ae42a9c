"""Whose a part file is: this machine's short name, and whether a process here may be its writer."""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
from functools import cache
from pathlib import Path

SKEW_S = 300.0  # how far a file server's clock may be from ours
PROC = Path("/proc")


@cache
def host() -> str:
    """Eight digits of what tells machines, and containers on one, apart.

    The same after a restart of the machine, which must know its own files again.
    """
    space = ""
    with contextlib.suppress(OSError):
        space = os.readlink(PROC / "self/ns/pid")  # process numbers mean the same within one
    return hashlib.sha256(f"{socket.gethostname()}\n{space}".encode()).hexdigest()[:8]


def lives(pid: int, written_s: float) -> bool:
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
