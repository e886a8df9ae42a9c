"""Reads columns of numbers from a CSV file; its errors name the file, the line and the cell.

What a file says of itself is found out where it can mean one thing only: separator, encoding,
decimal sign. Where it may mean two, the message asks.
"""

from __future__ import annotations

import codecs
import csv
import math
import os
import re
import unicodedata
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from render.config.problems import nearest, shown
from render.errors import RenderError
from render.files import opened, read_bytes

MAX_BYTES = 100_000_000
MAX_ROWS = 1_000_000
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "blank": " "}
MISSING = {"", "na", "n/a", "nan", "null", "none", "?"}  # cells without a number, in lower case
SAMPLE = 20  # rows that the separator is found by
TOP = 100  # lines in which the names of the columns are looked for
LETTERS = 1_000_000  # in them

# The first bytes of files that are no text, and what to do about them.
UNPACK = "unpack it first"
EXPORT = "export it as CSV"
KINDS = {
    b"PK\x03\x04": ("a ZIP file, such as an Excel or LibreOffice workbook", EXPORT),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook", EXPORT),
    b"\x1f\x8b": ("compressed by gzip", f"{UNPACK}, or {EXPORT}"),
    b"BZh": ("compressed by bzip2", f"{UNPACK}, or {EXPORT}"),
    b"\xfd7zXZ\x00": ("compressed by xz", f"{UNPACK}, or {EXPORT}"),
    b"\x28\xb5\x2f\xfd": ("compressed by zstd", f"{UNPACK}, or {EXPORT}"),
    b"7z\xbc\xaf\x27\x1c": ("a 7z archive", f"{UNPACK}, or {EXPORT}"),
    b"PAR1": ("a Parquet file", EXPORT),
    b"ARROW1": ("an Arrow file", EXPORT),
    b"\x89HDF": ("an HDF5 file", EXPORT),
    b"SQLite format 3": ("an SQLite database", EXPORT),
    b"\x93NUMPY": ("a NumPy array", EXPORT),
    b"%PDF": ("a PDF", EXPORT),
    b"{\\rtf": ("an RTF text", EXPORT),
    b"version https://git-lfs": ("a pointer of Git LFS", "fetch the file itself: git lfs pull"),
}
PAGES = (b"<!doctype", b"<html", b"<?xml")

# One character each: minus, dashes and hyphens that stand for a minus sign before a number.
MINUS = dict.fromkeys(map(ord, "\u2212\u2010\u2011\u2012\u2013\ufe63\uff0d"), "-")
BLANKS = " \u00a0\u2009\u202f"
APOSTROPHES = "'\u2019"
ZERO_WIDTH = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060"))
EXPONENT = r"(?:[eE][-+]?[0-9]+)?"


@dataclass(frozen=True)
class Layout:
    """How a table is written; the defaults leave it to the file."""

    separator: str = "auto"  # a key or a value of SEPARATORS
    decimal: str = "auto"  # . or ,
    thousands: str = "auto"  # none or the sign
    header: bool | None = None  # whether the first line names the columns
    skip: int = 0  # lines before it
    comment: str = ""  # what lines without data begin with
    encoding: str = "auto"
    na: Sequence[str] = ()  # cells without a number, beside MISSING
    dates: bool = False  # whether dates are days since the first row's
    drop: bool = False  # whether rows in which a number is missing are left out


@dataclass(frozen=True)
class Table:
    """The chosen columns of a file."""

    columns: Any  # (C, N) in float64
    dropped: int = 0  # rows that were left out because a number is missing


class ColumnFault(RenderError):
    """A column can't be found by its name."""

    def __init__(self, message: str, index: int) -> None:
        super().__init__(message)
        self.index = index  # in the names that were asked for


def left_out(dropped: int) -> str:
    """What is told of rows that were left out."""
    rows = "1 row of the data is" if dropped == 1 else f"{dropped:,} rows of the data are"
    return f"{rows} left out: without a number"


def folded(name: str) -> str:
    """A name in the form in which names are compared: NFC, each white space one blank."""
    return " ".join(unicodedata.normalize("NFC", name.translate(ZERO_WIDTH)).split())


