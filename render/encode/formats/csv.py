"""The numbers of a run as a table: a recording in, one row per snapshot out as .csv."""

from __future__ import annotations

import csv
from collections.abc import Iterator
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

    def save(self, path: Path, recording: Recording, manifest: dict[str, Any]) -> None:
        try:
            with open(path, "w", encoding="utf-8", newline="") as file:
                table = csv.writer(file, lineterminator="\n")  # writes floats by repr
                table.writerow(_columns(recording))
                table.writerows(_rows(recording))
        except OSError as error:
            raise EncodeError(f"can't write the table: {error.strerror or error}") from error


def _columns(recording: Recording) -> list[str]:
    gradients = [f"grad_{name}" for name in recording.names]
    return ["run", "step", "epoch", "loss", "batch_loss", "lr", *recording.names, *gradients]


def _rows(recording: Recording) -> Iterator[list[object]]:
    """Rows 0…T; nothing leaves the last one, so its batch_loss and lr are empty."""
    columns = (recording.epoch, recording.loss, recording.batch_loss, recording.lr)
    for start in range(0, recording.steps + 1, ROWS):
        part = slice(start, start + ROWS)
        numbers = np.column_stack(
            [*(c[part] for c in columns), recording.params[part], recording.grads[part]]
        )
        for step, row in enumerate(numbers.tolist(), start):
            if step == recording.steps:
                row[2:4] = "", ""
            yield [recording.run, step, *row]
