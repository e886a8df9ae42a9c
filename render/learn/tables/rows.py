"""The rows of a table, read one by one; an error says the file and the line."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from render.config.problems import nearest, shown
from render.errors import RenderError
from render.learn.tables.dialect import ColumnFault, Dialect, folded
from render.learn.tables.numerals import number_like
from render.learn.tables.start import TOP, Start, evened, first_lines, trimmed
from render.learn.tables.text_file import encoding_of, refuse_other_kinds, undecodable_line


@contextmanager
def opened(path: Path, names: Sequence[str], dialect: Dialect) -> Iterator[Rows]:
    """The table of a file, with faults of reading it as RenderError."""
    rows: Rows | None = None
    encoding = dialect.encoding
    try:
        refuse_other_kinds(path)
        encoding = encoding_of(path) if dialect.encoding == "auto" else dialect.encoding
        with path.open(encoding=encoding, newline="") as file:
            rows = Rows(path, file, names, dialect)
            yield rows
    except OSError as fault:
        raise RenderError(f"{path}: can't be read: {fault.strerror}") from None
    except UnicodeError:
        where = f"{path}:{undecodable_line(path, encoding)}"
        if dialect.encoding == "auto" and encoding == "utf-8-sig":
            other = "or name its own, such as 'encoding: cp1252' (Western Europe, Windows)"
            hint = f"not UTF-8: save the file in that encoding, {other}"
        else:
            hint = f"not {encoding}, as the file or the option 'encoding' says"
        raise RenderError(f"{where}: {hint}") from None
    except csv.Error as fault:
        where = rows.where if rows is not None else f"{path}:1"
        raise RenderError(f"{where}: not a CSV table: {fault}") from None


class Rows:
    """The rows of a table after its names, without blank ones."""

    def __init__(self, path: Path, file: TextIO, names: Sequence[str], dialect: Dialect) -> None:
        self.path = path
        lines = list(first_lines(file, dialect.skip + TOP))
        lines[:1] = [line.removeprefix("\ufeff") for line in lines[:1]]
        start = Start.of(lines, names, dialect)
        file.seek(0)
        self.separator = start.separator
        self._lines = _Lines(file, dialect.comment, start)
        self._reader = csv.reader(
            self._lines,
            delimiter=start.separator,
            skipinitialspace=start.separator != "\t",
            strict=True,
        )
        first = self._next()
        if first is None:
            fault = "expected the names of the columns, found nothing"
            raise RenderError(f"{self.where}: {fault}")
        self.names = trimmed(first)
        if start.header and dialect.header is None and _may_be_data(self.names, names):
            fault = "numbers in the first line that may be names or data"
            raise RenderError(f"{self.where}: {fault}: say 'header: true' or 'header: false'")
        if not start.header:
            self.names = [str(number) for number in range(1, len(self.names) + 1)]
        self.positions = self._found(names, start)
        self._peeked = None if start.header else first
        if start.header and start.separator in " \t":
            self._peeked = self._next()
            if len(trimmed(self._peeked or [])) == len(self.names) + 1:
                # As R writes a table: the names of the rows have a column without a name.
                self.names = ["", *self.names]
                self.positions = [position + 1 for position in self.positions]

    def _next(self) -> list[str] | None:
        """The next row that has anything in it; None at the end."""
        while True:
            self._lines.between = True
            try:
                row = next(self._reader)
            except StopIteration:
                return None
            if any(map(str.strip, row)):
                return row

    def __iter__(self) -> Iterator[list[str]]:
        row = self._peeked or self._next()
        while row is not None:
            yield row
            row = self._next()

    @property
    def where(self) -> str:
        """The file and the line that was read last."""
        return f"{self.path}:{max(1, self._lines.number)}"

    def fit(self, row: list[str], number: int) -> None:
        """Raise RenderError for a row that doesn't have a cell for each name.

        Blank cells after the last name, which are separators at the line's end, are removed.
        """
        while len(row) > len(self.names) and not row[-1].strip():
            row.pop()
        if len(row) == len(self.names):
            return
        cells = f"{len(row)} cell{'s' * (len(row) != 1)}"
        doubled = self.separator == "," and len(row) > len(self.names)
        hint = ""
        if doubled and all(cell.strip().isdigit() for cell in row[-2:]):
            hint = "; a number with a comma in it needs quotes, or another separator"
        if row[0].lstrip().startswith("#"):
            hint = """; 'comment: "#"' passes over such lines"""
        fault = f"{cells}, the first line names {len(self.names)} columns{hint}"
        raise RenderError(f"{self.where}: row {number:,} has {fault}")

    def _found(self, names: Sequence[str], start: Start) -> list[int]:
        """The position of each name."""
        there = [folded(cell) for cell in self.names]
        return [self._position(index, name, there, start) for index, name in enumerate(names)]

    def _position(self, index: int, name: str, there: list[str], start: Start) -> int:
        exact = [cell.strip() for cell in self.names]
        if exact.count(name) == 1:
            return exact.index(name)
        name = folded(name)
        if there.count(name) == 1:
            return there.index(name)
        if there.count(name) > 1:
            fault = f"{there.count(name)} columns are called '{shown(name)}'"
            hint = "rename one, or pass over the names with 'skip' and 'header: false'"
            raise ColumnFault(f"{self.where}: {fault}: {hint}", index)
        listed = ", ".join(shown(cell, 30) for cell in there[:12]) + ", …" * (len(there) > 12)
        if start.header and all(map(number_like, filter(None, there))):
            fault = "expected the names of the columns, found numbers"
            hint = "with 'header: false' the columns are called 1, 2, …"
            raise RenderError(f"{self.where}: {fault}: {listed}; {hint}")
        if start.header and start.named is not None:
            fault = f"no column '{shown(name)}' in this line, but in line {start.named + 1}"
            raise ColumnFault(f"{self.where}: {fault}: 'skip: {start.named}' begins there", index)
        hint = nearest(name, there) or ";"
        missing = f"no column '{shown(name)}'{hint} there are: {listed}"
        raise ColumnFault(f"{self.where}: {missing}", index)


class _Lines:
    """The lines of a file from the table's first one, without comments between rows."""

    def __init__(self, file: TextIO, comment: str, start: Start) -> None:
        self.number = 0  # of the line read last, from 1
        self.between = True  # whether the next line begins a row
        self._file, self._comment, self._bare = file, comment, start.bare
        self._blank = start.separator == " "
        for _ in range(start.line):
            with suppress(StopIteration):
                self._line()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._line()
        while self.between and self._comment and line.lstrip().startswith(self._comment):
            line = self._line()
        if self._bare:
            line, self._bare = line.replace(self._bare, "", 1), ""
        self.between = False
        return evened(line) if self._blank else line

    def _line(self) -> str:
        line = next(self._file)
        self.number += 1
        return line.removeprefix("\ufeff") if self.number == 1 else line


def _may_be_data(first: Sequence[str], names: Sequence[str]) -> bool:
    """Whether a first line holds numbers, and the names are both among them and their places."""
    places = {str(number) for number in range(1, len(first) + 1)}
    return {*names} <= places & {*first} and all(map(number_like, filter(None, first)))
