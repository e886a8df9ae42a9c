"""Reads columns of numbers from a CSV file; its errors name the file, the line and the cell.

What a file says of itself is found out where it can mean one thing only: separator, encoding,
decimal sign. Where it may mean two, the message asks."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from render.config.problems import shown
from render.errors import RenderError
from render.learn.tables.dates import parsed_date
from render.learn.tables.dialect import MISSING, Dialect, folded
from render.learn.tables.numerals import MINUS, Doubt, Numerals, Votes, plain_float
from render.learn.tables.rows import Rows, open_rows

MAX_ROWS = 1_000_000
MAX_CLASSES = 100  # different texts of a column of classes; one with more is hardly one


@dataclass(frozen=True)
class Table:
    """The chosen columns of a file."""

    columns: Any  # (C, N) in float64
    dropped: int = 0  # rows that were left out because a number is missing
    classes: tuple[str, ...] = ()  # of the last column, which then has their numbers from 0


def left_out(dropped: int) -> str:
    """What is told of rows that were left out."""
    rows = "1 row of the data is" if dropped == 1 else f"{dropped:,} rows of the data are"
    return f"{rows} left out: without a number"


def check_columns(path: Path, names: Sequence[str], dialect: Dialect | None = None) -> None:
    """Raise RenderError unless the file is a table with these columns."""
    with open_rows(path, names, dialect or Dialect()):
        pass


def read_columns(
    path: Path, names: Sequence[str], dialect: Dialect | None = None, classes: bool = False
) -> Table:
    """The named columns. Raises RenderError for a file that can't be read as such a table.

    Rows in which a number is missing are left out with `dialect.drop`, else they are an error.
    With `classes` the last column holds texts, the names of classes.
    """
    dialect = dialect or Dialect()
    plain = Numerals(dialect)
    with open_rows(path, names, dialect) as rows:
        # Only beside a comma do numbers that are read without a doubt mean what they seem to.
        sure = plain.known or rows.separator == ","
        numerals = plain if sure else _settled(rows, dialect)
    try:
        return _read(path, names, dialect, numerals, classes)
    except Doubt:
        with open_rows(path, names, dialect) as rows:
            numerals = _settled(rows, dialect)
        return _read(path, names, dialect, numerals, classes)


def _settled(rows: Rows, dialect: Dialect) -> Numerals:
    """How numbers are written, by all cells of a file: the chosen columns come first."""
    chosen, others = Votes(), Votes()
    positions = {*rows.positions}
    for row in rows:
        for position, cell in enumerate(row):
            votes = chosen if position in positions else others
            if any(sign in cell and sign not in votes.decimal for sign in ",."):
                votes.hear(cell)
    decimal = chosen.decimal or others.decimal
    numerals = Numerals(dialect, heard=True)
    if len(decimal) == 1:
        return numerals.with_decimal(*decimal)
    asked = {} if len(decimal) == 2 else dict(chosen.either)
    if rows.separator != ";":
        asked.pop(".", None)  # 24.125 is a number with a point everywhere else
    return replace(numerals, asked=frozenset(asked), mixed=len(decimal) == 2)


def _read(
    path: Path, names: Sequence[str], dialect: Dialect, numerals: Numerals, classes: bool
) -> Table:
    import numpy as np

    dropped = 0
    with open_rows(path, names, dialect) as rows:
        columns: list[_Column | _Classes]
        columns = [_Column(folded(name), dialect, numerals) for name in names]
        if classes:
            columns[-1] = _Classes(folded(names[-1]), dialect)
        for number, row in enumerate(rows, 1):
            if number > MAX_ROWS:
                raise RenderError(f"{path}: more than {MAX_ROWS:,} rows")
            rows.fit(row, number)
            values: list[Any] = []
            for position, column in zip(rows.positions, columns, strict=True):
                try:
                    value = column.value(row[position].strip())
                except ValueError as fault:
                    where = f"{rows.where}: row {number:,}, column '{shown(column.name)}'"
                    raise RenderError(f"{where}: {fault}") from None
                if value is not None:
                    values.append(value)
                elif not dialect.drop:
                    found = _found(row[position].strip())
                    hint = "'missing: drop' leaves such rows out"
                    where = f"{rows.where}: row {number:,}, column '{shown(column.name)}'"
                    raise RenderError(f"{where}: expected {column.expected}, {found}; {hint}")
            if len(values) < len(columns):
                dropped += 1
                continue
            for value, column in zip(values, columns, strict=True):
                column.add(value)
    count = len(columns[0].numbers)
    if count < 2:
        left = f"; {dropped:,} had none and were left out" if dropped else ""
        raise RenderError(f"{path}: expected at least 2 rows of numbers, found {count}{left}")
    numbers = np.array([np.frombuffer(column.numbers) for column in columns])
    last = columns[-1]
    if not isinstance(last, _Classes):
        return Table(numbers, dropped)
    if len(last.known) < 2:
        only = shown(next(iter(last.known)))
        raise RenderError(f"{path}: column '{shown(last.name)}': '{only}' is the only class")
    order = sorted(last.known, key=_by_size)
    numbers[-1] = np.array([order.index(name) for name in last.known])[numbers[-1].astype(int)]
    return Table(numbers, dropped, tuple(order))


def _by_size(text: str) -> tuple[bool, float, str]:
    """A key that sorts names of classes: those that are numbers by size, before the others."""
    number = plain_float(text)
    return number is None, number or 0.0, text


def _found(cell: str) -> str:
    return f"found '{shown(cell)}'" if cell else "the cell is empty"


DAY_S = 86_400


class _Classes:
    """The texts of a column of classes so far, as numbers from 0 in the order of appearance."""

    expected = "the name of a class"

    def __init__(self, name: str, dialect: Dialect) -> None:
        self.name, self.numbers = name, array("d")
        self.known: dict[str, int] = {}
        self._missing = MISSING | {text.strip().lower() for text in dialect.na}

    def value(self, cell: str) -> str | None:
        """The name of a class; None for a cell without one."""
        return None if cell.lower() in self._missing else folded(cell)

    def add(self, value: str) -> None:
        """Append the number of a class. Raises RenderError for too many classes."""
        number = self.known.setdefault(value, len(self.known))
        if number >= MAX_CLASSES:
            hint = "'y' takes a column of numbers"
            raise RenderError(
                f"column '{shown(self.name)}': more than {MAX_CLASSES} classes; {hint}"
            )
        self.numbers.append(number)


class _Column:
    """The numbers of a column so far."""

    expected = "a number"

    def __init__(self, name: str, dialect: Dialect, numerals: Numerals) -> None:
        self.name, self.numbers = name, array("d")
        self._numerals, self._dates = numerals, dialect.dates
        self._missing = MISSING | {text.strip().lower() for text in dialect.na}
        numbers = (plain_float(text.translate(MINUS)) for text in dialect.na)
        self._sentinels = {number for number in numbers if number is not None}
        self._first: datetime | None = None  # of a column of dates

    def value(self, cell: str) -> float | datetime | None:
        """The value of a cell; None for one without a number.

        Raises ValueError with what is wrong with it.
        """
        if cell.lower() in self._missing:
            return None
        if self._dates and (moment := self._moment(cell)) is not None:
            return moment
        if self._first is not None:
            raise ValueError(f"expected a date as in the rows before, found '{shown(cell)}'")
        number = self._numerals.number(cell)
        return None if number in self._sentinels else number

    def add(self, value: float | datetime) -> None:
        """Append a value; a date in days since the first one."""
        if isinstance(value, datetime):
            self._first = self._first or value
            value = (value - self._first).total_seconds() / DAY_S
        self.numbers.append(value)

    def _moment(self, cell: str) -> datetime | None:
        moment = parsed_date(cell)
        if moment is None and re.fullmatch(r"\d{1,2}/\d{1,2}/\d{4}.*", cell):
            raise ValueError(f"'{shown(cell)}' may be two dates: write it like 2024-01-31")
        if moment is not None and self._first is None and self.numbers:
            raise ValueError(f"expected a number as in the rows before, found '{shown(cell)}'")
        return moment