def header(path: Path, names: Sequence[str], layout: Layout | None = None) -> list[int]:
    """The positions of the columns. Raises RenderError for a file that is not such a table."""
    with _opened(path, names, layout or Layout()) as rows:
        return rows.positions


def read(path: Path, names: Sequence[str], layout: Layout | None = None) -> Table:
    """The named columns. Raises RenderError for a file that can't be read as such a table.

    Rows in which a number is missing are left out with `layout.drop`, else they are an error.
    """
    layout = layout or Layout()
    plain = _Numerals(layout)
    with _opened(path, names, layout) as rows:
        # Only beside a comma do numbers that are read without a doubt mean what they seem to.
        sure = plain.known or rows.separator == ","
        numerals = plain if sure else _settled(rows, layout)
    try:
        return _read(path, names, layout, numerals)
    except _Doubt:
        with _opened(path, names, layout) as rows:
            numerals = _settled(rows, layout)
        return _read(path, names, layout, numerals)


def _read(path: Path, names: Sequence[str], layout: Layout, numerals: _Numerals) -> Table:
    import numpy as np

    dropped = 0
    with _opened(path, names, layout) as rows:
        columns = [_Column(folded(name), layout, numerals) for name in names]
        for number, row in enumerate(rows, 1):
            if number > MAX_ROWS:
                raise RenderError(f"{path}: more than {MAX_ROWS:,} rows")
            rows.fit(row, number)
            values: list[float | datetime] = []
            for position, column in zip(rows.positions, columns, strict=True):
                try:
                    value = column.value(row[position].strip())
                except ValueError as fault:
                    where = f"{rows.where}: row {number:,}, column '{shown(column.name)}'"
                    raise RenderError(f"{where}: {fault}") from None
                if value is not None:
                    values.append(value)
                elif not layout.drop:
                    found = _found(row[position].strip())
                    hint = "'missing: drop' leaves such rows out"
                    where = f"{rows.where}: row {number:,}, column '{shown(column.name)}'"
                    raise RenderError(f"{where}: expected a number, {found}; {hint}")
            if len(values) < len(columns):
                dropped += 1
                continue
            for value, column in zip(values, columns, strict=True):
                column.add(value)
    count = len(columns[0].numbers)
    if count < 2:
        left = f"; {dropped:,} had none and were left out" if dropped else ""
        raise RenderError(f"{path}: expected at least 2 rows of numbers, found {count}{left}")
    return Table(np.array([np.frombuffer(column.numbers) for column in columns]), dropped)


def _found(cell: str) -> str:
    return f"found '{shown(cell)}'" if cell else "the cell is empty"


# --- rows -----------------------------------------------------------------------------------


class _Rows:
    """The rows of a table after its names, without blank ones."""

    def __init__(self, path: Path, file: TextIO, names: Sequence[str], layout: Layout) -> None:
        self.path = path
        lines = list(_first(file, layout.skip + TOP))
        lines[:1] = [line.removeprefix("\ufeff") for line in lines[:1]]
        start = _Start.of(lines, names, layout)
        file.seek(0)
        self.separator = start.separator
        self._lines = _Lines(file, layout.comment, start)
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
        self.names = _trimmed(first)
        if start.header and layout.header is None and _may_be_data(self.names, names):
            fault = "numbers in the first line that may be names or data"
            raise RenderError(f"{self.where}: {fault}: say 'header: true' or 'header: false'")
        if not start.header:
            self.names = [str(number) for number in range(1, len(self.names) + 1)]
        self.positions = self._found(names, start)
        self._peeked = None if start.header else first
        if start.header and start.separator in " \t":
            self._peeked = self._next()
            if len(_trimmed(self._peeked or [])) == len(self.names) + 1:
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

    def _found(self, names: Sequence[str], start: _Start) -> list[int]:
        """The position of each name."""
        there = [folded(cell) for cell in self.names]
        return [self._position(index, name, there, start) for index, name in enumerate(names)]

    def _position(self, index: int, name: str, there: list[str], start: _Start) -> int:
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
        if start.header and all(map(_number_like, filter(None, there))):
            fault = "expected the names of the columns, found numbers"
            hint = "with 'header: false' the columns are called 1, 2, …"
            raise RenderError(f"{self.where}: {fault}: {listed}; {hint}")
        if start.header and start.named is not None:
            fault = f"no column '{shown(name)}' in this line, but in line {start.named + 1}"
            raise ColumnFault(f"{self.where}: {fault}: 'skip: {start.named}' begins there", index)
        hint = nearest(name, there) or ";"
        missing = f"no column '{shown(name)}'{hint} there are: {listed}"
        raise ColumnFault(f"{self.where}: {missing}", index)


