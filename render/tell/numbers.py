"""A number in, how it is written in a sentence out; and several words as one list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def said(value: float) -> str:
    """Four digits of it, with a true minus sign."""
    return f"{value:.4g}".replace("-", "−")


def counted(count: float, noun: str) -> str:
    """`1 step`, `4 steps`."""
    return f"{count:,g} {noun}" if count == 1 else f"{count:,g} {noun}s"


def listed(words: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def values(named: Mapping[str, float]) -> str:
    """`w = −10 and b = 2`."""
    return listed([f"{name} = {said(value)}" for name, value in named.items()])
