"""Measures memory: what the process has, and the most it has had since a beginning."""

from __future__ import annotations

from pathlib import Path

STATUS, REFERENCES = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def rest() -> int:
    """Begin to count: the bytes there are now; 0 where the system can't say."""
    try:
        REFERENCES.write_text("5")  # the most it ever had is what it has now
    except OSError:
        return 0
    return _told("VmRSS")


def peak_since(before: int) -> int:
    """The most bytes there were since, more than before."""
    return _told("VmHWM") - before if before else 0


def _told(name: str) -> int:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024
