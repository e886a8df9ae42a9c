"""Columns of a CSV file beside the config."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field

from render.errors import RenderError
from render.files import at_hand
from render.learn import csv_table
from render.learn.datasets.base import DatasetKind

Column = Annotated[str, Field(strict=True, min_length=1, max_length=200)]


@dataclass(frozen=True)
class CsvDataset(DatasetKind):
    """Columns of a CSV file, by the names in its first line.

    The only dataset that is not rounded to float32: no lab computed it, and a column of
    years in seconds or of prices has digits that float32 would lose.
    """

    formula: ClassVar[bool] = False

    path: Annotated[Column, Field(description="the file, relative to the config's folder")] = (
        "data.csv"
    )
    x: Annotated[
        Column | tuple[Column, Column],
        Field(description="the input's column, or a list of two"),
    ] = "x"
    y: Annotated[Column, Field(description="the label's column")] = "y"
    missing: Annotated[
        Literal["error", "drop"],
        Field(description="what to do about a row without a number (empty, NA, nan, null or ?)"),
    ] = "error"
    delimiter: Annotated[
        Literal["auto", "comma", "semicolon", "tab"], Field(description="between the cells")
    ] = "auto"
    folder: Path = field(default=Path(), init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.path.isprintable():
            raise ValueError("path: expected one line of text")
        super().__post_init__()

    def resolve(self, folder: Path) -> Self:
        """The dataset for a config in that folder.

        Raises ValueError when the file has no such columns; its rows are read by `make`.
        """
        resolved = copy.copy(self)
        object.__setattr__(resolved, "folder", folder)
        try:
            csv_table.header(resolved.file, resolved.names(), resolved.delimiter)
        except RenderError as fault:
            raise ValueError(f"{resolved._option(str(fault))}: {fault}") from None
        return resolved

    def _option(self, message: str) -> str:
        """The option that a message about the file belongs to."""
        *x, y = self.names()
        columns = {"y": (y,), "x": x}
        about = (key for key, names in columns.items() for name in names if f"'{name}'" in message)
        return next(about, "path") if "no column" in message else "path"

    @property
    def features(self) -> int:
        return 2 if isinstance(self.x, tuple) else 1

    @property
    def file(self) -> Path:
        """Where the file is."""
        return at_hand(self.folder / self.path)

    def files(self) -> tuple[Path, ...]:
        return (self.file,)

    def names(self) -> tuple[str, ...]:
        return (*(self.x if isinstance(self.x, tuple) else (self.x,)), self.y)

    def points(self) -> tuple[Any, Any]:
        import torch

        drop = self.missing == "drop"
        *x, y = torch.from_numpy(csv_table.read(self.file, self.names(), self.delimiter, drop))
        return torch.stack(x, dim=1), y.view(-1, 1)
