"""What is said on screen of the plane through a network's weights: its axes, what lies in it."""

from __future__ import annotations

from render.numerals import fixed
from render.phrases import form, phrase
from render.projected import Basis

# What the axes of a plane of each kind are called, the longest first.
PRINCIPAL = (form("principal direction {number}"), form("direction {number}"))
RANDOM = (form("random direction {number}"), form("direction {number}"))
CURVED = (form("direction of curvature {number}"), form("direction {number}"))
ENDS = (form("direction {number}"),)
AXES = {"pca": PRINCIPAL, "random": RANDOM, "hessian": CURVED, "ends": ENDS}
LEAST_SHARE = 0.05  # per cent: a smaller share is written as less than 0.1
WHOLE_FROM = 9.95  # per cent: from here on a share is written without decimals


def axis_names(basis: Basis) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What each axis of the plane is called, the longest name first."""
    forms = AXES.get(basis.kind, ())
    first, second = (
        tuple(phrase(name, number=number) for name in forms) or (axis,)
        for number, axis in enumerate(basis.axes, 1)
    )
    return first, second


def complete(basis: Basis, rows: int) -> bool:
    """Whether all `rows` of the runs count in its shares; of a run that flies off some don't."""
    return basis.snapshots >= rows


def percent(share: float) -> str:
    """A share from 0 to 1 as a number of per cent; one that isn't all is never `100`, nor one 0."""
    value = 100 * share
    if value >= WHOLE_FROM:
        near = 99.5 <= value < 100
        return fixed(min(value, 99.9), 1) if near and value < 99.99 else _almost(value)
    if 0 < value < LEAST_SHARE:
        return "< 0.1"
    return fixed(value, 1)


def _almost(value: float) -> str:
    """`99`, `100`, and `> 99.9` between them."""
    return "> 99.9" if 99.99 <= value < 100 * (1 - 1e-12) else fixed(value, 0)


def shares(basis: Basis) -> tuple[str, str] | None:
    """How much of the path's variance the plane holds, and how much a random walk's, in per cent.

    None where neither is known: one alone is never shown.
    """
    if not (len(basis.explained) and len(basis.random_walk)):
        return None
    plane, walk = (float(each[:2].sum()) for each in (basis.explained, basis.random_walk))
    return percent(min(plane, 1.0)), percent(min(walk, 1.0))