@dataclass(frozen=True)
class _Start:
    """Where a table begins, and how its rows are divided."""

    line: int  # the first one that is read, from 0
    separator: str
    header: bool
    bare: str = ""  # what is taken from the beginning of the first line, such as '#'
    named: int | None = None  # a later line that has all names

    @classmethod
    def of(cls, lines: Sequence[str], names: Sequence[str], layout: Layout) -> _Start:
        """What the first lines of a file say."""
        at, given = layout.skip, SEPARATORS.get(layout.separator, layout.separator)
        wanted = {folded(name) for name in names}
        said = re.fullmatch('"?sep=(.)"?', lines[at].strip("\r\n")) if at < len(lines) else None
        if said is not None:  # as Excel writes it
            at, given = at + 1, said[1] if given == "auto" else given
        at = _filled_line(lines, at, layout.comment)
        bare = ""
        if not layout.comment and at < len(lines) and lines[at].lstrip().startswith("#"):
            at, bare = _after_remarks(lines, at, wanted, given)
        sample = [line for line in lines[at : at + 2 * SAMPLE] if line.strip()]
        if layout.comment:
            sample = [line for line in sample if not line.lstrip().startswith(layout.comment)]
        if bare and sample:
            sample[0] = sample[0].replace(bare, "", 1)
        header = layout.header
        numbered = header is False or all(map(str.isdigit, wanted))
        separator = _sniffed(sample, set() if numbered else wanted) if given == "auto" else given
        first = next(_divided(sample, separator), [])
        if header is None:
            header = not _without_names(first, wanted)
        named = None
        if header and not wanted <= {folded(cell) for cell in first}:
            named = _line_with(lines, at + 1, wanted, given)
        return cls(at, separator, header, bare, named)


class _Lines:
    """The lines of a file from the table's first one, without comments between rows."""

    def __init__(self, file: TextIO, comment: str, start: _Start) -> None:
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
        return _evened(line) if self._blank else line

    def _line(self) -> str:
        line = next(self._file)
        self.number += 1
        return line.removeprefix("\ufeff") if self.number == 1 else line


def _evened(line: str) -> str:
    """A line divided by blanks or tabs, with nothing before or after its cells."""
    return line.replace("\t", " ").strip(" \r\n") + "\n"


def _trimmed(cells: list[str]) -> list[str]:
    """The cells without blank ones at the end: a separator may end each line."""
    last = max((i for i, cell in enumerate(cells) if cell.strip()), default=-1)
    return [cell.strip() for cell in cells[: last + 1]]


def _first(file: TextIO, count: int) -> Iterator[str]:
    """So many lines of a file, fewer where they are long, and always one."""
    letters = 0
    for line in islice(file, count):
        yield line
        letters += len(line)
        if letters > LETTERS:
            return


def _filled_line(lines: Sequence[str], at: int, comment: str) -> int:
    """The first line from there on that is neither blank nor a comment."""
    for number in range(at, len(lines)):
        line = lines[number].lstrip("\ufeff").strip()
        if line and not (comment and line.startswith(comment)):
            return number
    return at


def _after_remarks(lines: Sequence[str], at: int, wanted: set[str], given: str) -> tuple[int, str]:
    """Where a table begins whose file begins with '#', and what is before its first name."""
    signs = SEPARATORS.values() if given == "auto" else [given]

    def named(line: str) -> bool:
        rows = (next(_divided([line], sign), []) for sign in signs)
        return any(wanted <= {folded(cell) for cell in row} for row in rows)

    if any(name.startswith("#") for name in wanted):  # a column is called '#…'
        return at, ""
    while at < len(lines) and (lines[at].lstrip().startswith("#") or not lines[at].strip()):
        bare = re.match(r"\s*#+\s*", lines[at])
        if bare is not None and named(lines[at][bare.end() :]):
            return at, bare[0]
        at += 1
    return at, ""


