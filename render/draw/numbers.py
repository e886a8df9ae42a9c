"""Formats numbers with one width and one count of decimals in a film, so that none moves."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal

import numpy as np

from render.numerals import (
    MAX_FIXED,
    MIN_FIXED,
    exact,
    fixed,
    power_of_ten,
    scientific,
    trimmed,
)
from render.phrases import joined, phrase
from render.recording import Array

BRIEF_WIDTH = 8  # letters of a brief number
DIGITS = 4  # of the largest value of a series
CHANGE_DIGITS = 3  # at least so many of the difference between its lowest and its highest value
MANY = 1e4  # from this size on numbers need no decimals by themselves
MAX_EXTRA = 2  # more digits than usual, of numbers that are not written in powers of ten
MAX_DIGITS = 15  # of double precision


@dataclass(frozen=True)
class Figures:
    """Writes numbers of a series, all equally wide, with a true minus sign.

    Numbers from MAX_FIXED on, or all of a series, are written in powers of ten.
    """

    width: int
    decimals: int
    scientific: bool = False
    mantissa: int = 2  # decimals of a number in powers of ten

    def __call__(self, value: float) -> str:
        value = float(value)
        if self.scientific or not abs(value) < MAX_FIXED:
            return scientific(value, self.mantissa).rjust(self.width)
        return fixed(value, self.decimals).rjust(self.width)


def figures(values: Array, digits: int = DIGITS) -> Figures:
    """How to write the values of a series so that its largest shows `digits` digits.

    Two decimals at least where any of the values is small, and more where they differ by
    little; powers of ten where all of them are small, and from a million on.
    """
    sizes = _sizes(values)
    small = sizes[sizes < MAX_FIXED]
    largest = float(small.max(initial=0.0)) if len(small) else float(sizes.max(initial=0.0))
    extra = _extra_digits(np.asarray(values, dtype=float))
    if len(sizes) and (not len(small) or largest < MIN_FIXED):
        return powers(values, min(max(2, digits - 2 + extra), MAX_DIGITS))
    extra = min(extra, MAX_EXTRA)
    whole = len(f"{largest:.0f}")
    leading = max(0, -math.floor(math.log10(largest)) - 1) if largest > 0 else 0  # zeros
    least = 2
    if largest >= MANY:  # late losses may be small all the same
        least = max(0, min(2, 2 - math.floor(math.log10(float(sizes.min())))))
    decimals = min(max(least, digits - whole + extra) + leading, MAX_DIGITS)
    return placed(values, decimals)


def placed(values: Array, decimals: int, mantissa: int = 2) -> Figures:
    """Figures with so many decimals that are wide enough for all values, whatever their signs."""
    sizes = _sizes(values)
    large = sizes[sizes >= MAX_FIXED]
    largest = float(sizes[sizes < MAX_FIXED].max(initial=0.0))
    width = len(fixed(largest, decimals)) + 1
    if len(large):
        width = max(width, powers(large, mantissa).width)
    return Figures(width=width, decimals=decimals, mantissa=mantissa)


def powers(values: Array, mantissa: int) -> Figures:
    """Figures in powers of ten, wide enough for all values, whatever their signs."""
    sizes = _sizes(values)
    ends = [sizes.min(), sizes.max()] if len(sizes) else [1.0]
    width = max(len(scientific(float(end), mantissa)) for end in ends) + 1
    return Figures(width=width, decimals=mantissa, scientific=True, mantissa=mantissa)


def _sizes(values: Array) -> Array:
    """The sizes of the values that are finite and not 0."""
    sizes = np.abs(np.ravel(np.asarray(values, dtype=float)))
    return np.asarray(sizes[np.isfinite(sizes) & (sizes > 0)])


def _extra_digits(values: Array) -> int:
    """How many more digits than usual it takes to tell the lowest value from the highest."""
    finite = values[np.isfinite(values)]
    change, size = float(np.ptp(finite)) if finite.size else 0.0, np.abs(finite).max(initial=0.0)
    if not 1e-12 * size < change:  # less than that is rounding
        return 0
    needed = math.floor(math.log10(size)) - math.floor(math.log10(change)) + CHANGE_DIGITS
    return max(0, needed - DIGITS)


def brief(value: float) -> str:
    """A number in four significant digits, BRIEF_WIDTH letters wide."""
    if value and not 1e-3 <= abs(value) < MAX_FIXED:
        return scientific(value, 1).rjust(BRIEF_WIDTH)
    before = math.floor(math.log10(abs(value))) if value else 0
    return fixed(value, min(4, max(0, 3 - before))).rjust(BRIEF_WIDTH)


def brief_width(values: Array) -> int:
    """How many letters the widest of values (N,) has in brief form.

    The power of ten of a diverged loss has three digits.
    """
    ends = values.min(), values.max(), values[np.abs(values).argmin()]
    return max(BRIEF_WIDTH, *(len(brief(float(value))) for value in ends))


TICK_LETTERS = 6  # of a tick, where it isn't measured
SLACK = 1e-3  # of the distance between two ticks: a tick that far from its number is misread


@dataclass(frozen=True)
class TickLabels:
    """What is written at the ticks of an axis: value = base + number · 10^power."""

    texts: tuple[str, ...]
    power: int = 0
    taken: Decimal = Decimal(0)  # the base, where it isn't 0

    @property
    def base(self) -> str:
        """`− 1.7·10⁹`: what is taken from the values; empty for nothing."""
        sign = "−" if self.taken > 0 else "+"
        return f"{sign} {exact(abs(self.taken))}" if self.taken else ""

    def texts_of(self, values: Array) -> tuple[str, ...]:
        """What other ticks (N,) are called on the same axis."""
        numbers = [PRECISE.subtract(number, self.taken) for number in _rounded(values)]
        return _texts([number.scaleb(-self.power, PRECISE) for number in numbers])

    @property
    def factor(self) -> str:
        """`·10³`, to be read after each number; empty for 1."""
        return f"·{power_of_ten(self.power)}" if self.power else ""

    @property
    def full(self) -> tuple[str, ...]:
        """Each text with its factor: `2·10⁻¹²`."""
        return tuple(t + self.factor if t not in ("", "0") else t for t in self.texts)

    def named(self, name: str) -> str:
        """The name of the axis with the unit of its ticks: `time − 1.7·10⁹ (in 10³)`."""
        unit = phrase(" (in {power})", power=power_of_ten(self.power)) if self.power else ""
        return joined("", [name, " " if self.base else "", self.base, unit])


Fits = Callable[[str], bool]
PRECISE = Context(prec=60, Emin=-9999, Emax=9999)


def tick_labels(
    values: Array | Sequence[float], fits: Fits = lambda text: len(text) <= TICK_LETTERS
) -> TickLabels:
    """How the ticks (N,) of an axis are written, with digits by their distance.

    No two ticks read alike. The first that fits: the numbers as they are; thousands, millions,
    thousandths and so on; the difference from a round number; that difference in thousands.
    """
    numbers = _rounded(np.asarray(values, dtype=float))
    if not numbers:
        return TickLabels(())
    labels = TickLabels(())
    for labels in _ways(numbers):
        if all(map(fits, labels.texts)):
            break
    first = {text: i for i, text in reversed([*enumerate(labels.texts)])}
    texts = [text if first[text] == i else "" for i, text in enumerate(labels.texts)]
    return replace(labels, texts=tuple(texts))


def _ways(numbers: Sequence[Decimal]) -> Iterator[TickLabels]:
    """All ways to write the ticks, the plainest first."""
    yield TickLabels(_texts(numbers))
    yield _in_powers(numbers)
    base = _round_number(min(numbers), max(numbers))
    if base and len(numbers) > 1:
        rest = [PRECISE.subtract(number, base) for number in numbers]
        yield TickLabels(_texts(rest), taken=base)
        yield replace(_in_powers(rest), taken=base)


def _in_powers(numbers: Sequence[Decimal]) -> TickLabels:
    """The numbers in thousands, millions and so on."""
    largest = max(map(abs, numbers))
    power = 3 * (largest.adjusted() // 3) if largest else 0
    return TickLabels(_texts([number.scaleb(-power, PRECISE) for number in numbers]), power)


def _texts(numbers: Sequence[Decimal]) -> tuple[str, ...]:
    return tuple(trimmed(f"{number + 0:f}").replace("-", "−") for number in numbers)


def _round_number(low: Decimal, high: Decimal) -> Decimal:
    """The number with the fewest digits between two numbers."""
    power = max(abs(low), abs(high)).adjusted() + 1
    while True:
        unit = Decimal(1).scaleb(power)
        number = PRECISE.multiply(_ceil(PRECISE.divide(low, unit)), unit)
        if number <= high:
            return number
        power -= 1


def _ceil(number: Decimal) -> Decimal:
    return number.to_integral_value("ROUND_CEILING", PRECISE)


def _rounded(values: Array) -> list[Decimal]:
    """The ticks without what is left of them in the 17th digit."""
    apart = np.diff(np.unique(values))
    step = float(apart.min()) if len(apart) else float(np.abs(values).max(initial=0.0)) or 1.0
    first = -math.floor(math.log10(step))
    numbers: list[Decimal] = []
    for decimals in range(first, first + 4):
        unit = Decimal(1).scaleb(-decimals)
        numbers = [Decimal(value).quantize(unit, context=PRECISE) for value in values.tolist()]
        wrong = [abs(Decimal(v) - n) for v, n in zip(values.tolist(), numbers, strict=True)]
        if max(wrong, default=Decimal(0)) <= Decimal(SLACK * step):
            break
    return numbers


def share_text(value: float) -> str:
    """`97.5 %`, always as wide; what isn't all is never `100 %`."""
    return f"{share_figure(value)} %"


def share_figure(value: float) -> str:
    """`97.5`: the same without its sign."""
    return ("100" if value == 100 else fixed(min(value, 99.9), 1)).rjust(len("97.5"))
