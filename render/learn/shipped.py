"""The base of the data sets that ship with the package; data/SOURCES.md has their sources."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from render.learn.datasets.base import DatasetKind
from render.learn.table import read

FOLDER = Path(__file__).parent / "datasets" / "data"


@dataclass(frozen=True)
class Shipped(DatasetKind):
    """Two columns of a file in data/."""

    formula: ClassVar[bool] = False
    file: ClassVar[str]
    rows: ClassVar[int]
    axes: ClassVar[tuple[str, str]]  # with units

    @property
    def columns(self) -> tuple[str, str]:
        """The names of the columns x and y, from the first line of the file."""
        with (FOLDER / self.file).open(encoding="utf-8") as file:
            x, y = file.readline().strip().split(",")
        return x, y

    def count(self) -> int:
        return self.rows

    def names(self) -> tuple[str, ...]:
        return self.axes

    def points(self) -> tuple[Any, Any]:
        import torch

        x, y = torch.from_numpy(read(FOLDER / self.file, self.columns)).float()
        return x.view(-1, 1), y.view(-1, 1)
