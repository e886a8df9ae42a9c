"""The text of a plain YAML scalar in, its value out, by the core schema of YAML 1.2.

PyYAML follows YAML 1.1, where `1e-2` is a text, `no` is false, `017` is 15 and `1:30` is 90.
"""

from __future__ import annotations

import re

NULL = frozenset({"", "~", "null", "Null", "NULL"})
FLAG = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
INTEGER = re.compile(r"[-+]?[0-9]+")
BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)")
NOT_A_NUMBER = frozenset({".nan", ".NaN", ".NAN"})

LONGEST = 400  # digits; int() refuses more than 4,300, and no field holds more than 309


def plain(text: str) -> str | int | float | bool | None:
    """The value of an unquoted scalar."""
    if text in NULL:
        return None
    if text in FLAG:
        return FLAG[text]
    if len(text) > LONGEST:
        return text
    if INTEGER.fullmatch(text):
        return int(text)
    if BASED.fullmatch(text):
        return int(text, base=0)
    if FLOAT.fullmatch(text):
        return float(text)
    if INFINITE.fullmatch(text) or text in NOT_A_NUMBER:
        return float(text.replace(".", ""))
    return text
