"""How a run is told from the others: a colour, a marker, a place in the pile."""

from __future__ import annotations

from dataclasses import dataclass

from render.draw.themes.base import Theme

# Shapes that are told apart at 12 px, each with the factor that makes it look as large as
# the disc, in the order in which runs get them.
MARKERS: tuple[tuple[str, float], ...] = (
    ("o", 1.0),
    ("s", 0.90),
    ("^", 1.15),
    ("D", 0.84),
    ("v", 1.15),
    ("P", 1.05),
    ("p", 1.06),
    ("X", 1.05),
)
PILE = (1.18, 0.86)  # sizes from the lowest to the topmost: equal places still show all of them


@dataclass(frozen=True)
class Guise:
    """The look of a run in every panel."""

    dot: str
    trail: str
    line: str  # its prediction
    marker: str  # by Matplotlib's name
    grown: float = 1.0  # how much larger than a disc the marker is drawn
    size: float = 1.0  # of a dot


def guises(theme: Theme, count: int) -> tuple[Guise, ...]:
    """The looks of so many runs; a lone one is red, its trail and prediction as the theme says."""
    if count == 1:
        return (Guise(theme.parameter, theme.trail, theme.prediction, "o"),)
    first, last = PILE
    return tuple(
        Guise(colour, colour, colour, *MARKERS[i], first + (last - first) * i / (count - 1))
        for i, colour in zip(range(count), theme.runs, strict=False)
    )