def _line_with(lines: Sequence[str], at: int, wanted: set[str], given: str) -> int | None:
    """The first line from there on that has all of the names."""
    signs = [*SEPARATORS.values()] if given == "auto" else [given]
    for number in range(at, len(lines)):
        for sign in signs:
            cells = next(_divided([lines[number]], sign), [])
            if len(cells) > 1 and wanted <= {folded(cell) for cell in cells}:
                return number
    return None


def _may_be_data(first: Sequence[str], names: Sequence[str]) -> bool:
    """Whether a first line holds numbers, and the names are both among them and their places."""
    places = {str(number) for number in range(1, len(first) + 1)}
    return {*names} <= places & {*first} and all(map(_number_like, filter(None, first)))


def _without_names(first: Sequence[str], wanted: set[str]) -> bool:
    """Whether a first line holds numbers, and the names are those of columns without names."""
    cells = [cell.strip() for cell in first]
    numbered = {str(number) for number in range(1, len(cells) + 1)}
    filled = [cell for cell in cells if cell.lower() not in MISSING]
    numbers = bool(filled) and all(_number_like(cell) or _date(cell) for cell in filled)
    return numbers and wanted <= numbered and not wanted <= {*cells}


def _divided(lines: Iterable[str], sign: str) -> Iterator[list[str]]:
    """The cells of some lines; ends where they can't be divided."""
    blank = sign == " "
    each = (_evened(line) if blank else line for line in lines)
    reader = csv.reader(each, delimiter=sign, skipinitialspace=sign != "\t")
    try:
        yield from (row for row in reader if row)
    except csv.Error:  # a line of a million columns is one cell with another separator
        return


def _sniffed(lines: Sequence[str], wanted: set[str]) -> str:
    """The separator with which the first line has most of the names.

    Then the one that gives all rows equally many cells, most of them numbers, and the most cells.
    A blank is one only where no other sign divides the lines.
    """

    def score(sign: str) -> tuple[int, bool, bool, float, bool, int]:
        rows = [_trimmed(row) for row in islice(_divided(lines, sign), SAMPLE)]
        if not rows or len(rows[0]) < 2:
            return 0, False, False, 0.0, False, 0
        names = {folded(cell) for cell in rows[0]}
        after = rows[1:] or rows
        equal = all(len(row) == len(rows[0]) for row in after)
        cells = [cell for row in after for cell in row]
        numbers = sum(_number_like(cell) or cell.lower() in MISSING for cell in cells)
        share = round(numbers / max(1, len(cells)), 2)
        return len(wanted & names), True, equal, share, sign != " ", len(rows[0])

    return max(SEPARATORS.values(), key=score)


@contextmanager
def _opened(path: Path, names: Sequence[str], layout: Layout) -> Iterator[_Rows]:
    """The table of a file, with faults of reading it as RenderError."""
    rows: _Rows | None = None
    encoding = layout.encoding
    try:
        _refuse_strangers(path)
        encoding = _encoding(path) if layout.encoding == "auto" else layout.encoding
        with TextIOWrapper(opened(path, MAX_BYTES), encoding, newline="") as file:
            rows = _Rows(path, file, names, layout)
            yield rows
    except OSError as fault:
        raise RenderError(f"{path}: can't be read: {fault.strerror}") from None
    except UnicodeError:
        where = f"{path}:{_undecodable(path, encoding)}"
        if layout.encoding == "auto" and encoding == "utf-8-sig":
            other = "or name its own, such as 'encoding: cp1252' (Western Europe, Windows)"
            hint = f"not UTF-8: save the file in that encoding, {other}"
        else:
            hint = f"not {encoding}, as the file or the option 'encoding' says"
        raise RenderError(f"{where}: {hint}") from None
    except csv.Error as fault:
        where = rows.where if rows is not None else f"{path}:1"
        raise RenderError(f"{where}: not a CSV table: {fault}") from None


