"""Columns of a CSV file beside the config."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AliasChoices, BeforeValidator, Field

from render.config.fields import Allowed
from render.config.options import Flag, Integer
from render.config.problems import shown
from render.errors import RenderError
from render.files import at_hand
from render.learn.datasets.base import DatasetKind
from render.learn.tables.dialect import ColumnFault, Dialect, folded
from render.learn.tables.table import Table, check_columns, read_columns
from render.recording import Dataset


def _text(value: Any) -> Any:
    """A whole number as its digits: a column may be called 1, and a missing cell -999."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if number else value


Name = Annotated[str, Field(strict=True, min_length=1, max_length=200)]
# A name that may be a number, as the columns of a file without names are called.
Column = Annotated[
    Name,
    BeforeValidator(_text),
    Field(json_schema_extra={"type": ["string", "integer"]}),
]
Separator = Literal["auto", "comma", "semicolon", "tab", "pipe", "blank", ",", ";", "\t", "|", " "]
Cell = Annotated[
    str,
    BeforeValidator(_text),
    Field(strict=True, max_length=100, json_schema_extra={"type": ["string", "number"]}),
]


@dataclass(frozen=True)
class CsvDataset(DatasetKind):
    """Columns of a CSV file, by the names in its first line.

    The only dataset that is not rounded to float32: no lab computed it, and a column of
    years in seconds or of prices has digits that float32 would lose.
    """

    formula: ClassVar[bool] = False

    path: Annotated[Name, Field(description="the file, relative to the config's folder")] = (
        "data.csv"
    )
    x: Annotated[
        Column | tuple[Column, Column],
        Field(description="the input's column, or a list of two"),
    ] = "x"
    y: Annotated[Column, Field(description="the label's column")] = "y"
    missing: Annotated[
        Literal["error", "drop"] | None,
        Field(
            description="what to do about a row without a number (empty, NA, nan, null, ? or "
            "one of na): refuse the file, or leave the row out; drop where na is given"
        ),
    ] = None
    separator: Annotated[
        Separator,
        Allowed("auto, comma, semicolon, tab, pipe, blank or the sign itself"),
        Field(
            description="between the cells; a blank stands for several, and for tabs",
            validation_alias=AliasChoices("separator", "delimiter"),
        ),
    ] = "auto"
    decimal: Annotated[Literal["auto", ".", ","], Field(description="the sign before decimals")] = (
        "auto"
    )
    thousands: Annotated[
        Literal["auto", "none", ",", ".", " ", "'"], Field(description="the sign between thousands")
    ] = "auto"
    header: Annotated[
        Flag | None,
        Field(description="whether the first line names the columns; without, they are 1, 2, …"),
    ] = None
    skip: Annotated[
        Integer, Field(ge=0, le=1_000_000, description="lines to pass over at the top")
    ] = 0
    comment: Annotated[
        str, Field(strict=True, max_length=20, description="what lines of remarks begin with")
    ] = ""
    encoding: Annotated[
        Name, Field(description="of the text, such as utf-8, utf-16, cp1252 or latin-1; or auto")
    ] = "auto"
    na: Annotated[
        Cell | tuple[Cell, ...],
        Field(description="more cells that stand for no number, such as '-', or a list of them"),
    ] = ()
    dates: Annotated[
        Flag, Field(description="take dates as days since the first row's, as in 2024-01-31")
    ] = False
    folder: Path = field(default=Path(), init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.path.isprintable():
            raise ValueError("path: expected one line of text")
        if "auto" not in (self.decimal, self.thousands) and self.decimal == self.thousands:
            raise ValueError("thousands: expected another sign than that before decimals")
        if self.encoding != "auto":
            self._check_encoding()
        super().__post_init__()

    def resolve(self, folder: Path) -> Self:
        """The dataset for a config in that folder.

        Raises ValueError when the file has no such columns; its rows are read by `make`.
        """
        resolved = copy.copy(self)
        object.__setattr__(resolved, "folder", folder)
        try:
            check_columns(resolved.file, resolved._chosen, resolved.dialect)
        except ColumnFault as fault:
            option = "y" if fault.index == self.features else "x"
            raise ValueError(f"{option}: {fault}") from None
        except RenderError as fault:
            raise ValueError(f"path: {fault}") from None
        return resolved

    def _check_encoding(self) -> None:
        """Raise ValueError for an encoding that Python doesn't know, or that is none of texts."""
        try:
            "a".encode(self.encoding)
        except (LookupError, UnicodeError, ValueError):
            some = "expected one such as utf-8, utf-16, cp1252 or latin-1"
            raise ValueError(f"encoding: {some}, found '{shown(self.encoding)}'") from None

    @property
    def dialect(self) -> Dialect:
        """How the file is written, as far as the options say it."""
        na = (self.na,) if isinstance(self.na, str) else self.na
        drop = bool(na) if self.missing is None else self.missing == "drop"
        own = ("separator", "decimal", "thousands", "header", "skip", "comment", "encoding")
        given = {name: getattr(self, name) for name in own}
        return Dialect(**given, na=na, dates=self.dates, drop=drop)

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
        """The columns as axes call them: on one line."""
        return tuple(folded(name) or name for name in self._chosen)

    @property
    def _chosen(self) -> tuple[str, ...]:
        """The columns as the config spells them."""
        return (*(self.x if isinstance(self.x, tuple) else (self.x,)), self.y)

    def table(self) -> Table:
        """The columns x and y of the file. Raises RenderError."""
        return read_columns(self.file, self._chosen, self.dialect)

    def inspect(self) -> Dataset:
        table = self.table()
        self.check_rows(table.columns.shape[1])
        *x, y = table.columns
        inputs = x[0] if len(x) == 1 else table.columns[:-1].T
        return Dataset(inputs, y, names=self.names(), dropped=table.dropped)

    def points(self) -> tuple[Any, Any]:
        return self.counted_points()[:2]

    def counted_points(self) -> tuple[Any, Any, int]:
        import torch

        table = self.table()
        *x, y = torch.from_numpy(table.columns)
        return torch.stack(x, dim=1), y.view(-1, 1), table.dropped
