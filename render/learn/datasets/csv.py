"""Columns of a CSV file beside the config."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field

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
MAX_COLUMNS = 1000


def _several(names: tuple[str, ...]) -> tuple[str, ...] | str:
    """The columns; a list of one is that column."""
    if not 1 <= len(names) <= MAX_COLUMNS:
        raise ValueError(f"expected from 1 to {MAX_COLUMNS:,} columns, found {len(names):,}")
    return names if len(names) > 1 else names[0]


Columns = Annotated[
    tuple[Column, ...],
    AfterValidator(_several),
    Field(json_schema_extra={"minItems": 1, "maxItems": MAX_COLUMNS}),
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

    path: Annotated[
        Name,
        Field(description="the file, relative to the config's folder", examples=["cars.csv"]),
    ] = "data.csv"
    x: Annotated[
        Column | Columns,
        Field(description="the input's column, or a list of columns", examples=["speed"]),
    ] = "x"
    y: Annotated[
        Column | Columns | None,
        Field(
            description="the label's column, y when left out; or several, for a network",
            examples=["dist"],
        ),
    ] = None
    class_: Annotated[
        Column | None,
        Field(
            description="instead of y: the column of classes, which may be words",
            examples=["species"],
            validation_alias=AliasChoices("class"),
        ),
    ] = None
    missing: Annotated[
        Literal["error", "drop"] | None,
        Field(
            description="what to do about a row without a number (empty, NA, nan, null, ? or "
            "one of na): refuse the file, or leave the row out; error when left out, but drop "
            "where na is given"
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
        str,
        Field(
            strict=True,
            max_length=20,
            description="what lines of remarks begin with",
            examples=["#"],
        ),
    ] = ""
    encoding: Annotated[
        Name,
        Field(
            description="of the text, such as utf-8, utf-16, cp1252 or latin-1; or auto",
            examples=["latin-1"],
        ),
    ] = "auto"
    na: Annotated[
        Cell | tuple[Cell, ...],
        Field(
            description="more cells that stand for no number, such as '-', or a list of them",
            examples=["-"],
        ),
    ] = ()
    dates: Annotated[
        Flag, Field(description="take dates as days since the first row's, as in 2024-01-31")
    ] = False
    folder: Path = field(default=Path(), init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.path.isprintable():
            raise ValueError("path: expected one line of text")
        if self.y is not None and self.class_ is not None:
            raise ValueError("class: the label is the class: leave 'y' out")
        if self.noise and self.class_ is not None:
            raise ValueError("noise: labels are classes and take none; outliers can change some")
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
            label = "y" if self.class_ is None else "class"
            option = "x" if fault.index < self.features else label
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
        return len(_listed(self.x))

    @property
    def targets(self) -> int:
        return 1 if self.y is None else len(_listed(self.y))

    @property
    def classifies(self) -> bool:
        return self.class_ is not None

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
        labels = _listed(self.y or "y") if self.class_ is None else (self.class_,)
        return (*_listed(self.x), *labels)

    def table(self) -> Table:
        """The columns x and y of the file. Raises RenderError."""
        return read_columns(self.file, self._chosen, self.dialect, classes=self.classifies)

    def inspect(self) -> Dataset:
        table = self.table()
        self.check_rows(table.columns.shape[1], table.classes)
        x, y = table.columns[: self.features], table.columns[self.features :]
        return Dataset(
            x[0] if len(x) == 1 else x.T,
            y[0] if len(y) == 1 else y.T,
            names=self.names(),
            dropped=table.dropped,
            classes=table.classes or None,
        )

    def points(self) -> tuple[Any, Any]:
        return self.counted_points()[:2]

    def counted_points(self) -> tuple[Any, Any, int, tuple[str, ...] | None]:
        import torch

        table = self.table()
        columns = torch.from_numpy(table.columns).T
        x, y = columns[:, : self.features], columns[:, self.features :]
        return x, y, table.dropped, table.classes or None


def _listed(columns: str | tuple[str, ...]) -> tuple[str, ...]:
    """One column as a list, or several as they are."""
    return columns if isinstance(columns, tuple) else (columns,)
