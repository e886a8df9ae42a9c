"""Where a table begins in its file, and which sign divides its cells."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TextIO

from render.learn.tables.dates import parsed_date
from render.learn.tables.dialect import MISSING, SEPARATORS, Dialect, folded
from render.learn.tables.numerals import number_like

SAMPLE = 20  # rows that the separator is found by
MAX_CELLS = 1000  # in each of them
TOP = 100  # lines in which the names of the columns are looked for
LETTERS = 1_000_000  # in them


@dataclass(frozen=True)
class Start:
    """Where a table begins, and how its rows are divided."""

    line: int  # the first one that is read, from 0
    separator: str
    header: bool
    bare: str = ""  # what is taken from the beginning of the first line, such as '#'
    named: int | None = None  # a later line that has all names

    @classmethod
    def of(cls, lines: Sequence[str], names: Sequence[str], dialect: Dialect) -> Start:
        """What the first lines of a file say."""
        at, given = dialect.skip, SEPARATORS.get(dialect.separator, dialect.separator)
        wanted = {folded(name) for name in names}
        said = re.fullmatch('"?sep=(.)"?', lines[at].strip("\r\n")) if at < len(lines) else None
        if said is not None:  # as Excel writes it
            at, given = at + 1, said[1] if given == "auto" else given
        at = _filled_line(lines, at, dialect.comment)
        bare = ""
        if not dialect.comment and at < len(lines) and lines[at].lstrip().startswith("#"):
            at, bare = _after_remarks(lines, at, wanted, given)
        sample = [line for line in lines[at : at + 2 * SAMPLE] if line.strip()]
        if dialect.comment:
            sample = [line for line in sample if not line.lstrip().startswith(dialect.comment)]
        if bare and sample:
            sample[0] = sample[0].replace(bare, "", 1)
        header = dialect.header
        numbered = header is False or all(map(str.isdigit, wanted))
        separator = _sniffed(sample, set() if numbered else wanted) if given == "auto" else given
        first = next(divided(sample, separator), [])
        if header is None:
            header = not _without_names(first, wanted)
        named = None
        if header and not wanted <= {folded(cell) for cell in first}:
            named = _line_with(lines, at + 1, wanted, given)
        return cls(at, separator, header, bare, named)


def first_lines(file: TextIO, count: int) -> Iterator[str]:
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
        rows = (next(divided([line], sign), []) for sign in signs)
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
            cells = next(divided([lines[number]], sign), [])
            if len(cells) > 1 and wanted <= {folded(cell) for cell in cells}:
                return number
    return None


def _without_names(first: Sequence[str], wanted: set[str]) -> bool:
    """Whether a first line holds numbers, and the names are those of columns without names."""
    cells = [cell.strip() for cell in first]
    numbered = {str(number) for number in range(1, len(cells) + 1)}
    filled = [cell for cell in cells if cell.lower() not in MISSING]
    numbers = bool(filled) and all(number_like(cell) or parsed_date(cell) for cell in filled)
    return numbers and wanted <= numbered and not wanted <= {*cells}


def _sniffed(lines: Sequence[str], wanted: set[str]) -> str:
    """The separator with which the first line has most of the names.

    Then the one that gives all rows equally many cells, most of them numbers, and the most cells.
    A blank is one only where no other sign divides the lines.
    """

    def score(sign: str) -> tuple[int, bool, bool, float, bool, int]:
        rows = [trimmed(row) for row in islice(divided(lines, sign), SAMPLE)]
        if not rows or len(rows[0]) < 2:
            return 0, False, False, 0.0, False, 0
        names = {folded(cell) for cell in rows[0]}
        after = rows[1:] or rows
        equal = all(len(row) == len(rows[0]) for row in after)
        cells = [cell for row in after for cell in row[:MAX_CELLS]]
        numbers = sum(number_like(cell) or cell.lower() in MISSING for cell in cells)
        share = round(numbers / max(1, len(cells)), 2)
        return len(wanted & names), True, equal, share, sign != " ", len(rows[0])

    return max(SEPARATORS.values(), key=score)


def divided(lines: Iterable[str], sign: str) -> Iterator[list[str]]:
    """The cells of some lines; ends where they can't be divided."""
    blank = sign == " "
    each = (evened(line) if blank else line for line in lines)
    reader = csv.reader(each, delimiter=sign, skipinitialspace=sign != "\t")
    try:
        yield from (row for row in reader if row)
    except csv.Error:  # a line of a million columns is one cell with another separator
        return


def evened(line: str) -> str:
    """A line divided by blanks or tabs, with nothing before or after its cells."""
    return line.replace("\t", " ").strip(" \r\n") + "\n"


def trimmed(cells: list[str]) -> list[str]:
    """The cells without blank ones at the end: a separator may end each line."""
    last = max((i for i, cell in enumerate(cells) if cell.strip()), default=-1)
    return [cell.strip() for cell in cells[: last + 1]]
