"""Recordings in, the rows of their table out: one for each snapshot, for files and data frames."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from render.recording import Recording

ROWS = 4096  # turned into Python numbers at once


def columns(names: Sequence[str]) -> list[str]:
    """What the columns are called; `names` are those of the trained parameters."""
    gradients = [f"grad_{name}" for name in names]
    return ["run", "step", "epoch", "loss", "batch_loss", "lr", *names, *gradients]


def trained(recordings: Sequence[Recording]) -> tuple[str, ...]:
    """The parameters that any of the runs trains."""
    return tuple(dict.fromkeys(name for r in recordings for name in r.names))


def rows(recording: Recording, names: Sequence[str]) -> Iterator[list[object]]:
    """Rows 0…T; nothing leaves the last one, so its batch_loss and lr are empty.

    So are the columns of parameters that only other runs train.
    """
    numbered = (recording.epoch, recording.loss, recording.batch_loss, recording.lr)
    own = [names.index(name) for name in recording.names]
    for start in range(0, recording.steps + 1, ROWS):
        part = slice(start, start + ROWS)
        numbers = np.column_stack([c[part] for c in numbered]).tolist()
        params, grads = recording.params[part].tolist(), recording.grads[part].tolist()
        for step, (row, param, grad) in enumerate(zip(numbers, params, grads, strict=True), start):
            if step == recording.steps:
                row[2:4] = "", ""
            wide: list[object] = [""] * (2 * len(names))
            for i, value, slope in zip(own, param, grad, strict=True):
                wide[i], wide[len(names) + i] = value, slope
            yield [recording.run, step, *row, *wide]


def write(path: Path, recordings: Sequence[Recording]) -> None:
    """Write the rows of all runs as CSV, in full precision. Raises OSError."""
    names = trained(recordings)
    # A run may be called like a file, and a file's name need not be UTF-8.
    with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        table = csv.writer(file, lineterminator="\n")  # writes floats by repr
        table.writerow(columns(names))
        for recording in recordings:
            table.writerows(rows(recording, names))
