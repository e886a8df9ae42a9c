"""Numbers as the house writes them: a true minus sign, and powers of ten as 1.16·10⁻¹²."""

from __future__ import annotations

import math
from decimal import Decimal

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
MAX_FIXED = 1e6  # from this size on numbers are written in powers of ten
MIN_FIXED = 1e-4  # and below this one
DIGITS = 4


def superscript(exponent: int) -> str:
    """`⁻¹²`."""
    return str(exponent).translate(SUPERSCRIPTS)


def power_of_ten(exponent: int) -> str:
    """`10⁻¹²`."""
    return f"10{superscript(exponent)}"


def fixed(value: float, decimals: int) -> str:
    """`−0.50`; there is no negative zero. With negative `decimals` it is a whole number."""
    value = round(float(value), decimals) + 0.0
    return f"{value:.{max(decimals, 0)}f}".replace("-", "−")


def scientific(value: float, decimals: int) -> str:
    """`1.16·10⁻¹²`; zero is `0`."""
    if value == 0 or not math.isfinite(value):
        return f"{value + 0.0:g}".replace("-", "−")
    mantissa, exponent = f"{value:.{decimals}e}".split("e")
    return f"{mantissa}·{power_of_ten(int(exponent))}".replace("-", "−")


def significant(value: float, digits: int = DIGITS) -> str:
    """A number by itself, in so many digits and without zeros at its end: `0.0557`, `101066`.

    A whole number is not rounded: 101066 in four digits would be another number.
    """
    size = abs(value)
    if not math.isfinite(value) or (size and not MIN_FIXED <= size < MAX_FIXED):
        return _shortened(scientific(value, digits - 1))
    before = math.floor(math.log10(size)) if size else 0
    return trimmed(fixed(value, max(digits - 1 - before, 0)))


def percent(share: float) -> str:
    """A share from 0 to 1: `99 %`. One that isn't all is never written as 100 %, nor one as 0 %."""
    if 0.995 <= share < 1:
        return f"{100 * min(share, 0.999):.1f} %"
    return f"{100 * share:.0f} %" if share >= 0.1 or share == 0 else f"{100 * share:.2g} %"


def exact(value: Decimal) -> str:
    """A number in all of its digits, in the shorter of the two ways: `1700216000`, `1.7·10⁹`."""
    plain = trimmed(f"{value:f}").replace("-", "−")
    power = value.adjusted()
    mantissa = trimmed(f"{value.scaleb(-power):f}").replace("-", "−")
    return min(plain, f"{mantissa}·{power_of_ten(power)}", key=len)


def trimmed(text: str) -> str:
    """A fixed number without zeros at the end of its decimals: `1.50` is `1.5`."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def _shortened(text: str) -> str:
    """`1.50·10⁶` as `1.5·10⁶`."""
    mantissa, times, power = text.partition("·")
    return trimmed(mantissa) + times + power
