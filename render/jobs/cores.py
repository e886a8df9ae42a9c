"""How many films to make at once, and how many threads each of them uses."""

from __future__ import annotations

import os
import sys
from pathlib import Path

# Our matrices are small: more threads only wait in a loop, on cores that the encoder needs.
# The libraries read these variables when they are imported.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def limit_threads() -> None:
    """Let libraries use one thread: those imported later, here and in processes started here."""
    for variable in THREADS:
        os.environ.setdefault(variable, "1")


QUOTA = Path("/sys/fs/cgroup/cpu.max")  # "200000 100000": two cores; "max 100000": no limit


def cores() -> int:
    """Cores that this process may use, by its affinity and its container's quota."""
    if hasattr(os, "sched_getaffinity"):
        count = len(os.sched_getaffinity(0))
    else:
        count = os.cpu_count() or 1
    try:
        quota, period = QUOTA.read_text().split()
        return max(1, min(count, round(int(quota) / int(period))))
    except (OSError, ValueError):  # no container, or no limit
        return count


FILES_PER_WORKER = 4  # open in this process for each worker: two pipes, and two of Python's own
OTHER_FILES = 32  # for everything else that this process opens meanwhile


def affordable_workers() -> int:
    """How many workers this process can have with the files that it may open; 1 or more."""
    if sys.platform == "win32":
        return 1_000_000
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY:
        return 1_000_000
    return max(1, (limit - _open_files() - OTHER_FILES) // FILES_PER_WORKER)


def _open_files() -> int:
    try:
        return len(os.listdir("/dev/fd"))
    except OSError:
        return OTHER_FILES
