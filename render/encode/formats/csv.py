"""The numbers of a run as a table: recordings in, one row per snapshot out as .csv."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from render.encode.base import TableFormat
from render.errors import EncodeError
from render.recording import Recording

ROWS = 4096  # turned into Python numbers at once


@dataclass(frozen=True)
class Csv(TableFormat):
    """Every recorded snapshot in full precision: step, epoch, loss, parameters, gradients."""

    suffix: ClassVar[str] = ".csv"

    def save(self, path: Path, recordings: Sequence[Recording], manifest: dict[str, Any]) -> None:
        names = tuple(dict.fromkeys(name for r in recordings for name in r.names))
        try:
            with open(path, "w", encoding="utf-8", newline="") as file:
                table = csv.writer(file, lineterminator="\n")  # writes floats by repr
                table.writerow(_columns(names))
                for recording in recordings:
                    table.writerows(_rows(recording, names))
        except OSError as error:
            raise EncodeError(f"can't write the table: {error.strerror or error}") from error


def _columns(names: Sequence[str]) -> list[str]:
    gradients = [f"grad_{name}" for name in names]
    return ["run", "step", "epoch", "loss", "batch_loss", "lr", *names, *gradients]


def _rows(recording: Recording, names: Sequence[str]) -> Iterator[list[object]]:
    """Rows 0…T; nothing leaves the last one, so its batch_loss and lr are empty.

    So are the columns of parameters that only other runs train.
    """
    columns = (recording.epoch, recording.loss, recording.batch_loss, recording.lr)
    own = [names.index(name) for name in recording.names]
    for start in range(0, recording.steps + 1, ROWS):
        part = slice(start, start + ROWS)
        numbers = np.column_stack([c[part] for c in columns]).tolist()
        params, grads = recording.params[part].tolist(), recording.grads[part].tolist()
        for step, (row, param, grad) in enumerate(zip(numbers, params, grads, strict=True), start):
            if step == recording.steps:
                row[2:4] = "", ""
            wide: list[object] = [""] * (2 * len(names))
            for i, value, slope in zip(own, param, grad, strict=True):
                wide[i], wide[len(names) + i] = value, slope
            yield [recording.run, step, *row, *wide]