def _refuse_strangers(path: Path) -> None:
    """Raise RenderError for what is no file, too large, or of a kind that is no text."""
    if not path.exists():
        folder = path.parent
        there = [file.name for file in folder.glob("*.csv")] if folder.is_dir() else []
        raise RenderError(f"{path}: no such file{nearest(path.name, there)}")
    if not path.is_file():
        raise RenderError(f"{path}: not a file")
    with opened(path) as file:
        start = file.read(64)
    for magic, (kind, advice) in KINDS.items():
        if start.startswith(magic):
            raise RenderError(f"{path}: is {kind}, not a text: {advice}")
    if start.lstrip().lower().startswith(PAGES):
        raise RenderError(f"{path}: is a page of the web or XML, not a table: {EXPORT}")
    if (size := os.path.getsize(path)) > MAX_BYTES:
        raise RenderError(f"{path}: {size:,} bytes: a table has at most {MAX_BYTES:,}")


def _encoding(path: Path) -> str:
    """What the first bytes say: a mark, or every other byte a zero, else UTF-8."""
    with opened(path) as file:
        start = file.read(200)
    marks = {codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32"}
    marks |= {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
    for mark, name in marks.items():
        if start.startswith(mark) and len(start) > len(mark):
            return name
    pairs = len(start) // 2
    if pairs > 1 and start[1::2].count(0) > 0.8 * pairs and 0 not in start[::2]:
        return "utf-16-le"
    if pairs > 1 and start[::2].count(0) > 0.8 * pairs and 0 not in start[1::2]:
        return "utf-16-be"
    return "utf-8-sig"


def _undecodable(path: Path, encoding: str) -> int:
    """The first line that isn't in an encoding."""
    data = read_bytes(path, MAX_BYTES)
    try:
        data.decode(encoding)
    except UnicodeDecodeError as fault:
        before = data[: fault.start].decode(encoding, "replace")
        return before.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    except UnicodeError:
        return 1
    return 1


# --- numbers --------------------------------------------------------------------------------


class _Doubt(Exception):
    """A cell may be a number if the whole file is asked how it writes them."""


@dataclass
class _Votes:
    """What cells say of the decimal sign."""

    decimal: set[str] = field(default_factory=set)  # signs that can be nothing else
    either: dict[str, str] = field(default_factory=dict)  # by sign: a cell that may be both

    def hear(self, cell: str) -> None:
        """Note a cell with a comma or a point."""
        cell, divided = DIVIDED.subn("", cell.strip().translate(MINUS).lstrip("+-"))
        match = SIGNED.fullmatch(cell)
        if match is None or not any(map(str.isdigit, cell)):
            return
        whole, part = match["whole"], match["part"]
        used = {sign for sign in ",." if sign in whole}
        if part:
            # a second sign, or one with digits after it that are no group of three
            group = not used and not divided and GROUP.fullmatch(cell)
            if group:
                self.either.setdefault(part[0], cell)
            else:
                self.decimal.add(part[0])
        elif used:
            self.decimal.add("," if "." in used else ".")


DIVIDED = re.compile(f"(?<=[0-9])[{BLANKS}{APOSTROPHES}](?=[0-9]{{3}}(?![0-9]))")
GROUP = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
SIGNED = re.compile(
    r"(?P<whole>[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,}|[1-9][0-9]{0,2}(?:,[0-9]{3}){2,}"
    r"|[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?=,)|[1-9][0-9]{0,2}(?:,[0-9]{3})+(?=\.)|[0-9]*)"
    r"(?P<part>[.,][0-9]*)?" + EXPONENT
)


def _settled(rows: _Rows, layout: Layout) -> _Numerals:
    """How numbers are written, by all cells of a file: the chosen columns come first."""
    chosen, others = _Votes(), _Votes()
    positions = {*rows.positions}
    for row in rows:
        for position, cell in enumerate(row):
            votes = chosen if position in positions else others
            if any(sign in cell and sign not in votes.decimal for sign in ",."):
                votes.hear(cell)
    decimal = chosen.decimal or others.decimal
    numerals = _Numerals(layout, heard=True)
    if len(decimal) == 1:
        return numerals.with_decimal(*decimal)
    asked = {} if len(decimal) == 2 else dict(chosen.either)
    if rows.separator != ";":
        asked.pop(".", None)  # 24.125 is a number with a point everywhere else
    return replace(numerals, asked=frozenset(asked), mixed=len(decimal) == 2)


@dataclass(frozen=True)
class _Numerals:
    """How numbers are written: which sign is the decimal one, and which are between thousands."""

    layout: Layout
    heard: bool = False  # whether the whole file was asked
    asked: frozenset[str] = frozenset()  # signs that may be either
    mixed: bool = False  # both signs are decimal ones in the file
    sign: str = ""  # the decimal one, where it was found out

    def with_decimal(self, sign: str) -> _Numerals:
        """The same with a decimal sign that was found out."""
        return replace(self, sign=sign)

    @property
    def known(self) -> bool:
        """Whether the options say what the decimal sign is."""
        return self.layout.decimal != "auto" or self.layout.thousands in (",", ".")

    @property
    def decimal(self) -> str:
        """The decimal sign."""
        if self.layout.decimal != "auto":
            return self.layout.decimal
        if self.layout.thousands in (",", "."):
            return "," if self.layout.thousands == "." else "."
        return self.sign or "."

    @property
    def thousands(self) -> str:
        """The signs that may stand between thousands."""
        if self.layout.thousands == "none":
            return ""
        if self.layout.thousands == " ":
            return BLANKS
        if self.layout.thousands == "'":
            return APOSTROPHES
        if self.layout.thousands != "auto":
            return self.layout.thousands
        other = "," if self.decimal == "." else "."
        return BLANKS + APOSTROPHES + (other if self.known or self.sign else "")

    def number(self, cell: str) -> float:
        """The value of a cell. Raises ValueError with what is wrong, or _Doubt."""
        value = _float(cell) if self._quick else None
        if self._comma and "." not in cell:
            value = _float(cell.replace(",", "."))
        if value is not None:
            return _finite(value, cell)
        text = cell.translate(MINUS)
        asked = GROUP.fullmatch(text.lstrip("+-")) and {*text} & self.asked
        if not asked and (match := self._pattern.fullmatch(text)) and (match[2] or match[3]):
            whole = "".join(filter(str.isdigit, match[2]))
            return _finite(float(f"{match[1]}{whole or 0}.{match[3] or 0}{match[4]}"), cell)
        if not self.known and not self.heard and {*text} & {",", "."}:
            raise _Doubt
        raise ValueError(f"expected a number, found '{shown(cell)}'{self._hint(text)}")

    @cached_property
    def _quick(self) -> bool:
        """Whether Python reads a number as the file means it."""
        return self.decimal == "." and "." not in self.asked

    @cached_property
    def _comma(self) -> bool:
        """Whether it does with a point instead of the comma."""
        return self.decimal == ","

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """A number: its sign, digits with signs between thousands, decimals, exponent."""
        each = (f"|[1-9][0-9]{{0,2}}(?:{re.escape(sign)}[0-9]{{3}})+" for sign in self.thousands)
        whole, point = f"[0-9]+{''.join(each)}|", re.escape(self.decimal)
        return re.compile(f"([-+]?)({whole})(?:{point}([0-9]*))?({EXPONENT})")

    def _hint(self, text: str) -> str:
        """How to mend a cell that is no number, where that is plain."""
        for sign in sorted({*text} & self.asked):
            if GROUP.fullmatch(text.lstrip("+-")):
                whole, point = text.replace(sign, ""), float(text.replace(sign, "."))
                many = f"""'thousands: "{sign}"' if it is {whole}"""
                few = f"""'decimal: "{sign}"' if it is {point:g}"""
                return f": a thousands separator or a decimal one? Say {many}, {few}"
        if "," in text and _float(text.replace(",", ".")) is not None:
            given = self.layout.decimal == "."
            say = """'decimal: ","' reads it""" if given else "write decimals with a point"
            return f"; {say}"
        if "." in text and _float(text) is not None:
            return "; here decimals are written with a comma"
        if "," in text and "." in text and _number_like(text):
            return """; say which sign is which, like 'decimal: ",", thousands: "."'"""
        if _date(text) is not None:
            return "; 'dates: true' takes a date as days since the first row's"
        if text and not any(map(str.isalnum, text)):
            return f"""; 'na: ["{shown(text)}"]' says that such a cell has no number"""
        unit = re.fullmatch(r"([^\d.,+-]*)([-+]?[\d.,]+)\s*(\D*)", text)
        if unit is not None and _number_like(unit[2]):
            rest = (unit[1] or unit[3]).strip()
            if rest and rest.isprintable() and len(rest) <= 10:
                return f"; a cell has a number alone: leave '{rest}' out"
        return ""


def _float(text: str) -> float | None:
    try:
        return float(text) if "_" not in text else None
    except ValueError:
        return None


def _finite(value: float, cell: str) -> float:
    if math.isfinite(value):
        return value
    hint = ": too large" if any(map(str.isdigit, cell)) else ""
    raise ValueError(f"expected a number, found '{shown(cell)}'{hint}")


def _number_like(cell: str) -> bool:
    """Whether a cell is a number in any way of writing them."""
    text = cell.strip().translate(MINUS).lstrip("+-")
    value = _float(text)
    if value is not None:
        return math.isfinite(value)
    return bool(NUMBER.fullmatch(text)) and any(map(str.isdigit, text))


NUMBER = re.compile(
    rf"(?:[0-9]+|[0-9]{{1,3}}(?:([.,{BLANKS}{APOSTROPHES}])[0-9]{{3}})(?:\1[0-9]{{3}})*|)"
    rf"(?:[.,][0-9]*)?{EXPONENT}"
)


# --- dates ----------------------------------------------------------------------------------

DAY_FIRST = re.compile(r"([0-9]{1,2})([./])([0-9]{1,2})\2([0-9]{4})(.*)")
YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})(?:\2([0-9]{1,2})(.*))?")
DAY_S = 86_400


