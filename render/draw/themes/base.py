"""The contract of a theme: the colour of every thing that is drawn, as #rrggbb."""

from __future__ import annotations

from dataclasses import dataclass

RGB = tuple[int, int, int]
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


@dataclass(frozen=True)
class Theme:
    """Red is the parameter, blue the prediction, light red the data, in every panel."""

    background: str  # #rrggbb00: nothing, and what is drawn stands on whatever is behind the film
    text: str
    muted: str  # tick labels, units, what is not the point
    grid: str
    parameter: str  # the dot
    edge: str  # the ring around dot and marks
    trail: str
    mark: str  # the inside of the mark at each recorded step
    prediction: str
    data: str
    residual: str
    truth: str  # the true line, the optimum
    runs: tuple[str, ...]  # of the runs of a race, one each
    future: str  # the part of a curve that is still to come
    surface: tuple[str, ...]  # the colormap from the lowest loss to the highest
    wire: str  # lines on the surface
    wire_strength: float  # 0..1
    slice: str  # the part of the surface in which the run lives
    shade: tuple[float, float]  # brightness of the surface turned away from and towards the light
    rim: str  # a second ring around the dot, which shows it where the first can't be seen
    rim_strength: float = 0.13  # its width, in radii of the dot
    marker: str = "o"  # the shape of a lone run's dot, by Matplotlib's name
    dashed: bool = False  # whether runs are told apart by dashes too
    text_scale: float = 1.0  # how much larger than usual text is
    stroke_scale: float = 1.0  # how much thicker than usual strokes are, how much larger dots

    @property
    def clear(self) -> bool:
        """Whether frames are transparent where nothing is drawn."""
        return len(self.background) == 9 and self.background.endswith("00")

    def colours(self, runs: int = 1) -> tuple[RGB, ...]:
        """The flat colours that areas and text are drawn in, for a palette to hold exactly."""
        flat = (
            self.background, self.text, self.muted, self.grid, self.parameter, self.edge,
            self.trail, self.mark, self.prediction, self.data, self.residual, self.truth,
            self.future, self.rim, *(self.runs[:runs] if runs > 1 else ()),
        )  # fmt: skip
        return tuple(dict.fromkeys(rgb(colour) for colour in flat))


def rgb(colour: str) -> RGB:
    """`#rrggbb` as three numbers from 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
