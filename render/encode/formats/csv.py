"""CSV: a table of the numbers of all runs, a row for each snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from render.encode.base import TableFormat
from render.errors import EncodeError
from render.recording import Recording, write


@dataclass(frozen=True)
class CsvFormat(TableFormat):
    """Every recorded snapshot in full precision: step, epoch, loss, parameters, gradients."""

    suffix: ClassVar[str] = ".csv"

    def save(self, path: Path, recordings: Sequence[Recording], manifest: dict[str, Any]) -> None:
        try:
            write(path, recordings)
        except OSError as error:
            raise EncodeError(f"can't write the table: {error.strerror or error}") from error