def _date(cell: str) -> datetime | None:
    """The date of a cell like 2024-01-31, 2024-01-31T12:00, 2024/1/31 or 31.1.2024.

    A month without a day is its first. None for what is no date, and for 1/2/2024, which is two.
    """
    cell = cell.strip()
    if match := YEAR_FIRST.fullmatch(cell):
        year, sign, month, day, time = match.groups()
        if day is None and sign != "-":  # 2024.5 is a number
            return None
        return _moment(year, month, day or "1", time or "")
    if match := DAY_FIRST.fullmatch(cell):
        day, sign, month, year, time = match.groups()
        if sign == "/":
            if int(day) <= 12 and int(month) <= 12 and day != month:
                return None
            day, month = (month, day) if int(month) > 12 else (day, month)
        return _moment(year, month, day, time)
    return None


def _moment(year: str, month: str, day: str, time: str) -> datetime | None:
    """A date and a time of the day, in UTC where a zone is named."""
    try:
        when = date(int(year), int(month), int(day)).isoformat()
        clock = time.strip().removeprefix("T").strip()
        moment = datetime.fromisoformat(f"{when}T{clock}" if clock else when)
    except ValueError:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


class _Column:
    """The numbers of a column so far."""

    def __init__(self, name: str, layout: Layout, numerals: _Numerals) -> None:
        self.name, self.numbers = name, array("d")
        self._numerals, self._dates = numerals, layout.dates
        self._missing = MISSING | {text.strip().lower() for text in layout.na}
        numbers = (_float(text.translate(MINUS)) for text in layout.na)
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
        moment = _date(cell)
        if moment is None and re.fullmatch(r"\d{1,2}/\d{1,2}/\d{4}.*", cell):
            raise ValueError(f"'{shown(cell)}' may be two dates: write it like 2024-01-31")
        if moment is not None and self._first is None and self.numbers:
            raise ValueError(f"expected a number as in the rows before, found '{shown(cell)}'")
        return moment
