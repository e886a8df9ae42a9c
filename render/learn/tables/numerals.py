"""How a file writes its numbers: the decimal sign, and the signs between thousands."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from functools import cached_property

from render.config.problems import shown
from render.learn.tables.dates import parsed_date
from render.learn.tables.dialect import Dialect

# One character each: minus, dashes and hyphens that stand for a minus sign before a number.
MINUS = dict.fromkeys(map(ord, "\u2212\u2010\u2011\u2012\u2013\ufe63\uff0d"), "-")
BLANKS = " \u00a0\u2009\u202f"
APOSTROPHES = "'\u2019"
EXPONENT = r"(?:[eE][-+]?[0-9]+)?"


class Doubt(Exception):
    """A cell may be a number if the whole file is asked how it writes them."""


@dataclass
class Votes:
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


@dataclass(frozen=True)
class Numerals:
    """How numbers are written: which sign is the decimal one, and which are between thousands."""

    dialect: Dialect
    heard: bool = False  # whether the whole file was asked
    asked: frozenset[str] = frozenset()  # signs that may be either
    mixed: bool = False  # both signs are decimal ones in the file
    sign: str = ""  # the decimal one, where it was found out

    def with_decimal(self, sign: str) -> Numerals:
        """The same with a decimal sign that was found out."""
        return replace(self, sign=sign)

    @property
    def known(self) -> bool:
        """Whether the options say what the decimal sign is."""
        return self.dialect.decimal != "auto" or self.dialect.thousands in (",", ".")

    @property
    def decimal(self) -> str:
        """The decimal sign."""
        if self.dialect.decimal != "auto":
            return self.dialect.decimal
        if self.dialect.thousands in (",", "."):
            return "," if self.dialect.thousands == "." else "."
        return self.sign or "."

    @property
    def thousands(self) -> str:
        """The signs that may stand between thousands."""
        if self.dialect.thousands == "none":
            return ""
        if self.dialect.thousands == " ":
            return BLANKS
        if self.dialect.thousands == "'":
            return APOSTROPHES
        if self.dialect.thousands != "auto":
            return self.dialect.thousands
        other = "," if self.decimal == "." else "."
        return BLANKS + APOSTROPHES + (other if self.known or self.sign else "")

    def number(self, cell: str) -> float:
        """The value of a cell. Raises ValueError with what is wrong, or Doubt."""
        value = plain_float(cell) if self._quick else None
        if self._comma and "." not in cell:
            value = plain_float(cell.replace(",", "."))
        if value is not None:
            return finite(value, cell)
        text = cell.translate(MINUS)
        asked = GROUP.fullmatch(text.lstrip("+-")) and {*text} & self.asked
        if not asked and (match := self._pattern.fullmatch(text)) and (match[2] or match[3]):
            whole = "".join(filter(str.isdigit, match[2]))
            return finite(float(f"{match[1]}{whole or 0}.{match[3] or 0}{match[4]}"), cell)
        if not self.known and not self.heard and {*text} & {",", "."}:
            raise Doubt
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
        if "," in text and plain_float(text.replace(",", ".")) is not None:
            given = self.dialect.decimal == "."
            say = """'decimal: ","' reads it""" if given else "write decimals with a point"
            return f"; {say}"
        if "." in text and plain_float(text) is not None:
            return "; here decimals are written with a comma"
        if "," in text and "." in text and number_like(text):
            return """; say which sign is which, like 'decimal: ",", thousands: "."'"""
        if parsed_date(text) is not None:
            return "; 'dates: true' takes a date as days since the first row's"
        if text and not any(map(str.isalnum, text)):
            return f"""; 'na: ["{shown(text)}"]' says that such a cell has no number"""
        unit = re.fullmatch(r"([^\d.,+-]*)([-+]?[\d.,]+)\s*(\D*)", text)
        if unit is not None and number_like(unit[2]):
            rest = (unit[1] or unit[3]).strip()
            if rest and rest.isprintable() and len(rest) <= 10:
                return f"; a cell has a number alone: leave '{rest}' out"
        return ""


NUMBER = re.compile(
    rf"(?:[0-9]+|[0-9]{{1,3}}(?:([.,{BLANKS}{APOSTROPHES}])[0-9]{{3}})(?:\1[0-9]{{3}})*|)"
    rf"(?:[.,][0-9]*)?{EXPONENT}"
)


def number_like(cell: str) -> bool:
    """Whether a cell is a number in any way of writing them."""
    text = cell.strip().translate(MINUS).lstrip("+-")
    value = plain_float(text)
    if value is not None:
        return math.isfinite(value)
    return bool(NUMBER.fullmatch(text)) and any(map(str.isdigit, text))


def plain_float(text: str) -> float | None:
    try:
        return float(text) if "_" not in text else None
    except ValueError:
        return None


def finite(value: float, cell: str) -> float:
    if math.isfinite(value):
        return value
    hint = ": too large" if any(map(str.isdigit, cell)) else ""
    raise ValueError(f"expected a number, found '{shown(cell)}'{hint}")
