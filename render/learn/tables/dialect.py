"""How a table is written, and how its names are compared."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from render.errors import RenderError

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "blank": " "}
MISSING = {"", "na", "n/a", "nan", "null", "none", "?"}  # cells without a number, in lower case
ZERO_WIDTH = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060"))


@dataclass(frozen=True)
class Dialect:
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


class ColumnFault(RenderError):
    """A column can't be found by its name."""

    def __init__(self, message: str, index: int) -> None:
        super().__init__(message)
        self.index = index  # in the names that were asked for


def folded(name: str) -> str:
    """A name in the form in which names are compared: NFC, each white space one blank."""
    if name.isascii() and name.isalnum():
        return name
    return " ".join(unicodedata.normalize("NFC", name.translate(ZERO_WIDTH)).split())
