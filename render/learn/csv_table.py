"""Reads columns of numbers from a CSV file; its errors name the file, the line and the cell."""

from __future__ import annotations

import csv
import math
import os
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from render.config.problems import nearest, shown
from render.errors import RenderError

MAX_BYTES = 100_000_000
MAX_ROWS = 1_000_000
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}
MISSING = {"", "na", "n/a", "nan", "null", "none", "?"}  # cells without a number, in lower case


def header(path: Path, names: Sequence[str], delimiter: str) -> list[int]:
    """The positions of the columns. Raises RenderError for a file that is not such a table."""
    with _table(path, delimiter, names) as (first, _):
        return _positions(path, first, names)


def read(path: Path, names: Sequence[str], delimiter: str = "auto", drop: bool = False) -> Any:
    """The named columns (C, N) in float64.

    Rows in which one of them is missing are left out with `drop`, else they are an error.
    Raises RenderError for a file that can't be read or is not such a table.
    """
    import numpy as np

    with _table(path, delimiter, names) as (first, rows):
        positions = _positions(path, first, names)
        columns = [array("d") for _ in positions]
        for number, row in enumerate(_filled(rows), 1):
            where = f"{path}:{rows.line_num}: row {number:,}"
            if number > MAX_ROWS:
                raise RenderError(f"{path}: more than {MAX_ROWS:,} rows")
            if len(row) != len(first):
                cells = f"{len(row)} cell{'s' * (len(row) != 1)}"
                raise RenderError(f"{where} has {cells}, the first line names {len(first)} columns")
            chosen = [row[position].strip() for position in positions]
            missing = [cell.lower() in MISSING for cell in chosen]
            if any(missing) and drop:
                continue
            if any(missing):
                raise RenderError(f"{where}, {_missing(names, chosen, missing)}")
            for name, cell, column in zip(names, chosen, columns, strict=True):
                column.append(_number(f"{where}, column '{shown(name)}'", cell))
    if len(columns[0]) < 2:
        raise RenderError(f"{path}: expected at least 2 rows of numbers, found {len(columns[0])}")
    return np.array([np.frombuffer(column) for column in columns])


@contextmanager
def _table(path: Path, delimiter: str, names: Sequence[str]) -> Iterator[tuple[list[str], Any]]:
    """The cells of the first line and a reader of the rows after it."""
    rows = csv.reader(())
    try:
        with _opened(path) as file:
            line = file.readline()
            if not line.strip():
                raise RenderError(f"{path}:1: expected the names of the columns, found nothing")
            file.seek(0)
            sign = DELIMITERS.get(delimiter) or _sniffed(line, names)
            rows = csv.reader(file, delimiter=sign, strict=True)
            yield [cell.strip() for cell in next(rows)], rows
    except OSError as fault:
        raise RenderError(f"{path}: can't be read: {fault.strerror}") from None
    except UnicodeDecodeError:
        where = f"{path}:{_undecodable(path)}"
        raise RenderError(f"{where}: not UTF-8: save the file in that encoding") from None
    except csv.Error as fault:
        raise RenderError(f"{path}:{max(1, rows.line_num)}: not a CSV table: {fault}") from None


def _opened(path: Path) -> TextIO:
    if not path.exists():
        folder = path.parent
        there = [file.name for file in folder.glob("*.csv")] if folder.is_dir() else []
        raise RenderError(f"{path}: no such file{nearest(path.name, there)}")
    if not path.is_file():
        raise RenderError(f"{path}: not a file")
    if (size := os.path.getsize(path)) > MAX_BYTES:
        raise RenderError(f"{path}: {size:,} bytes: a table has at most {MAX_BYTES:,}")
    return path.open(encoding="utf-8-sig", newline="")


def _sniffed(line: str, names: Sequence[str]) -> str:
    """The delimiter with which the first line has the most of the names, then the most cells."""

    def score(sign: str) -> tuple[int, int]:
        try:
            cells = [cell.strip() for cell in next(csv.reader([line], delimiter=sign))]
        except csv.Error:  # a line of a million columns is one cell with another delimiter
            return -1, 0
        return len(set(names) & set(cells)), len(cells)

    return max(DELIMITERS.values(), key=score)


def _positions(path: Path, first: list[str], names: Sequence[str]) -> list[int]:
    for name in names:
        if name not in first:
            there = ", ".join(shown(cell, 30) for cell in first[:12]) + ", …" * (len(first) > 12)
            if all(map(_numeric, first)):
                fault = "expected the names of the columns, found numbers"
                raise RenderError(f"{path}:1: {fault}: {there}")
            hint = nearest(name, first) or ";"
            raise RenderError(f"{path}:1: no column '{shown(name)}'{hint} there are: {there}")
        if first.count(name) > 1:
            raise RenderError(f"{path}:1: {first.count(name)} columns are called '{shown(name)}'")
    return [first.index(name) for name in names]


def _filled(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """The rows without blank lines."""
    return (row for row in rows if row)


def _missing(names: Sequence[str], cells: list[str], missing: list[bool]) -> str:
    """The message about the first cell of a row without a number."""
    first = missing.index(True)
    cell = f"found '{cells[first]}'" if cells[first] else "the cell is empty"
    hint = "'missing: drop' leaves such rows out"
    return f"column '{shown(names[first])}': expected a number, {cell}; {hint}"


def _number(where: str, cell: str) -> float:
    try:
        value = float(cell) if "_" not in cell else math.nan
    except ValueError:
        value = math.nan
    if math.isfinite(value):
        return value
    hint = "; write decimals with a point" if _decimal_comma(cell) else ""
    if math.isinf(value):
        hint = ": too large" if any(map(str.isdigit, cell)) else ""
    raise RenderError(f"{where}: expected a number, found '{shown(cell)}'{hint}")


def _decimal_comma(cell: str) -> bool:
    return "," in cell and _numeric(cell.replace(",", "."))


def _numeric(cell: str) -> bool:
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False


def _undecodable(path: Path) -> int:
    """The first line that isn't UTF-8."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 1
