"""How a run is told from the others: a colour, a marker, a place in the pile."""

from __future__ import annotations

from dataclasses import dataclass

from render.draw.themes.base import MARKERS, Theme

# Strokes that are told apart where they cross, in stroke widths on and off, in the same order.
DASHES: tuple[tuple[float, ...], ...] = (
    (),
    (4.5, 2.0),
    (1.6, 1.6),
    (7.0, 1.8, 1.6, 1.8),
    (10.0, 3.2),
    (3.0, 3.6),
    (7.0, 1.8, 1.6, 1.8, 1.6, 1.8),
    (1.6, 3.6),
)
PILE = (1.3, 0.8)  # sizes from the lowest to the topmost: equal places still show all of them


@dataclass(frozen=True)
class Guise:
    """The look of a run in every panel."""

    dot: str
    trail: str
    line: str  # its prediction
    marker: str  # by Matplotlib's name
    grown: float = 1.0  # how much larger than a disc the marker is drawn
    size: float = 1.0  # of a dot
    glows: bool = True  # many glows at one place would veil the dots beneath
    dashes: tuple[float, ...] = ()  # of its strokes, on and off, in their widths

    def dashed(self, width: float) -> tuple[float, ...]:
        """The dashes of a stroke of this width, in pixels."""
        return tuple(part * width for part in self.dashes)


def guises(theme: Theme, count: int) -> tuple[Guise, ...]:
    """The looks of so many runs; a lone one is red, its trail and prediction as the theme says."""
    if count == 1:
        grown = dict(MARKERS)[theme.marker]
        colours = theme.parameter, theme.trail, theme.prediction
        return (Guise(*colours, theme.marker, grown),)
    first, last = PILE
    dashes = DASHES if theme.dashed else ((),) * len(DASHES)
    return tuple(
        Guise(
            *(colour, colour, colour),
            *MARKERS[i],
            size=first + (last - first) * i / (count - 1),
            glows=False,
            dashes=dashes[i],
        )
        for i, colour in zip(range(count), theme.runs, strict=False)
    )
