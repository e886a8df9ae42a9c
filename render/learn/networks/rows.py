"""Rows of weights in slots: in memory while they are small, else in a temporary file."""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Sequence
from typing import IO, Any

import numpy as np

from render.learn.networks.history import Weights

MEMORY_BYTES = 256_000_000  # of rows; more of them are on the disk
DISK_BYTES = 2 << 30  # of rows: larger models keep fewer, but never less than MIN_ROWS
MIN_ROWS = 16
LARGE_BYTES = 1 << 20  # smaller arrays are there at once anyway


def capacity_of(snapshots: int, row_bytes: int) -> int:
    """How many rows of so many bytes are kept, where `snapshots` are wanted."""
    return min(snapshots, max(MIN_ROWS, DISK_BYTES // max(row_bytes, 1)))


def ready(shape: tuple[int, int], dtype: np.dtype[Any]) -> Weights:
    """An array whose memory is there from the beginning, where the system can do that.

    Else the system looks for it while the loop runs, a page at a time: for 400 rows of 100,000
    float32 that took 120 ms and emptied the processor's caches; all at once it takes 40 ms.
    """
    size, populate = shape[0] * shape[1] * dtype.itemsize, getattr(mmap, "MAP_POPULATE", 0)
    if size < LARGE_BYTES or not populate:
        return np.empty(shape, dtype)
    memory = mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | populate)
    return np.frombuffer(memory, dtype).reshape(shape)


class Rows:
    """Up to `capacity` rows (P,), each in a numbered slot.

    A file is written to and not mapped: a full disk then is an error, and kills no process. It
    has no name where the system allows that, and is gone with this object or its process.
    """

    def __init__(
        self, capacity: int, count: int, dtype: np.dtype[Any], memory_bytes: int | None = None
    ) -> None:
        self._shape, self._dtype = (capacity, count), np.dtype(dtype)
        self._row_bytes = count * self._dtype.itemsize
        limit = MEMORY_BYTES if memory_bytes is None else memory_bytes
        self._file: IO[bytes] | None = None
        self.memory: Weights | None = None  # (capacity, P); None on the disk
        if capacity * self._row_bytes > limit:
            self._file = tempfile.TemporaryFile(prefix="descent-film-", buffering=0)  # noqa: SIM115
        else:
            self.memory = ready(self._shape, self._dtype)

    @property
    def count(self) -> int:
        """P."""
        return self._shape[1]

    @property
    def on_disk(self) -> bool:
        """Whether the rows are in a file."""
        return self._file is not None

    def write(self, slot: int, row: Weights) -> None:
        """Put a row (P,) into a slot. Raises OSError where the disk is full."""
        if self.memory is not None:
            self.memory[slot] = row
            return
        assert self._file is not None
        self._file.seek(slot * self._row_bytes)
        left = memoryview(np.ascontiguousarray(row, self._dtype).data).cast("B")
        while len(left):  # a disk that is nearly full takes a part
            left = left[self._file.write(left) :]

    def read(self, slot: int) -> Weights:
        """A copy of the row (P,) in a slot. Raises OSError."""
        if self.memory is not None:
            return self.memory[slot].copy()
        assert self._file is not None
        row = np.empty(self._shape[1], self._dtype)
        left = memoryview(row.data).cast("B")
        self._file.seek(slot * self._row_bytes)
        while len(left):
            count = self._file.readinto(left)  # type: ignore[attr-defined]
            if not count:
                raise OSError("the temporary file of the weights has been cut off")
            left = left[count:]
        return row

    def ordered(self, slots: Sequence[int]) -> Weights:
        """The rows (len(slots), P) in that order; afterwards row k is in slot k.

        They change places where they are, so that no second copy is made, which would not fit.
        On the disk they are mapped, and read when they are needed. Raises OSError.
        """
        place = list(slots)  # where each row is now
        holder = {slot: k for k, slot in enumerate(place)}  # which row is in a slot
        for k, slot in enumerate(place):
            if slot == k:
                continue
            here, there = self.read(k), self.read(slot)
            self.write(k, there)
            if (moved := holder.get(k)) is not None:
                self.write(slot, here)
                place[moved], holder[slot] = slot, moved
            place[k], holder[k] = k, k
        shape = (len(place), self._shape[1])
        if self.memory is not None:
            return self.memory[: len(place)]
        return np.memmap(self._file, self._dtype, "r", shape=shape)  # type: ignore[call-overload]
