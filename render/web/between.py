"""What the page draws between two moments, as page/ops.js does it, and how far off that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from render.draw.display_list import Op
from render.recording import Array

SAME_PX = 0.3  # points so near are one
APART = float("inf")  # of two lists that are not of one form


def off(first: Sequence[Op], last: Sequence[Op], true: Sequence[Op], share: float) -> float:
    """How far, in pixels, a picture at a share of the way from the first to the last is off."""
    if not len(first) == len(last) == len(true):
        return APART
    return max(
        (_off(*ops, share) for ops in zip(first, last, true, strict=True)),
        default=0.0,
    )


def _off(first: Op, last: Op, true: Op, share: float) -> float:
    if first is last is true or first == last == true:
        return 0.0
    if true[0] in "bg":  # images stay until the next ones
        return 0.0 if first == true else APART
    made = _between(first, last, share)
    if made is None or made[:2] != true[:2]:
        return APART
    if made[0] == "t":
        same = made[4:] == true[4:]
        return _distance(np.array(made[2:4]), np.array(true[2:4])) if same else APART
    if made[0] == "q" and made[2] != true[2]:
        return APART
    ours, theirs = (np.array(_numbers(op), float) for op in (made, true))
    if made[0] == "p" and len(ours) != len(theirs):  # how it is divided does not matter
        ours, theirs = ours[[0, 1, -2, -1]], theirs[[0, 1, -2, -1]]
    if len(ours) != len(theirs):
        return APART
    return float(np.abs(ours - theirs).max(initial=0.0))


def _distance(one: Array, other: Array) -> float:
    return float(np.abs(one - other).max())


def _numbers(op: Op) -> list[float]:
    """The coordinates of an operation."""
    if op[0] in "or":
        return op[2:]
    return op[2] if op[0] == "p" else op[3]


def _between(a: Op, b: Op, share: float) -> Op | None:
    if a[:2] != b[:2]:
        return None
    if a[0] == "t":
        places = [x + share * (y - x) for x, y in zip(a[2:4], b[2:4], strict=True)]
        return ["t", a[1], *places, *a[4:]] if a[4:] == b[4:] else None
    if a[0] in "or":
        return [*a[:2], *(x + share * (y - x) for x, y in zip(a[2:], b[2:], strict=True))]
    ours, theirs = (np.array(_numbers(op), float).reshape(-1, 2) for op in (a, b))
    if a[0] == "p":
        made = _stroke(ours, theirs, share)
        return None if made is None else ["p", a[1], made.ravel().tolist()]
    if len(ours) != len(theirs) or a[2] != b[2]:
        return None
    return [*a[:3], (ours + share * (theirs - ours)).ravel().tolist()]


def _stroke(a: Array, b: Array, share: float) -> Array | None:
    """A stroke (M, 2) between two; one that grows goes through the points of the longer one."""
    if len(a) == len(b):
        return np.asarray(a + share * (b - a))
    if len(b) > len(a) and _distance(a[:-1], b[: len(a) - 1]) < SAME_PX:
        begun = _along(b, a[-1])
        at = begun + share * (len(b) - 1 - begun)
        whole = min(int(at), len(b) - 2)
        end = b[whole] + (at - whole) * (b[whole + 1] - b[whole])
        return np.vstack([b[: whole + 1], end])
    if min(len(a), len(b)) != 2:
        return None
    parts = np.linspace(0, 1, max(len(a), len(b)))[:, None]
    a, b = (one[:1] + parts * (one[1:] - one[:1]) if len(one) == 2 else one for one in (a, b))
    return np.asarray(a + share * (b - a))


def _along(line: Array, point: Array) -> float:
    """The place on a line (M, 2), in points of it, that is nearest to a point."""
    chords = np.diff(line, axis=0)
    squares = np.maximum((chords**2).sum(axis=1), 1e-12)
    shares = np.clip(((point - line[:-1]) * chords).sum(axis=1) / squares, 0, 1)
    gaps = np.linalg.norm(line[:-1] + shares[:, None] * chords - point, axis=1)
    nearest = int(gaps.argmin())
    return nearest + float(shares[nearest])


def solid_off(first: Any, last: Any, true: Any, share: float) -> float:
    """How far off, in box widths, what moves on a surface is; a dot inside follows its trail."""
    if {*first} != {*last} or {*first} != {*true}:
        return APART
    worst = 0.0
    dots = zip(first["dots"], last["dots"], true["dots"], strict=True)
    for a, b, c in dots:
        if not a[3] == b[3] == c[3]:
            worst = APART
        elif a[3]:
            worst = max(worst, _mixed_off(a[:3], b[:3], c[:3], share))
    for name in first:
        if name not in ("dots", "arrows"):
            for a, b, c in zip(
                _flat(first[name]), _flat(last[name]), _flat(true[name]), strict=True
            ):
                worst = max(worst, _mixed_off(a, b, c, share))
    for a, b, c in zip(*(one.get("arrows", ()) for one in (first, last, true)), strict=True):
        worst = max(worst, _mixed_off(a[1], b[1], c[1], share))
    return worst


def _flat(value: Any) -> list[Any]:
    """Lists of coordinates, of which there may be one or several."""
    several = value and isinstance(value[0], list | type(None))
    return [one or [] for one in value] if several and isinstance(value[0], list) else [value]


def _mixed_off(a: Sequence[Any], b: Sequence[Any], c: Sequence[Any], share: float) -> float:
    one, two, true = (np.array([np.nan if v is None else v for v in x], float) for x in (a, b, c))
    if not len(one) == len(two) == len(true):
        return APART
    gone = [np.isnan(x) for x in (one, two, true)]
    if (gone[0] != gone[2]).any() or (gone[1] != gone[2]).any():
        return APART
    return float(np.nanmax(np.abs(one + share * (two - one) - true), initial=0.0))
