"""Reads numbers as the house writes them: `−3.2·10⁻¹²`."""

from __future__ import annotations

import re

DIGITS = {mark: plain for plain, mark in zip("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True)}
NUMBER = re.compile(r"[−-]?\d+(?:\.\d+)?(?:·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?")


def number(text: str) -> float:
    """The number that a text is."""
    mantissa, _, power = text.strip().replace("−", "-").partition("·10")
    exponent = "".join(DIGITS[mark] for mark in power)
    return float(f"{mantissa}e{exponent}") if power else float(mantissa)


def last_number(text: str) -> float:
    """The last word of a text as a number."""
    return number(text.split()[-1])


def as_python(text: str) -> str:
    """A formula with Python's numbers and signs: `(x − 1.7·10⁹) / 2`."""
    return NUMBER.sub(lambda m: repr(number(m[0])), text).replace("−", "-")


def numbers(equation: str) -> list[float]:
    """The numbers of an equation, with their signs: `ŷ = −5.79 x + 0.31`."""
    signed = re.sub(r"([+−]) +", r"\1", equation).replace("+", "")
    return [number(found[0]) for found in NUMBER.finditer(signed)]
